import type { HolidaysSet } from '../../domain/bank-holidays.ts'
import type { CalendarDate } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import type { AuthorityContact } from '../../domain/query/answer.ts'
import type {
  AuthoritySettings,
  AuthorityStage,
  AuthorityStatus,
  SettingsChange,
} from '../../domain/registration/authority.ts'
import type { CareOrganisation } from '../../domain/registration/care-setting.ts'
import type { Asid, ClientSystem } from '../../domain/registration/client-system.ts'
import type { BankHoliday } from '../../domain/registration/holiday-list.ts'
import type { HandOverRow, Succession, SuccessionPlan } from '../../domain/registration/succession.ts'

/** A local authority as the service knows it. The contact is what its newest applied file said. */
export interface Authority extends AuthoritySettings, AuthorityStatus {
  readonly odsCode: OdsCode
  readonly name: string
  readonly mailbox: MailboxId
  readonly stage: AuthorityStage
  readonly contact?: AuthorityContact
  /** Raised when the operator restarts the sequence (rule 3.8). */
  readonly sequenceEpoch: number
}

/** What is said of an authority when it is taken on, or later. Settings that are not said stay as they are. */
export interface AuthorityDescription extends SettingsChange {
  readonly odsCode: OdsCode
  /** Shown until a file of its own names it (rule 3.3). */
  readonly name: string
  readonly mailbox: MailboxId
}

export interface AuthorityStore {
  /** Whoever the mailbox speaks for: one, or several where a trust shares it (rule 19.19). By code. */
  ofMailbox(mailbox: MailboxId): Promise<readonly Authority[]>
  find(odsCode: OdsCode): Promise<Authority | undefined>
  /** The same, and nobody else changes or applies anything of it until the commit. */
  hold(odsCode: OdsCode): Promise<Authority | undefined>
  list(): Promise<readonly Authority[]>
  /** Adds an authority, or changes what is known of one; never where it stands. */
  add(authority: AuthorityDescription): Promise<void>
  /** Changes settings of an authority that is held. */
  change(odsCode: OdsCode, settings: SettingsChange): Promise<void>
  restartSequence(odsCode: OdsCode): Promise<void>
  goLive(odsCode: OdsCode, at: Date): Promise<void>
  suspend(odsCode: OdsCode, suspension: NonNullable<AuthorityStatus['suspension']>): Promise<void>
  resume(odsCode: OdsCode): Promise<void>
}

/** The bank holidays that an operator has set (rule 16.13); of a year of which none is set they are worked out. */
export interface HolidayStore {
  /** In their order. */
  list(): Promise<readonly BankHoliday[]>
  /** The same, without their names. */
  days(): Promise<HolidaysSet>
  /** These and no others, from now on. */
  replace(holidays: readonly BankHoliday[]): Promise<void>
}

/** A plan that a hand-over concerns, as an operator is shown it. */
export interface PassingPlan {
  readonly nhsNumber: NhsNumber
  readonly type: PlanType
  readonly startDay: CalendarDate
  readonly localId?: string
}

/** What a hand-over would do to the plans that are visible at an instant. */
export interface HandOverCounts {
  readonly bySuccessor: readonly {
    readonly odsCode: OdsCode
    readonly plans: number
    readonly people: number
  }[]
  /** Plans that no row of the file names; the first of them. */
  readonly unlisted: { readonly count: number; readonly plans: readonly PassingPlan[] }
  /** Rows of the file that match no plan. */
  readonly unmatchedRows: readonly number[]
  /** Rows whose plan is held under another local id. */
  readonly differingRows: readonly number[]
}

/** What became, or would become, of each plan when a hand-over is undone. */
export interface UndoCounts {
  readonly goBack: number
  /** Plans that the successor has uploaded itself since: they stay with it. */
  readonly stay: readonly { readonly odsCode: OdsCode; readonly plans: number }[]
}

/** Which authority's plans pass to whom, and when (rules 19.13 to 19.18). */
export interface SuccessionStore {
  /** All that ever were, the newest first. */
  list(): Promise<readonly Succession[]>
  /** What is planned or done of an authority. */
  current(from: OdsCode): Promise<Succession | undefined>
  /** Planned, and due on an English day. */
  due(today: CalendarDate): Promise<readonly Succession[]>
  plan(succession: Succession, rows: readonly HandOverRow[]): Promise<void>
  /** What a hand-over would do, whether or not it was planned; changes nothing. */
  tryOut(plan: SuccessionPlan, at: Date): Promise<HandOverCounts>
  /** The rows of the file that was planned with. */
  rows(id: string): Promise<readonly HandOverRow[]>
  /** Remembers why a hand-over that is due has to wait; false where that is remembered already. */
  wait(id: string, why: string, at: Date): Promise<boolean>
  /** From now on the successors hold the plans. Answers how many visible plans each got. */
  carryOut(succession: Succession, at: Date): Promise<HandOverCounts['bySuccessor']>
  withdraw(id: string): Promise<void>
  tryUndo(succession: Succession): Promise<UndoCounts>
  /** From now on the predecessor holds its plans again, but for those that the successor has uploaded itself. */
  undo(succession: Succession, at: Date): Promise<UndoCounts>
}

/** The organisations of health that use the service. */
export interface OrganisationStore {
  find(odsCode: OdsCode): Promise<CareOrganisation | undefined>
  list(): Promise<readonly CareOrganisation[]>
  /** Adds an organisation, or changes what is known of one. */
  add(organisation: CareOrganisation): Promise<void>
  remove(odsCode: OdsCode): Promise<void>
}

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
