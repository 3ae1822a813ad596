import type { NhsNumber } from '../domain/nhs-number.ts'
import type { ProveAuditDeps } from '../flows/audit/prove-audit.ts'
import type { RegisterDeps } from '../flows/registration/manage-exchange.ts'
import type { RetentionSettings } from '../flows/retention/keep-retention.ts'
import type { PageUploadDeps } from '../flows/upload/send-page-upload.ts'
import type { ReadPatientContext } from '../identity/patient-context.ts'
import type { RequestEntry } from './exchange.ts'
import type { Session } from './session/session.ts'

/** Somebody who may sign in here. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly organisation: string
  readonly kind: Session['kind']
}

type WithoutCsrf<S> = S extends unknown ? Omit<S, 'csrf'> : never

/** Where people sign in; the sandbox lets them choose who they are. The full exchange with a national sign-in comes here. */
export interface SignIn {
  readonly people: readonly Person[]
  /** Undefined where nobody of that id may sign in. */
  signIn(id: string): Promise<WithoutCsrf<Session> | undefined>
}

export interface PageDeps {
  readonly signIn: SignIn
  /** Numbers worth trying, where everybody is made up; elsewhere none. */
  readonly examples: readonly { readonly nhsNumber: NhsNumber; readonly note: string }[]
  /** Seals sessions: secret, and the same wherever they are to be opened. */
  readonly sessionSecret: string
  /** Whether everybody in it is made up, which every page then says. */
  readonly sandbox: boolean
  /** Whether pages are reached over HTTPS: then the cookie never goes another way. */
  readonly secure: boolean
  /** The FHIR API that clinicians' pages ask, for example `https://cp-is.example/cpis/FHIR/R4`. */
  readonly fhirUrl: string
  /** What the notifications pages of authorities do. */
  readonly flows: PageUploadDeps
  /** Proves what operators find in the audit log. */
  readonly seal: Pick<ProveAuditDeps, 'hashes' | 'signer' | 'judgeCheckpoint'> & {
    /** How often the whole log is checked. */
    readonly checkHours: number
  }
  /** How long personal data are kept. */
  readonly retention: RetentionSettings
  /** How CP-IS exchanges files and messages with those who are registered on the operator's pages. */
  readonly mesh: RegisterDeps['mesh']
  /** Reads what electronic records open answers with; absent: none can. */
  readonly readPatientContext: ReadPatientContext | undefined
  readonly recordRequest: (entry: RequestEntry) => Promise<void>
  readonly reportFailure: (error: unknown, action: string) => void
  readonly now: () => Date
  readonly newId: () => string
}
