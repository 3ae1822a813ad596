import { v5 as idFromName } from 'uuid'
import type { Answer, NotAnswered } from '../../domain/query/answer.ts'
import { isTimely } from '../../domain/query/message-age.ts'
import { failure, type Result } from '../../domain/result.ts'
import { type AnswerQueryDeps, answerQuery, type QueryRequest } from './answer-query.ts'
import type { QueryMessageStore } from './ports.ts'

export interface AnswerOnceDeps extends AnswerQueryDeps {
  readonly queryMessages: QueryMessageStore
}

/** The message that a query came as. */
export interface AskingMessage {
  /** Who sent it: the ASID of a system, or whatever else messages of one sender are known by. */
  readonly caller: string
  /** The id that the sender gave it, letter for letter. */
  readonly id: string
  /** Of what it asks: tells the same message again from another under its id. */
  readonly digest: string
}

/** Why a message is not answered, whatever it asks. */
export type MessageRefused =
  /** Another message came before under this id. */
  | { readonly kind: 'id-of-another' }
  /** It came first more than 24 hours ago. */
  | { readonly kind: 'out-of-date' }

/**
 * Answers a query that came as a message with an id. The same message again is answered as the same access: it is listed and
 * notified once, and its answer has the id of that access (rule 11.9). What is answered is what is held now. A refusal because of the message
 * leaves no audit entry: that is its interface's to leave. Throws when it could not look, after which the same message may be sent again.
 */
export async function answerOnce(
  deps: AnswerOnceDeps,
  { message, ...request }: Omit<QueryRequest, 'accessId'> & { readonly message: AskingMessage },
): Promise<Result<Answer, NotAnswered | MessageRefused>> {
  const { caller, id, digest } = message
  const at = deps.clock.now()
  const first = await deps.queryMessages.receive({ caller, messageId: id, digest, at })
  if (first.digest !== digest) return failure({ kind: 'id-of-another' })
  // Who was listed longer ago is listed again (rule 5.6), which the same message must not bring about.
  if (!isTimely(first.at, at)) return failure({ kind: 'out-of-date' })
  return answerQuery(deps, { ...request, accessId: accessIdOf(message) })
}

/** Made once for this purpose, at random. */
const ACCESS_IDS = '6f0c1f6e-3d0b-4c1c-9d4b-5a1f5f7c9e52'

/** The id of the access that a message makes, however often it comes. */
export function accessIdOf({ caller, id }: Pick<AskingMessage, 'caller' | 'id'>): string {
  return idFromName(JSON.stringify([caller, id]), ACCESS_IDS)
}
