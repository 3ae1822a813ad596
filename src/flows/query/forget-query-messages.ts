import { LONGEST_QUERY_AGE_HOURS } from '../../domain/query/message-age.ts'
import type { Clock } from '../ports.ts'
import type { QueryMessageStore } from './ports.ts'

/** A message may say that it was made a little after it is received, and is refused by its own time that much later. */
const LONGER_HOURS = 1

/** Forgets the ids of queries that would be refused by their age (rules 11.8 and 11.9); answers how many. */
export async function forgetQueryMessages(deps: {
  readonly storage: { readonly queryMessages: QueryMessageStore }
  readonly clock: Clock
}): Promise<number> {
  const hours = LONGEST_QUERY_AGE_HOURS + LONGER_HOURS
  return deps.storage.queryMessages.forget(new Date(deps.clock.now().getTime() - hours * 3_600_000))
}
