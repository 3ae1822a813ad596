import { sql } from 'kysely'
import type { RetainedKind } from '../../domain/retention/personal-data.ts'
import { STILL_FAILING } from '../upload/failing-records.ts'
import { NOTIFICATION_TABLES } from './notification-tables.ts'
import { ofAuthority, ofEither, ofPerson, type RetainedTable, text } from './retained-table.ts'

/** From when on a plan is over, as far as its own row says: a file that carries it again begins anew. */
const overSince = (plan: string) => {
  const of = (column: string) => sql.ref(`${plan}.${column}`)
  return sql`greatest(
    case when ${of('delete_time')} is null then ${of('visible_until')} end, ${of('written_created_at')}, ${of('written_received_at')})`
}

/** The same plan under any number of the person. */
const samePlan = (one: string, other: string) =>
  sql.join(
    ['person', 'authority', 'plan_type', 'start_time', 'unborn'].map(
      column => sql`${sql.ref(`${one}.${column}`)} = ${sql.ref(`${other}.${column}`)}`,
    ),
    sql` and `,
  )

const upload_record: RetainedTable = {
  table: 'upload_record',
  key: [
    { column: 'upload_id', type: 'uuid' },
    { column: 'position', type: 'integer' },
  ],
  // Staged for a file that is still being judged: no upload is there yet. Whoever gave it up is forgotten after a day.
  since: () => sql`(
    select u.received_at from upload u
    where u.id = t.upload_id and u.file_code is not null and (
      t.fault is null or (
        not exists (select from failing_record f where f.upload_id = t.upload_id and f.position = t.position)
        and u.id <> (
          select n.id from upload n where n.authority = u.authority and n.file_code is not null
          order by n.created_at desc, n.sequence desc limit 1
        )
      )
    )
  )`,
  onHold: held => sql`(
    ${ofPerson('t.nhs_number', held)}
    or regexp_replace(t.sent #>> '{subjects,0,nhsNumber}', '\\D', '', 'g') = any (${[...held.numbers]}::text[])
    or exists (select from upload u where u.id = t.upload_id and ${ofAuthority('u.authority', held)})
  )`,
}

const upload_plan: RetainedTable = {
  table: 'upload_plan',
  key: [...upload_record.key, { column: 'block', type: 'integer' }],
  since: () => sql`(select u.received_at from upload u where u.id = t.upload_id and u.file_code is not null)`,
  onHold: held => sql`(
    ${ofPerson('t.nhs_number', held)}
    or exists (select from upload u where u.id = t.upload_id and ${ofAuthority('u.authority', held)})
  )`,
}

const failing_record: RetainedTable = {
  table: 'failing_record',
  key: text('authority', 'person'),
  since: () => sql`case when not exists (
      select from ${STILL_FAILING} and f.authority = t.authority and f.person = t.person
    ) then (select u.received_at from upload u where u.id = t.upload_id) end`,
  onHold: ofEither,
}

const upload: RetainedTable = {
  table: 'upload',
  key: [{ column: 'id', type: 'uuid' }],
  only: sql`t.acknowledgement_payload_id is not null`,
  // A day longer than a file can be repeated: it may be on its way to be answered.
  since: () => sql`t.created_at + interval '24 hours'`,
  onHold: held => ofAuthority('t.authority', held),
  // The content goes with messages that are too old (`mailbox/payload-store.ts`), since nothing refers to it any more.
  remove: () => sql`, gone as (
    update upload t set acknowledgement_payload_id = null from past where t.id = past.id returning 1
  ), counted as (select count(*) as rows, count(*) as counted from gone)`,
}

const plan: RetainedTable = {
  table: 'plan',
  key: text('person', 'authority', 'plan_type', 'start_time', 'unborn', 'nhs_number'),
  // All rows of a plan go together: of several the newest speaks, and what it overrules must not speak in its place (rule 14.5).
  since: () => sql`greatest(
    (select max(${overSince('p')}) from plan p where ${samePlan('p', 't')}),
    (select max(b.written_created_at) from plan_taken_back b where ${samePlan('b', 't')})
  )`,
  onHold: held => sql`(${ofEither(held)} or ${ofPerson('t.person', held)})`,
  // Nobody joins or parts the people meanwhile.
  lock: page => sql`
    select count(*) from (
      select from person_number n where n.nhs_number in (select t.nhs_number from plan t where ${page})
      order by n.nhs_number for key share
    ) locked`,
  remove: ({ at }) => sql`, removed as (
    delete from plan t using past
    where ${sql.join(
      plan.key.map(({ column }) => sql`${sql.ref(`t.${column}`)} = ${sql.ref(`past.${column}`)}`),
      sql` and `,
    )} returning t.*
  ), kept as (
    insert into removed_plan_count as known (authority, plan_type, month, count)
    select authority, plan_type, date_trunc('month', ${at}::timestamptz at time zone 'Europe/London')::date,
      count(distinct (person, start_time, unborn))
    from removed where ever_loaded group by authority, plan_type
    on conflict (authority, plan_type, month) do update set count = known.count + excluded.count
  ), counted as (select count(*) as rows, count(*) as counted from removed)`,
}

