import type { OdsCode } from '../../domain/organisation.ts'
import type { Asid, ClientSystem } from '../../domain/registration/client-system.ts'

/** The systems that may ask over Spine messaging: the stand-in for the Spine Directory Service (rule 9.5). */
export interface ClientSystemStore {
  find(asid: Asid): Promise<ClientSystem | undefined>
  /** The one system whose messages go by this ebXML agreement. */
  withContract(cpaId: string): Promise<ClientSystem | undefined>
  ofOrganisation(odsCode: OdsCode): Promise<readonly ClientSystem[]>
  list(): Promise<readonly ClientSystem[]>
  /** Adds a system, or changes everything but the ASID of one. */
  add(system: ClientSystem): Promise<void>
  /** False where there is none. */
  remove(asid: Asid): Promise<boolean>
}

/** An answer on its way to the system that asked, as it is posted: the same bytes under the same id, however often. */
export interface AnswerMessage {
  readonly id: string
  readonly contentType: string
  readonly soapAction: string
  readonly bytes: Uint8Array
}

/** A question is known by the system that asked and the id of its message (rule 13.4). */
export interface QuestionKey {
  readonly system: Asid
  readonly messageId: string
}

export interface AnswerToPost extends QuestionKey {
  readonly message: AnswerMessage
  /** How often it was posted before. */
  readonly attempts: number
}

export interface UndeliveredAnswer extends QuestionKey {
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
    question: QuestionKey & { readonly digest: string; readonly at: Date; readonly forgetAfter: Date },
  ): Promise<{ readonly digest: string } | undefined>
  /** The answer to a question that was begun: from now on due. */
  keep(question: QuestionKey, message: AnswerMessage, at: Date): Promise<void>
  /** An answer becomes due as if for the first time; false where there is none. */
  postAgain(question: QuestionKey, at: Date): Promise<boolean>
  /** Answers that are due, the longest waiting first, which nobody else will be handed before `until`. */
  claim(due: {
    readonly at: Date
    readonly until: Date
    readonly limit: number
    /** Systems that are left for later, because they have enough to take already. */
    readonly except: readonly Asid[]
  }): Promise<readonly AnswerToPost[]>
  acknowledged(question: QuestionKey): Promise<void>
  /** Not taken this time: due again at `dueAt`. */
  postponed(question: QuestionKey, dueAt: Date, reason: string): Promise<void>
  /** Not taken at all: kept for the operator until `forgetAfter`. */
  undeliverable(question: QuestionKey, forgetAfter: Date, reason: string): Promise<void>
  undelivered(): Promise<readonly UndeliveredAnswer[]>
  /** Deletes what need no longer be remembered, whatever still waits excepted; answers how many went. */
  forget(before: Date): Promise<number>
}
