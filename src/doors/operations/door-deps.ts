import type { addAuthority } from '../../flows/manage-exchange.ts'
import type { Clock, NewId, Storage } from '../../flows/ports.ts'

export interface OperationsDoorDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  readonly adminToken: string
  readonly mesh: Parameters<typeof addAuthority>[0]['mesh']
  /** Throws, or takes longer than a moment, while the service cannot do its work. */
  readonly probe: () => Promise<void>
  readonly metrics: () => Promise<{ contentType: string; text: string }>
  /** What the sandbox has to offer; absent in production. */
  readonly sandbox?: () => Promise<object>
}
