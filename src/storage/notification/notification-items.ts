import { type RawBuilder, sql } from 'kysely'
import type { OdsCode } from '../../domain/organisation.ts'

/**
 * Everything that an authority was told, of each kind as far as is asked. A missed appointment is told as an access too (rule 15.3),
 * and is here once.
 */
export function itemsOf(
  authority: OdsCode | RawBuilder<unknown>,
  ofEach: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  const accesses = sql`
    select n.id, 'access' as kind, n.accessed_at as at, n.nhs_number, n.local_id, n.author,
      null::timestamptz as starts_at, null as service, null as description, null as replacement, n.acknowledged_at
    from notification n where n.authority = ${authority} and not exists (
      select from missed_appointment_alert m
      where m.nhs_number = n.nhs_number and m.report_id = n.access_id and m.authority = n.authority
    )`
  const appointments = sql`
    select m.report_id as id, 'missed-appointment' as kind, m.reported_at as at, m.nhs_number, m.local_id, r.author,
      r.starts_at, r.service, r.description, null as replacement, m.acknowledged_at
    from missed_appointment_alert m join missed_appointment r on r.id = m.report_id where m.authority = ${authority}`
  const numbers = sql`
    select c.id, 'inactive-number' as kind, c.noticed_at as at, c.nhs_number, c.local_id, null::jsonb as author,
      null::timestamptz as starts_at, null as service, null as description, c.replacement, c.acknowledged_at
    from number_change c where c.authority = ${authority}`
  const kinds = [accesses, appointments, numbers].map(kind => sql`(select * from (${kind}) item ${ofEach})`)
  return sql`(${sql.join(kinds, sql` union all `)})`
}
