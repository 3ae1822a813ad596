import { type Kysely, type Selectable, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { AppointmentReport, NotifiedReport } from '../../domain/notification/missed-appointment.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { AuthorityContact } from '../../domain/query/answer.ts'
import type { MissedAppointmentStore } from '../../flows/notification/ports.ts'
import type { Schema } from '../schema.ts'

/** Reports of missed appointments; the notifications they make are delivered with all others (rule 15.3). */
export function missedAppointmentStore(db: Kysely<Schema>): MissedAppointmentStore {
  return {
    isRestricted: async nhsNumber => {
      const { rows } = await sql`
        select from person_number n join person_number r on r.person = n.person and r.restricted
        where n.nhs_number = ${nhsNumber} limit 1`.execute(db)
      return rows.length > 0
    },

    // One statement and one snapshot: whoever is told had a plan that was visible when the report was kept.
    keep: async ({ id, appointment, author, reportedAt }) => {
      const { nhsNumber, identifier, start, end = null, service = null, description = null } = appointment
      const { rows } = await sql`
        with visible as materialized (
          select * from speaking_plan
          where person = (select person from person_number where nhs_number = ${nhsNumber})
            and delete_time is null and visible_until > ${reportedAt}
        ),
        kept as (
          insert into missed_appointment
            (organisation, identifier_system, identifier_value, id, nhs_number, starts_at, ends_at, service, description, author,
             reported_at)
          select ${author.organisation.odsCode}, ${identifier.system}, ${identifier.value}, ${id}::uuid, ${nhsNumber},
            ${start}::timestamptz, ${end}::timestamptz, ${service}, ${description}, ${JSON.stringify(author)}::jsonb,
            ${reportedAt}::timestamptz
          where exists (select from visible)
          on conflict (organisation, identifier_system, identifier_value) do nothing
          returning id, author, reported_at
        ),
        told as materialized (
          select distinct on (v.authority)
            v.nhs_number, v.authority, v.local_id, v.local_id_authority, v.written_sequence, k.id, k.author, k.reported_at
          from visible v, kept k
          order by v.authority, v.written_created_at desc, v.written_sequence desc
        ),
        notified as (
          insert into notification
            (nhs_number, access_id, authority, accessed_at, author, local_id, local_id_authority, upload_sequence)
          select nhs_number, id, authority, reported_at, author, local_id, local_id_authority, written_sequence from told
        )
        insert into missed_appointment_alert
          (nhs_number, report_id, authority, reported_at, local_id, local_id_authority)
        select nhs_number, id, authority, reported_at, local_id, local_id_authority from told
        returning authority`.execute(db)
      return rows.length > 0
    },

    claim: async (organisation, names, id) => {
      const systems = names.map(({ system }) => system)
      const values = names.map(({ value }) => value)
      // In one order, so that two reports never wait for each other.
      await sql`
        insert into missed_appointment_name (organisation, identifier_system, identifier_value, report_id)
        select ${organisation}, n.system, n.value, ${id}::uuid
        from unnest(${systems}::text[], ${values}::text[]) as n(system, value) order by n.system, n.value
        on conflict (organisation, identifier_system, identifier_value) do nothing`.execute(db)
      const { rows } = await sql<{ report_id: string }>`
        select distinct m.report_id from missed_appointment_name m
        join unnest(${systems}::text[], ${values}::text[]) as n(system, value)
          on (m.identifier_system, m.identifier_value) = (n.system, n.value)
        where m.organisation = ${organisation} order by m.report_id`.execute(db)
      return rows.map(row => row.report_id)
    },

    release: async (id, to) => {
      await (to === undefined
        ? sql`delete from missed_appointment_name where report_id = ${id}::uuid`
        : sql`update missed_appointment_name set report_id = ${to}::uuid where report_id = ${id}::uuid`
      ).execute(db)
    },

    find: async (organisation, { system, value }) => {
      const row = await db
        .selectFrom('missed_appointment_name as name')
        .innerJoin('missed_appointment as report', 'report.id', 'name.report_id')
        .selectAll('report')
        .where('name.organisation', '=', organisation)
        .where('name.identifier_system', '=', system)
        .where('name.identifier_value', '=', value)
        .executeTakeFirst()
      return row && whole(db, row)
    },

    findById: async id => {
      const row = await db
        .selectFrom('missed_appointment')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && whole(db, row)
    },

    alerts: async (authority, limit) => {
      const rows = await db
        .selectFrom('missed_appointment_alert as alert')
        .innerJoin('missed_appointment as report', 'report.id', 'alert.report_id')
        .innerJoin('notification', join =>
          join
            .onRef('notification.nhs_number', '=', 'alert.nhs_number')
            .onRef('notification.access_id', '=', 'alert.report_id')
            .onRef('notification.authority', '=', 'alert.authority'),
        )
        .selectAll('report')
        .select([
          'alert.nhs_number as held_number',
          'alert.local_id',
          'alert.local_id_authority',
          'notification.message_id',
        ])
        .where('alert.authority', '=', authority)
        .orderBy('alert.reported_at', 'desc')
        .orderBy('alert.report_id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(row => ({
        ...readReport(row),
        authority,
        nhsNumber: row.held_number as NhsNumber,
        ...(row.local_id !== null && { localId: row.local_id }),
        ...(row.local_id_authority !== null && { localIdAuthority: row.local_id_authority }),
        ...(row.message_id !== null && { messageId: row.message_id }),
      }))
    },
  }
}

