import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import type { Access } from '../../domain/query/access.ts'
import type { VisiblePlan } from '../../domain/query/answer.ts'
import type { IdentifiedKind } from '../../domain/query/identified.ts'
import { type Author, authorKey } from '../../domain/query/requester.ts'
import type { OfficeHours } from '../../domain/registration/office-hours.ts'
import { type FormerHolder, nameWithFormer } from '../../domain/registration/succession.ts'
import type { QueryStore, QueryToRecord } from '../../flows/query/ports.ts'
import { auditRow } from '../audit/audit-log.ts'

/** Runs one named statement; a server prepares it once. */
export type RunStatement = <Row>(name: string, text: string, values: readonly unknown[]) => Promise<Row[]>

/** The whole query is one function in the database (`migrations/0026-succession.ts`), called once; beside it, who the person is. */
export const ANSWER_QUERY = `
select q.*, n.person from answer_query($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) q
left join person_number n on n.nhs_number = $1`

const NUMBER_TO_ASK = `
select asked.nhs_number, nextval('pds_question') as version from (
  select number_to_ask($1, who.person, $3, $4) as nhs_number
  from (select coalesce((select person from person_number where nhs_number = $1), $1) as person) who
  where not exists (select from person_number n where n.person = who.person and n.restricted)
    and not exists (
      select from speaking_plan p where p.person = who.person and p.delete_time is null and p.visible_until > $2
    )
) asked where asked.nhs_number is not null`

/** Led by the id: the only statements about people that do not name a person (rule 4.13). */
const OWNER: Readonly<Record<IdentifiedKind, string>> = {
  plan: `
select p.person, s.id from plan p
join lateral (
  select s.id from plan s
  where (s.person, s.authority, s.plan_type, s.start_time, s.unborn)
    = (p.person, p.authority, p.plan_type, p.start_time, p.unborn)
  order by s.written_created_at desc, s.written_sequence desc, (s.nhs_number = s.person) desc, s.nhs_number limit 1
) s on true
where p.id = $1::uuid`,
  access: 'select person, id from access where id = $1::uuid',
  report: `
select coalesce(n.person, r.nhs_number) as person, r.id from missed_appointment r
left join person_number n on n.nhs_number = r.nhs_number where r.id = $1::uuid`,
}

/** The store of the hot path. */
export function queryStore(run: RunStatement): QueryStore {
  return {
    numberToAsk: async ({ nhsNumber, at, checkedAfter, feedAfter = null }) => {
      const values = [nhsNumber, at, checkedAfter, feedAfter]
      const [row] = await run<NumberToAsk & { version: number }>('number-to-ask', NUMBER_TO_ASK, values)
      return row && { nhsNumber: row.nhs_number, version: row.version }
    },

    ownerOf: async (kind, id) => {
      const [row] = await run<{ person: NhsNumber; id: string }>(`owner-of-${kind}`, OWNER[kind], [id])
      return row && { person: row.person, id: row.id }
    },

    answer: async query => {
      const [row] = await run<AnswerRow>('answer-query', ANSWER_QUERY, answerValues(query))
      if (!row) throw new Error('The database answers a query with one row')
      if (row.ask !== null) return { kind: 'ask', nhsNumber: row.ask, version: row.question }
      if (row.restricted) return { kind: 'restricted' }
      return {
        kind: 'answered',
        checked: row.checked,
        plans: (row.plans ?? []).map(plan => visiblePlan(plan, query.at)),
        accesses: (row.accesses ?? []).map(listedAccess),
        ...(row.person !== null && row.person !== query.nhsNumber && { supersededBy: row.person }),
      }
    },
  }
}

/** The values of `ANSWER_QUERY`, in its order. */
export function answerValues(query: QueryToRecord): unknown[] {
  const audit = auditRow(query.audit)
  return [
    query.nhsNumber,
    query.id,
    query.access === 'unscheduled',
    query.at,
    JSON.stringify(query.author),
    authorKey(query.author),
    audit.id,
    audit.door,
    audit.action,
    audit.trace_id,
    audit.details ?? '{}',
    query.mayAsk,
    query.checkedAfter,
    query.feedAfter ?? null,
  ]
}

interface NumberToAsk {
  readonly nhs_number: NhsNumber
}

interface AnswerRow {
  ask: NhsNumber | null
  question: number
  restricted: boolean
  checked: boolean
  plans: PlanJson[] | null
  accesses: { id: string; nhsNumber: NhsNumber; at: string; author: Author }[] | null
  person: NhsNumber | null
}

interface PlanJson {
  id: string
  nhs_number: NhsNumber
  plan_type: PlanType
  start_time: PlanTime
  end_time: PlanTime | null
  given: string
  family: string
  birth_date: CalendarDate
  local_id: string | null
  local_id_authority: string | null
  written_received_at: string
  authority: OdsCode
  authority_name: string
  duty_phone: string
  office_phone: string | null
  hours: OfficeHours | null
  /** Absent where nobody has said the hours, and where no bank holidays were set. */
  holidays: CalendarDate[] | null
  /** Whose it was before, the last one first; absent of people with whom nothing passed on. */
  formerly?: readonly FormerHolder[]
}

/** The one place where an authority comes into an answer with its name: both names for a year after a hand-over (rule 19.14). */
function visiblePlan(row: PlanJson, at: Date): VisiblePlan {
  return {
    id: row.id,
    nhsNumber: row.nhs_number,
    type: row.plan_type,
    start: row.start_time,
    ...(row.end_time !== null && { end: row.end_time }),
    subject: {
      given: row.given,
      family: row.family,
      birthDate: row.birth_date,
      ...(row.local_id !== null && { localId: row.local_id }),
      ...(row.local_id_authority !== null && { localIdAuthority: row.local_id_authority }),
    },
    authority: {
      odsCode: row.authority,
      name: nameWithFormer(row.authority_name, row.formerly ?? [], at),
      dutyPhone: row.duty_phone,
      ...(row.office_phone !== null && { officePhone: row.office_phone }),
      ...(row.hours !== null && { hours: { hours: row.hours, holidays: row.holidays ?? [] } }),
    },
    lastUploadedAt: new Date(row.written_received_at),
  }
}

function listedAccess(row: { id: string; nhsNumber: NhsNumber; at: string; author: Author }): Access {
  return { id: row.id, nhsNumber: row.nhsNumber, at: new Date(row.at), author: row.author }
}
