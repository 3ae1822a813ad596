import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Access } from '../../domain/query/access.ts'
import type { VisiblePlan } from '../../domain/query/answer.ts'
import type { AccessKind, Author } from '../../domain/query/requester.ts'
import type { Asid } from '../../domain/registration/client-system.ts'

export interface QueryToRecord {
  readonly id: string
  readonly nhsNumber: NhsNumber
  readonly access: AccessKind
  readonly author: Author
  readonly at: Date
  readonly audit: AuditEntry
}

export interface QueryStore {
  /**
   * The hot path, one statement and one commit: reads what is visible and the access list and, if the access is unscheduled
   * and something is visible, records the access, its notifications and, always, the audit entry.
   */
  answer(query: QueryToRecord): Promise<{ plans: readonly VisiblePlan[]; accesses: readonly Access[] }>
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
