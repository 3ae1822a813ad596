import { type Kysely, sql } from 'kysely'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { type NumberRegister, placesOf } from '../../domain/person/number-register.ts'
import type { NumberDirectory, PdsAnswer } from '../../flows/person/ports.ts'
import type { Schema } from '../schema.ts'

interface MemberRow {
  readonly nhs_number: NhsNumber
  readonly person: NhsNumber
  readonly state: string
  readonly restricted: boolean
  readonly replaced_by: NhsNumber | null
  readonly follows: NhsNumber | null
  readonly version: number
}

/**
 * Who is one person (rules 4.4 and 14.8). Nothing else writes who a number's person is, and the constraints of the table reject whatever
 * does not follow from what PDS said. Numbers are always locked in their order, so that nobody waits for each other. `placesBy` is another
 * rule only where a test weakens it.
 */
export function numberDirectory(db: Kysely<Schema>, placesBy = placesOf): NumberDirectory {
  return {
    question: async () => {
      const { rows } = await sql<{ version: number }>`select nextval('pds_question') as version`.execute(db)
      return rows[0]?.version ?? 0
    },

    keepUnchanged: async (answers, checkHours) => {
      if (answers.length === 0) return []
      // Of one number twice in a file one answer is enough: both were asked under one version.
      const byNumber = new Map(answers.map(answer => [answer.nhsNumber, answer]))
      const said = answerRows([...byNumber.values()])
      // No target: with one, a row that another makes at the same moment could meet the other unique key first, and be an error.
      const { rows } = await sql<{ nhs_number: NhsNumber }>`
        insert into person_number (nhs_number, person, state, restricted, version, looked_at, due_at)
        select nhs_number, nhs_number, state, restricted, version, at, at + make_interval(hours => ${checkHours})
        from ${said} where replaced_by is null order by nhs_number
        on conflict do nothing returning nhs_number`.execute(db)
      const again = await sql<{ nhs_number: NhsNumber }>`
        update person_number known set version = said.version, looked_at = said.at,
          due_at = said.at + make_interval(hours => ${checkHours}), claimed_until = null
        from ${said} where known.nhs_number in (
            select n.nhs_number from person_number n where n.nhs_number = any (${[...byNumber.keys()]}::text[])
            order by n.nhs_number for no key update
          )
          and known.nhs_number = said.nhs_number and known.version < said.version and known.state = said.state
          and known.restricted = said.restricted and known.replaced_by is not distinct from said.replaced_by
        returning known.nhs_number`.execute(db)
      const kept = new Set([...rows, ...again.rows].map(row => row.nhs_number))
      return [...byNumber.values()].filter(answer => !kept.has(answer.nhsNumber))
    },

    enter: async (numbers, at) => {
      if (numbers.length === 0) return
      await sql`
        insert into person_number (nhs_number, person, due_at)
        select number, number, ${at}::timestamptz from unnest(${[...new Set(numbers)]}::text[]) number order by number
        on conflict do nothing`.execute(db)
    },

    regroup: async (answer, checkHours) => {
      const { nhsNumber, says, version, at } = answer
      const named = says.state === 'replaced' ? [nhsNumber, says.by] : [nhsNumber]
      const members = await lockedMembers(db, named)
      const mine = members?.find(member => member.nhs_number === nhsNumber)
      if (!members || !mine) return { kind: 'moved' }
      if (mine.version >= version) {
        if (!saysTheSame(mine, says))
          await db
            .updateTable('person_number')
            .set({ due_at: new Date(0) })
            .where('nhs_number', '=', nhsNumber)
            .execute()
        return { kind: 'older' }
      }
      await keepRegister(db, answer, checkHours, members, placesBy)
      const people = [...new Set([...members.map(({ person }) => person), ...(await peopleOf(db, members))])]
      await moveAccesses(db, people, at)
      if (says.state === 'live') {
        const { numDeletedRows } = await db
          .deleteFrom('number_change')
          .where('nhs_number', '=', nhsNumber)
          .executeTakeFirstOrThrow()
        return { kind: 'kept', toNotify: [], inUseAgain: numDeletedRows > 0n }
      }
      return { kind: 'kept', toNotify: await noteInactive(db, answer), inUseAgain: false }
    },
  }
}

