import type { ProveAuditDeps } from '../../flows/audit/prove-audit.ts'
import type { NewId } from '../../flows/ports.ts'
import type { RegisterDeps } from '../../flows/registration/manage-exchange.ts'
import type { RetentionSettings } from '../../flows/retention/keep-retention.ts'
import type { VerifierKey } from '../../formats/audit-seal/verifier-key.ts'

export interface OperationsApiDeps extends ProveAuditDeps {
  readonly newId: NewId
  readonly adminToken: string
  /** The public half of the key that signs the sealed audit log. */
  readonly publicKey: (origin: string) => VerifierKey
  readonly mesh: RegisterDeps['mesh']
  readonly retention: RetentionSettings
  readonly reportFailure: (error: unknown, task: string) => void
  /** Throws, or takes longer than a moment, while the service cannot do its work. */
  readonly probe: () => Promise<void>
  readonly metrics: () => Promise<{ contentType: string; text: string }>
  /** Whether authorities can sign in to pages here; where they cannot, none is notified on a page (rule 19.20). */
  readonly hasPages: boolean
  /** What the sandbox has to offer; absent in production. */
  readonly sandbox?: () => Promise<object>
}
