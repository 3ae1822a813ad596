import { sql } from 'kysely'
import { ofEither, ofPerson, type RetainedTable, text } from './retained-table.ts'

/**
 * From when on the period of something counts that an authority was told, as row `t`, and that is delivered as `told`: from its
 * acknowledgement, or where the authority collects from a mailbox, and nobody acknowledged it, from when it was told. Before, null.
 */
const settledSince = (came: string, told: string) => {
  const delivered = (column: string) => sql.ref(`${told}.${column}`)
  return sql`(
    select greatest(${sql.ref(`t.${came}`)}, t.acknowledged_at) from authority a
    where a.ods_code = t.authority
      and case when t.acknowledged_at is null then a.told_at = 'mailbox' and ${delivered('message_id')} is not null
        else ${delivered('message_id')} is not null or ${delivered('told_at_desk')} or a.told_at = 'desk' end
      and not exists (select from message m where m.id = ${delivered('message_id')} and m.status = 'accepted')
  )`
}

/** A missed appointment is told as an access too (rule 15.3); both stay and go together. */
const missed_appointment_alert: RetainedTable = {
  table: 'missed_appointment_alert',
  key: [
    { column: 'nhs_number', type: 'text' },
    { column: 'report_id', type: 'uuid' },
    { column: 'authority', type: 'text' },
  ],
  since: () => sql`(
    select ${settledSince('reported_at', 'n')} from notification n
    where n.nhs_number = t.nhs_number and n.access_id = t.report_id and n.authority = t.authority limit 1
  )`,
  onHold: ofEither,
  remove: () => sql`, notified as (
    delete from notification n using past
    where n.nhs_number = past.nhs_number and n.access_id = past.report_id and n.authority = past.authority returning 1
  ), removed as (
    delete from missed_appointment_alert t using past
    where t.nhs_number = past.nhs_number and t.report_id = past.report_id and t.authority = past.authority returning 1
  ), counted as (
    select (select count(*) from removed) + (select count(*) from notified) as rows, (select count(*) from removed) as counted
  )`,
}

const notification: RetainedTable = {
  table: 'notification',
  key: [
    { column: 'nhs_number', type: 'text' },
    { column: 'id', type: 'uuid' },
  ],
  since: () => sql`case when not exists (
      select from missed_appointment_alert m
      where m.nhs_number = t.nhs_number and m.report_id = t.access_id and m.authority = t.authority
    ) then ${settledSince('accessed_at', 't')} end`,
  onHold: ofEither,
}

/** As long as the authority holds a plan under the number, it is told of the change once, and the number does not match (rules 14.2, 19.5). */
const number_change: RetainedTable = {
  table: 'number_change',
  key: [
    { column: 'nhs_number', type: 'text' },
    { column: 'authority', type: 'text' },
    { column: 'version', type: 'bigint' },
  ],
  since: () => sql`case when not exists (
      select from person_number n join plan p on p.person = n.person and p.nhs_number = n.nhs_number
      where n.nhs_number = t.nhs_number and p.authority = t.authority
    ) then ${settledSince('noticed_at', 't')} end`,
  onHold: held => sql`(${ofEither(held)} or ${ofPerson('t.replacement', held)})`,
}

const missed_appointment: RetainedTable = {
  table: 'missed_appointment',
  key: text('organisation', 'identifier_system', 'identifier_value'),
  since: () => sql`case when not exists (
      select from missed_appointment_alert m where m.report_id = t.id
    ) then t.reported_at end`,
  onHold: held => ofPerson('t.nhs_number', held),
  // With its names: one that led to no report would keep the appointment from being reported again.
  remove: () => sql`, named as (
    delete from missed_appointment_name n using past
    join missed_appointment m on (m.organisation, m.identifier_system, m.identifier_value)
      = (past.organisation, past.identifier_system, past.identifier_value)
    where n.report_id = m.id returning 1
  ), removed as (
    delete from missed_appointment t using past
    where (t.organisation, t.identifier_system, t.identifier_value)
      = (past.organisation, past.identifier_system, past.identifier_value) returning 1
  ), counted as (
    select (select count(*) from removed) + (select count(*) from named) as rows, (select count(*) from removed) as counted
  )`,
}

/** Goes with its report. */
const missed_appointment_name: RetainedTable = {
  table: 'missed_appointment_name',
  key: text('organisation', 'identifier_system', 'identifier_value'),
  since: () => sql`case when not exists (
      select from missed_appointment m where m.id = t.report_id
    ) then timestamptz 'epoch' end`,
  onHold: () => sql`false`,
}

const desk_step: RetainedTable = {
  table: 'desk_step',
  key: [...text('nhs_number', 'authority'), { column: 'item', type: 'uuid' }, { column: 'id', type: 'uuid' }],
  since: () => sql`case when not exists (
      select from notification n where n.nhs_number = t.nhs_number and n.id = t.item
    ) and not exists (
      select from missed_appointment_alert m where m.nhs_number = t.nhs_number and m.report_id = t.item
    ) and not exists (
      select from number_change c where c.nhs_number = t.nhs_number and c.authority = t.authority and c.id = t.item
    ) then t.at end`,
  onHold: ofEither,
}

/** What authorities were told, in the order in which the tables are gone through (rule 23.8). */
export const NOTIFICATION_TABLES: readonly RetainedTable[] = [
  missed_appointment_alert,
  notification,
  number_change,
  missed_appointment,
  missed_appointment_name,
  desk_step,
]
