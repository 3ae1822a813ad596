import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { Clock, NewId } from '../ports.ts'
import type { AuditLog } from './ports.ts'

/** Leaves the audit entry of a request that did nothing else: refused by the interface, or failed (rule 8.1). */
export async function recordRequest(
  deps: { readonly audit: AuditLog; readonly clock: Clock; readonly newId: NewId },
  request: Omit<AuditEntry, 'id' | 'at'>,
): Promise<void> {
  await deps.audit.append({ ...request, id: deps.newId(), at: deps.clock.now() })
}
