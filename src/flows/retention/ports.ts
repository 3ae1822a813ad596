import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { RetainedKind } from '../../domain/retention/personal-data.ts'

/** What a pass has found so far of one kind of personal data, or found in the end. Rows; instants. */
export interface PassCounts {
  /** Rows that are still there. */
  readonly held: number
  /** Of these, rows that are past their period: on legal hold, or in use by others at that moment. */
  readonly past: number
  /** Of these, rows that a legal hold keeps. */
  readonly onHold: number
  /** Rows that were removed. */
  readonly removed: number
  /** The earliest event from which a period of a row that is still there counts. */
  readonly oldest?: Date
  /** When the next row is past its period, and how many are by 30 days after the pass began. */
  readonly nextAt?: Date
  readonly soon: number
}

/** One way through all rows of a kind, a step at a time. */
export interface RetentionPass {
  readonly kind: RetainedKind
  readonly begunAt: Date
  /** Which of the tables of the kind it is in, and after which key. */
  readonly table: number
  readonly after?: readonly string[]
  readonly counts: PassCounts
  /** All tables were gone through. */
  readonly isOver: boolean
}

/** What is known of a kind: the last whole pass, and the next. */
export interface KindState {
  readonly kind: RetainedKind
  readonly dueAt: Date
  readonly last?: { readonly endedAt: Date; readonly counts: PassCounts }
}

export interface StepSettings {
  readonly at: Date
  /** The period of the kind (days). */
  readonly days: number
  /** How many rows the step looks at. */
  readonly rows: number
  /** Announcements of number changes are relied on (rule 4.8): then PDS is not asked again which number replaced which. */
  readonly isFeedReliedOn: boolean
}

/** Something that must not be removed, whatever its period (rule 23.10). */
export interface LegalHold {
  readonly id: string
  readonly what: { readonly person: NhsNumber } | { readonly authority: OdsCode }
  readonly reason: string
  readonly placedAt: Date
  readonly placedBy: string
}

/** How long personal data are kept (rules 23.1 to 23.10). */
export interface RetentionStore {
  /** Takes the turn of a kind whose pass is under way or due, until the commit; undefined where there is none that nobody else has. */
  takeTurn(at: Date): Promise<RetentionPass | undefined>
  /** Removes what is past its period among the next rows, and counts them; part of the caller's transaction. */
  step(pass: RetentionPass, settings: StepSettings): Promise<RetentionPass>
  /** Keeps how far a pass has come; where it is over, its counts, and when the next begins. */
  keep(pass: RetentionPass, next: { readonly at: Date; readonly dueAt: Date }): Promise<void>
  states(): Promise<readonly KindState[]>
  holds(): Promise<readonly LegalHold[]>
  /**
   * Waits for steps that are being taken: whatever a hold concerns is kept from its commit on. Answers the hold that there is already of
   * just that person or authority, and places none then.
   */
  placeHold(hold: LegalHold): Promise<LegalHold | undefined>
  releaseHold(id: string): Promise<LegalHold | undefined>
}
