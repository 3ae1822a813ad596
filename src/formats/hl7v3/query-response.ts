import type { Access } from '../../domain/query/access.ts'
import type { VisiblePlan } from '../../domain/query/answer.ts'
import type { ContactAsWritten } from './organisations.ts'
import type { Transmission } from './transmission.ts'

/**
 * What the response to a query says (REPC_MT000007GB01). Every `Answer` is one; one that was read may lack what live systems
 * are seen to leave out. The message carries neither a plan's own id nor when it was last uploaded.
 */
export interface QueryResponseContent {
  readonly plans: readonly ResponsePlan[]
  /** Newest first. */
  readonly accesses: readonly ResponseAccess[]
}

export interface ResponsePlan
  extends Pick<VisiblePlan, 'type' | 'start' | 'end' | 'subject'>,
    Partial<Pick<VisiblePlan, 'nhsNumber'>> {
  readonly authority: ContactAsWritten
}

export type ResponseAccess = Pick<Access, 'at' | 'author'> & Partial<Pick<Access, 'id' | 'nhsNumber'>>

/** A response with the wrapper it travels in (REPC_IN000007GB01). */
export interface QueryResponse extends Transmission {
  /** The id of the access that the query made, as live systems answer it: a client finds its own access by it. */
  readonly responseId: string
  readonly answer: QueryResponseContent
}
