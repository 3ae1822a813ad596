import type { AuditEntry } from '../../domain/audit/audit.ts'
import { recordRequest } from '../../flows/audit/record-request.ts'
import type { OperationsApiDeps } from './api-deps.ts'

export function recordCommand(
  deps: OperationsApiDeps,
  request: Omit<AuditEntry, 'id' | 'at' | 'via'>,
): Promise<void> {
  return recordRequest({ ...deps, audit: deps.storage.audit }, { ...request, via: 'operations' })
}

/** Lists are recorded when they have been read: what an operator saw is on record too. */
export async function seenOnRecord<T>(deps: OperationsApiDeps, action: string, read: Promise<T>): Promise<T> {
  const found = await read
  await recordCommand(deps, { action, outcome: 'allowed', actor: 'operator' })
  return found
}
