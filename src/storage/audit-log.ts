import type { Kysely } from 'kysely'
import type { AuditEntry } from '../domain/audit.ts'
import type { AuditLog } from '../flows/ports.ts'
import type { Schema } from './schema.ts'

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
    door: entry.door,
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