/** A report with all its names, and who was told. */
async function whole(
  db: Kysely<Schema>,
  row: Selectable<Schema['missed_appointment']>,
): Promise<NotifiedReport> {
  const names = await db
    .selectFrom('missed_appointment_name')
    .select(['identifier_system as system', 'identifier_value as value'])
    .where('report_id', '=', row.id)
    .orderBy('identifier_system')
    .orderBy('identifier_value')
    .execute()
  const { appointment, ...report } = readReport(row)
  const { system, value } = appointment.identifier
  const otherIdentifiers = names.filter(name => name.system !== system || name.value !== value)
  return {
    ...report,
    appointment: { ...appointment, ...(otherIdentifiers.length > 0 && { otherIdentifiers }) },
    told: await toldOf(db, row.id),
  }
}

async function toldOf(db: Kysely<Schema>, reportId: string): Promise<AuthorityContact[]> {
  const told = await db
    .selectFrom('missed_appointment_alert as alert')
    .innerJoin('authority', 'authority.ods_code', 'alert.authority')
    .select(['ods_code', 'name', 'duty_phone', 'office_phone'])
    // Of a successor that has told no numbers yet, those of whoever passed plans to it last (rule 19.14).
    .select(
      sql<Pick<Schema['authority'], 'duty_phone' | 'office_phone'> | null>`(
        select jsonb_build_object('duty_phone', f.duty_phone, 'office_phone', f.office_phone)
        from succession s join authority f on f.ods_code = s.from_authority and f.duty_phone is not null
        where authority.ods_code = any (s.successors) and s.state = 'done' order by s.done_at desc limit 1
      )`.as('former'),
    )
    .where('alert.report_id', '=', reportId)
    .orderBy('ods_code')
    .execute()
  return told.map(row => readContact({ ...row, ...(row.duty_phone === null && row.former) }))
}

function readReport(row: Selectable<Schema['missed_appointment']>): AppointmentReport {
  return {
    id: row.id,
    appointment: {
      identifier: { system: row.identifier_system, value: row.identifier_value },
      nhsNumber: row.nhs_number as NhsNumber,
      start: row.starts_at,
      ...(row.ends_at !== null && { end: row.ends_at }),
      ...(row.service !== null && { service: row.service }),
      ...(row.description !== null && { description: row.description }),
    },
    author: row.author,
    reportedAt: row.reported_at,
  }
}

/** An authority with a plan has had a file applied, which gave its number. */
function readContact(row: {
  ods_code: string
  name: string
  duty_phone: string | null
  office_phone: string | null
}): AuthorityContact {
  return {
    odsCode: row.ods_code as OdsCode,
    name: row.name,
    dutyPhone: row.duty_phone ?? '',
    ...(row.office_phone !== null && { officePhone: row.office_phone }),
  }
}