const plan_taken_back: RetainedTable = {
  table: 'plan_taken_back',
  key: text('person', 'authority', 'plan_type', 'start_time', 'unborn', 'nhs_number', 'what'),
  since: () =>
    sql`case when not exists (select from plan p where ${samePlan('p', 't')}) then t.written_created_at end`,
  onHold: held => sql`(${ofEither(held)} or ${ofPerson('t.person', held)})`,
}

const access: RetainedTable = {
  table: 'access',
  key: [
    { column: 'person', type: 'text' },
    { column: 'accessed_at', type: 'timestamptz' },
    { column: 'id', type: 'uuid' },
  ],
  since: () => sql`greatest(
    t.accessed_at, (select max(${overSince('p')}) from plan p where p.person = t.person)
  )`,
  onHold: held => sql`(
    ${ofPerson('t.person', held)} or ${ofPerson('t.nhs_number', held)}
    or exists (select from plan p where p.person = t.person and ${ofAuthority('p.authority', held)})
  )`,
}

const last_listed: RetainedTable = {
  table: 'last_listed',
  key: text('person', 'author_key'),
  since: () => sql`t.listed_at`,
  onHold: held => ofPerson('t.person', held),
}

const held_person_fault: RetainedTable = {
  table: 'held_person_fault',
  key: text('nhs_number', 'authority'),
  since: ({ at }) => sql`case when not exists (
      select from person_number n join plan p on p.person = n.person
      where n.nhs_number = t.nhs_number and p.nhs_number = t.nhs_number and p.authority = t.authority
        and p.delete_time is null and p.visible_until > ${at}
    ) then t.since end`,
  onHold: ofEither,
}

const match_decision: RetainedTable = {
  table: 'match_decision',
  key: [...text('authority', 'nhs_number', 'name'), { column: 'birth_date', type: 'date' }],
  since: () => sql`case when not exists (
      select from person_number n join plan p on p.person = n.person
      where n.nhs_number = t.nhs_number and p.authority = t.authority
    ) and not exists (
      select from failing_record f where f.authority = t.authority and f.nhs_number = t.nhs_number
    ) then t.decided_at end`,
  onHold: ofEither,
}

/** That a plan stands says nothing once the plan is gone (rule 3.26). */
const confirmed_plan: RetainedTable = {
  table: 'confirmed_plan',
  key: text('authority', 'nhs_number', 'plan_type', 'start_time', 'unborn', 'beside'),
  since: () => sql`case when not exists (
      select from person_number n join plan p on p.person = n.person
      where n.nhs_number = t.nhs_number and p.authority = t.authority
    ) then t.confirmed_at end`,
  onHold: ofEither,
}

/** To whom a plan passed is asked for as long as the plan is held (rule 19.13). */
const succession_plan: RetainedTable = {
  table: 'succession_plan',
  key: [
    ...text('person'),
    { column: 'succession', type: 'uuid' },
    ...text('plan_type', 'start_day', 'local_id', 'nhs_number'),
  ],
  since: () => sql`case when not exists (select from plan p where p.person = t.person) then (
      select coalesce(s.done_at, s.on_day::timestamptz) from succession s where s.id = t.succession
    ) end`,
  onHold: held => ofPerson('t.nhs_number', held),
}

/** All numbers of a person go together, with the number that leads them (rule 23.7). */
const person_number: RetainedTable = {
  table: 'person_number',
  key: text('nhs_number'),
  since: ({ at, isFeedReliedOn }) => sql`case when not exists (select from plan p where p.person = t.person)
    and not exists (select from plan_taken_back b where b.person = t.person)
    and not exists (select from succession_plan s where s.person = t.person)
    and not exists (select from access a where a.person = t.person)
    then (
      select max(g.looked_at) from person_number g
      where g.nhs_number = t.person or (g.person = t.person and g.person <> g.nhs_number)
      having bool_and(g.state <> 'unasked' and coalesce(g.claimed_until <= ${at}, true) and g.due_at > 'epoch' and not exists (
          select from number_change c where c.nhs_number = g.nhs_number
        ))
        and (count(*) = 1 or not ${isFeedReliedOn}::boolean)
    ) end`,
  onHold: held => sql`(${ofPerson('t.nhs_number', held)} or ${ofPerson('t.person', held)})`,
  removedBy: sql`t.person = t.nhs_number`,
  lock: page => sql`
    select count(*) from (
      select from person_number g where g.person in (select t.person from person_number t where ${page} and t.person = t.nhs_number)
      order by g.nhs_number for update
    ) locked`,
  remove: ({ lastKey }) => sql`, removed as (
    delete from person_number t using past
    where t.nhs_number = past.nhs_number or (t.person = past.nhs_number and t.person <> t.nhs_number) returning t.nhs_number
  ), counted as (
    select count(*) as rows, count(*) filter (where nhs_number <= ${lastKey[0] ?? ''}) as counted from removed
  )`,
}

/** The tables of each kind, in the order in which they are gone through. */
export const RETAINED_TABLES: Readonly<Record<RetainedKind, readonly RetainedTable[]>> = {
  'file-records': [upload_record, upload_plan],
  'refused-people': [failing_record],
  acknowledgements: [upload],
  plans: [plan, plan_taken_back, succession_plan],
  accesses: [access],
  'listed-lately': [last_listed],
  notifications: NOTIFICATION_TABLES,
  'people-differ': [held_person_fault],
  'match-decisions': [match_decision, confirmed_plan],
  numbers: [person_number],
}
