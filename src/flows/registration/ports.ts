import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { AuthorityContact } from '../../domain/query/answer.ts'
import type {
  AuthoritySettings,
  AuthorityStage,
  AuthorityStanding,
  MissingPlan,
  NumberMatch,
  SettingsChange,
} from '../../domain/registration/authority.ts'
import type { CareOrganisation } from '../../domain/registration/care-setting.ts'
import type { FileCode } from '../../domain/upload/apply-upload.ts'

/** A local authority as the service knows it. The contact is what its newest applied file said. */
export interface Authority extends AuthoritySettings, AuthorityStanding {
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
  byMailbox(mailbox: MailboxId): Promise<Authority | undefined>
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
  suspend(odsCode: OdsCode, suspension: NonNullable<AuthorityStanding['suspension']>): Promise<void>
  resume(odsCode: OdsCode): Promise<void>
}

/** What became of a file that could be judged. */
export interface UploadOutcome {
  readonly sequence: number
  readonly createdAt: Date
  readonly receivedAt: Date
  readonly fileCode: FileCode
  readonly loaded: number
  readonly failed: number
  readonly match: NumberMatch
}

/** Sequence numbers that no applied file bears, both included. */
export interface SequenceGap {
  readonly from: number
  readonly to: number
}

/** What authorities sent and what they hold, for those who look after them. Newest first. */
export interface UploadHistory {
  keepTest(id: string, authority: OdsCode, outcome: UploadOutcome): Promise<void>
  tests(authority: OdsCode, limit: number): Promise<readonly UploadOutcome[]>
  applied(authority: OdsCode, limit: number): Promise<readonly UploadOutcome[]>
  /** Since the sequence was last restarted, those apart that somebody accepted. */
  gaps(authority: OdsCode, limit: number): Promise<readonly SequenceGap[]>
  /** People with a visible plan of the authority, and those it would hold if their number were right (rule 19.5). */
  holding(authority: OdsCode, at: Date): Promise<NumberMatch>
  /** Plans still running that the newest applied file neither carried nor was refused for (rule 19.6). */
  missingPlans(authority: OdsCode, at: Date): Promise<readonly MissingPlan[]>
}

/** The organisations of health that use the service. */
export interface OrganisationStore {
  find(odsCode: OdsCode): Promise<CareOrganisation | undefined>
  list(): Promise<readonly CareOrganisation[]>
  /** Adds an organisation, or changes what is known of one. */
  add(organisation: CareOrganisation): Promise<void>
  remove(odsCode: OdsCode): Promise<void>
}
