import type { Kysely, Selectable } from 'kysely'
import type { AuditEntry, InterfaceName } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { AuditLog } from '../../flows/audit/ports.ts'
import type { Schema } from '../schema.ts'

/** The audit log: entries are added and never touched again; the table itself refuses anything else (rule 8.1). */
export function auditLog(db: Kysely<Schema>): AuditLog {
  return {
    append: async entry => {
      await db.insertInto('audit').values(auditRow(entry)).execute()
    },
  }
}

/** An entry as its row. */
export function auditRow(entry: AuditEntry) {
  return {
    id: entry.id,
    at: entry.at,
    door: entry.via,
    action: entry.action,
    outcome: entry.outcome,
    reason: entry.reason ?? null,
    author: entry.author ? JSON.stringify(entry.author) : null,
    actor: entry.actor ?? null,
    nhs_number: entry.nhsNumber ?? null,
    trace_id: entry.traceId ?? null,
    subject: entry.subject ?? null,
    details: entry.details ? JSON.stringify(entry.details) : null,
  }
}

export type AuditRow = Selectable<Schema['audit']>

/** A row as its entry. */
export function readAuditRow(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    via: row.door as InterfaceName,
    action: row.action,
    outcome: row.outcome as AuditEntry['outcome'],
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.author !== null && { author: row.author }),
    ...(row.actor !== null && { actor: row.actor }),
    ...(row.nhs_number !== null && { nhsNumber: row.nhs_number as NhsNumber }),
    ...(row.trace_id !== null && { traceId: row.trace_id }),
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.details !== null && { details: row.details as NonNullable<AuditEntry['details']> }),
  }
}
