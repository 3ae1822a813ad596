import type { NhsNumber } from '../../domain/nhs-number.ts'
import { registerOf } from '../../domain/person/number-register.ts'
import type { Clock } from '../ports.ts'
import { judgeHeldPerson } from './judge-held-person.ts'
import type { DemographicsService } from './ports.ts'
import { type SettleDeps, settle } from './settle.ts'

export interface CheckNumberDeps extends SettleDeps {
  readonly demographics: DemographicsService
  readonly clock: Clock
}

export type CheckedNumber =
  | { readonly kind: 'in-use' }
  | { readonly kind: 'inactive'; readonly toNotify: number }
  /** PDS could not be asked: nothing is known, and nothing was changed. */
  | { readonly kind: 'unavailable' }

/**
 * Asks PDS about a number and keeps what it says, with what follows: who is one person, and which authorities are to be told that the
 * number is no longer in use (rules 14.1 to 14.3). `version` was drawn before.
 */
export async function checkNumber(
  deps: CheckNumberDeps,
  nhsNumber: NhsNumber,
  version: number,
): Promise<CheckedNumber> {
  const answer = await deps.demographics.find(nhsNumber)
  if (answer.kind === 'unavailable') return { kind: 'unavailable' }
  const says = registerOf(nhsNumber, answer)
  const toNotify = await settle(deps, { nhsNumber, version, at: deps.clock.now(), says })
  await judgeHeldPerson(deps, nhsNumber, answer)
  return says.state === 'live' ? { kind: 'in-use' } : { kind: 'inactive', toNotify }
}