/** The answers as rows named `said`. */
function answerRows(answers: readonly PdsAnswer[]) {
  const rows = answers.map(({ nhsNumber, version, at, says }) => ({
    nhs_number: nhsNumber,
    version,
    at,
    state: says.state,
    restricted: says.state === 'live' && says.restricted,
    ...(says.state === 'replaced' && { replaced_by: says.by }),
  }))
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said(
    nhs_number text, version bigint, at timestamptz, state text, restricted boolean, replaced_by text)`
}

/** Every number of the people whom the numbers belong to, locked in order; undefined where others joined or parted them meanwhile. */
async function lockedMembers(
  db: Kysely<Schema>,
  named: readonly NhsNumber[],
): Promise<MemberRow[] | undefined> {
  const numbers = await memberNumbers(db, named)
  const members = await db
    .selectFrom('person_number')
    .select(['nhs_number', 'person', 'state', 'restricted', 'replaced_by', 'follows', 'version'])
    .where('nhs_number', 'in', numbers)
    .orderBy('nhs_number')
    .forUpdate()
    .execute()
  const now = await memberNumbers(db, named)
  const same = now.join() === numbers.join() && members.length === numbers.length
  return same && named.every(number => numbers.includes(number)) ? (members as MemberRow[]) : undefined
}

async function memberNumbers(db: Kysely<Schema>, named: readonly NhsNumber[]): Promise<NhsNumber[]> {
  // In two parts, since only numbers that are not their own person's are found by person through an index.
  const { rows } = await sql<{ nhs_number: NhsNumber }>`
    with people as (select person from person_number where nhs_number = any (${[...named]}::text[]))
    select nhs_number from person_number where nhs_number in (select person from people)
    union
    select nhs_number from person_number where person in (select person from people) and person <> nhs_number
    order by nhs_number`.execute(db)
  return rows.map(row => row.nhs_number)
}

function saysTheSame(member: MemberRow, says: NumberRegister): boolean {
  return (
    member.state === says.state &&
    member.restricted === (says.state === 'live' && says.restricted) &&
    member.replaced_by === (says.state === 'replaced' ? says.by : null)
  )
}

/** Writes what PDS said and what follows from it for all numbers concerned; plans move with their numbers. */
async function keepRegister(
  db: Kysely<Schema>,
  { nhsNumber, version, at, says }: PdsAnswer,
  checkHours: number,
  members: readonly MemberRow[],
  placesBy: typeof placesOf,
): Promise<void> {
  const replacedBy = says.state === 'replaced' ? says.by : null
  const places = placesBy(
    members.map(member => {
      const [by, said] =
        member.nhs_number === nhsNumber ? [replacedBy, version] : [member.replaced_by, member.version]
      return { nhsNumber: member.nhs_number, version: said, ...(by && { replacedBy: by }) }
    }),
  )
  const own = places.find(place => place.nhsNumber === nhsNumber)
  await db
    .updateTable('person_number')
    .set({
      state: says.state,
      restricted: says.state === 'live' && says.restricted,
      replaced_by: replacedBy,
      follows: own?.follows ?? null,
      person: own?.person ?? nhsNumber,
      version,
      looked_at: at,
      due_at: new Date(at.getTime() + checkHours * 3_600_000),
      claimed_until: null,
    })
    .where('nhs_number', '=', nhsNumber)
    .execute()
  const moved = places.filter(({ nhsNumber: number, person, follows }) => {
    const before = members.find(member => member.nhs_number === number)
    return number !== nhsNumber && (before?.person !== person || before.follows !== (follows ?? null))
  })
  if (moved.length > 0) {
    await sql`
      update person_number n set person = place.person, follows = place.follows
      from jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) as place("nhsNumber" text, person text, follows text)
      where n.nhs_number = place."nhsNumber"`.execute(db)
  }
  // PDS may say something else of those that it had replaced by this one.
  await db
    .updateTable('person_number')
    .set({ due_at: at })
    .where('replaced_by', '=', nhsNumber)
    .where(
      'nhs_number',
      'in',
      members.map(member => member.nhs_number),
    )
    .where('due_at', '>', at)
    .execute()
}

async function peopleOf(db: Kysely<Schema>, members: readonly MemberRow[]): Promise<NhsNumber[]> {
  const rows = await db
    .selectFrom('person_number')
    .select('person')
    .distinct()
    .where(
      'nhs_number',
      'in',
      members.map(member => member.nhs_number),
    )
    .execute()
  return rows.map(row => row.person as NhsNumber)
}

/** Accesses go where their numbers went; who was listed in the last 24 hours is found anew, so that nothing is lost or made up (rule 5.6). */
async function moveAccesses(db: Kysely<Schema>, people: readonly NhsNumber[], at: Date): Promise<void> {
  await sql`
    update access a set person = n.person from person_number n
    where a.person = any (${[...people]}::text[]) and n.nhs_number = a.nhs_number and n.person <> a.person`.execute(
    db,
  )
  await sql`delete from last_listed where person = any (${[...people]}::text[])`.execute(db)
  await sql`
    insert into last_listed (person, author_key, listed_at)
    select person, author_key, max(accessed_at) from access
    where person = any (${[...people]}::text[]) and accessed_at > ${at}::timestamptz - interval '24 hours'
    group by person, author_key`.execute(db)
}

/**
 * Each authority whose plan under the number speaks is to be told once for each change; one that has uploaded the plan under another
 * number of the person knows (rule 14.2).
 */
async function noteInactive(
  db: Kysely<Schema>,
  { nhsNumber, version, at, says }: PdsAnswer,
): Promise<OdsCode[]> {
  const replacement = says.state === 'replaced' ? says.by : ''
  const { rows } = await sql<{ authority: OdsCode }>`
    insert into number_change
      (nhs_number, authority, version, replacement, noticed_at, local_id, local_id_authority, upload_sequence)
    select distinct on (authority)
      nhs_number, authority, ${version}::bigint, ${replacement}, ${at}::timestamptz, local_id, local_id_authority, written_sequence
    from speaking_plan p
    where person = (select person from person_number where nhs_number = ${nhsNumber}) and nhs_number = ${nhsNumber}
      and delete_time is null and visible_until > ${at}
      and ${replacement} is distinct from (
        select c.replacement from number_change c where c.nhs_number = p.nhs_number and c.authority = p.authority
        order by c.version desc limit 1
      )
    order by authority, written_created_at desc, written_sequence desc
    returning authority`.execute(db)
  return rows.map(row => row.authority)
}
