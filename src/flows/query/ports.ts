import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Access } from '../../domain/query/access.ts'
import type { VisiblePlan } from '../../domain/query/answer.ts'
import type { IdentifiedKind } from '../../domain/query/identified.ts'
import type { AccessKind, Author } from '../../domain/query/requester.ts'
import type { Asid } from '../../domain/registration/client-system.ts'

/** When "nothing held" may be answered of a number without asking PDS (rule 4.8). */
export interface Freshness {
  /** What PDS said after this instant counts as said lately. */
  readonly checkedAfter: Date
  /** While those who announce number changes were heard of after this instant, numbers that were not announced count as checked. */
  readonly feedAfter?: Date
}

export interface QueryToRecord extends Freshness {
  readonly id: string
  readonly nhsNumber: NhsNumber
  readonly access: AccessKind
  readonly author: Author
  readonly at: Date
  readonly audit: AuditEntry
  /** Whether PDS can be asked before "nothing held" is answered about a number of which it said nothing lately. */
  readonly mayAsk: boolean
}

/** A number that PDS is to be asked about, and the version of the question. */
export interface NumberToAsk {
  readonly nhsNumber: NhsNumber
  readonly version: number
}

export type StoredAnswer =
  | {
      readonly kind: 'answered'
      readonly plans: readonly VisiblePlan[]
      readonly accesses: readonly Access[]
      /** False: nothing is held under the number, and whether it is the person's current one is not known (rule 4.8). */
      readonly checked: boolean
      /** The person's current number, where it is not the one that was asked for (rule 4.9). */
      readonly supersededBy?: NhsNumber
    }
  /** PDS restricts who may know of the person (rule 10.1). */
  | { readonly kind: 'restricted' }
  /** Nothing was recorded yet: PDS is to be asked about this number first. */
  | ({ readonly kind: 'ask' } & NumberToAsk)

/** Whom something belongs to: the person's current number, and the id that answers give it now. */
export interface Owner {
  readonly person: NhsNumber
  readonly id: string
}

export interface QueryStore {
  /**
   * The hot path, one statement and one commit: reads what is visible and the access list and, if the access is unscheduled
   * and something is visible, records the access, its notifications and, always, the audit entry.
   */
  answer(query: QueryToRecord): Promise<StoredAnswer>
  /**
   * Whose plan, access or report of a missed appointment has an id, visible or not; undefined: nobody's. A plan that was sent again under
   * another number has the id of each, and is answered under that of the newest.
   */
  ownerOf(kind: IdentifiedKind, id: string): Promise<Owner | undefined>
  /** What PDS is to be asked about before it can be said that nothing is held under a number; undefined: nothing. */
  numberToAsk(
    query: { readonly nhsNumber: NhsNumber; readonly at: Date } & Freshness,
  ): Promise<NumberToAsk | undefined>
}

/** The ids of queries that came as messages (rule 11.9). */
export interface QueryMessageStore {
  /**
   * Remembers a message, or answers what was remembered under its id: its digest and when it was received first. It is remembered
   * at once, whatever becomes of it.
   */
  receive(message: {
    readonly caller: string
    readonly messageId: string
    readonly digest: string
    readonly at: Date
  }): Promise<{ readonly digest: string; readonly at: Date }>
  /** Forgets what was received first before that instant; answers how many. */
  forget(before: Date): Promise<number>
}

/** An answer on its way to the system that asked, as it is posted: the same bytes under the same id, however often. */
export interface AnswerMessage {
  readonly id: string
  readonly contentType: string
  readonly soapAction: string
  readonly bytes: Uint8Array
}

/** A question is known by the system that asked and the id of its message (rule 13.4). */
export interface QueryKey {
  readonly system: Asid
  readonly messageId: string
}

export interface AnswerToPost extends QueryKey {
  readonly message: AnswerMessage
  /** How often it was posted before. */
  readonly attempts: number
}

export interface UndeliveredAnswer extends QueryKey {
  readonly askedAt: Date
  readonly attempts: number
  /** A code, or what the system's own HTTP status was. */
  readonly reason: string
}

/** Answers that are posted to the systems that asked, until these acknowledge them (rules 13.4 to 13.6). */
export interface AsynchronousAnswerStore {
  /**
   * Remembers a question, and answers undefined; or the digest of the one that had the same key before. Holds the key against
   * everybody else until the commit.
   */
  begin(
    question: QueryKey & { readonly digest: string; readonly at: Date; readonly forgetAfter: Date },
  ): Promise<{ readonly digest: string } | undefined>
  /** The answer to a question that was begun: from now on due. */
  keep(question: QueryKey, message: AnswerMessage, at: Date): Promise<void>
  /** An answer becomes due as if for the first time; false where there is none. */
  postAgain(question: QueryKey, at: Date): Promise<boolean>
  /** The same for an answer that could not be delivered; false where it is not undeliverable, or not any more. */
  retryUndelivered(question: QueryKey, at: Date): Promise<boolean>
  /** Answers that are due, the longest waiting first, which nobody else will be handed before `until`. */
  claim(due: {
    readonly at: Date
    readonly until: Date
    readonly limit: number
    /** Systems that are left for later, because they have enough to take already. */
    readonly except: readonly Asid[]
  }): Promise<readonly AnswerToPost[]>
  acknowledged(question: QueryKey): Promise<void>
  /** Not taken this time: due again at `dueAt`. */
  postponed(question: QueryKey, dueAt: Date, reason: string): Promise<void>
  /** Not taken at all: kept for the operator until `forgetAfter`. */
  undeliverable(question: QueryKey, forgetAfter: Date, reason: string): Promise<void>
  undelivered(): Promise<readonly UndeliveredAnswer[]>
  /** Deletes what need no longer be remembered, whatever still waits excepted; answers how many went. */
  forget(before: Date): Promise<number>
}
