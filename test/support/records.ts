import type { Insertable } from 'kysely'
import { v7 as newId } from 'uuid'
import { type NhsNumber, nhsCheckDigit } from '../../src/domain/nhs-number.ts'
import type { OdsCode } from '../../src/domain/organisation.ts'
import type { NumberRegister } from '../../src/domain/person/number-register.ts'
import type { PersonAuthor } from '../../src/domain/query/requester.ts'
import type { NumberLookUp } from '../../src/flows/person/look-up-number.ts'
import { settle } from '../../src/flows/person/settle.ts'
import type { QueryToRecord } from '../../src/flows/query/ports.ts'
import type { Jobs } from '../../src/storage/job-queue.ts'
import type { Database } from '../../src/storage/open-database.ts'
import type { Schema } from '../../src/storage/schema.ts'
import { storage as storageOn } from '../../src/storage/storage.ts'

let last = 0

/** A number of the 999 range that no other test of this process uses. */
export function freshNhsNumber(): NhsNumber {
  for (;;) {
    const nine = `999${String(500_000 + last++).padStart(6, '0')}`
    const check = nhsCheckDigit(nine)
    if (check !== undefined) return `${nine}${check}` as NhsNumber
  }
}

/** A made-up nurse of a made-up hospital. */
export function nurse(userId = '000000000001'): PersonAuthor {
  return {
    kind: 'person',
    userId,
    roleProfileId: '100000000001',
    name: { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase' },
    jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
    organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX GENERAL HOSPITAL' },
  }
}

export function queryFor(query: Partial<QueryToRecord> & { at: Date }): QueryToRecord {
  const { at, nhsNumber = freshNhsNumber(), author = nurse(), access = 'unscheduled', mayAsk = false } = query
  return {
    id: newId(),
    nhsNumber,
    access,
    author,
    at,
    mayAsk,
    checkedAfter: new Date(at.getTime() - 24 * 3_600_000),
    audit: {
      id: newId(),
      at,
      via: 'fhir',
      action: 'query plans',
      outcome: 'allowed',
      author,
      nhsNumber,
      traceId: 'T-1',
    },
  }
}

/** A row of the plan table: a child protection plan, unless said otherwise. */
export function planRow(
  given: Partial<Insertable<Schema['plan']>> & { nhs_number: string; authority: string },
): Insertable<Schema['plan']> {
  return {
    person: given.nhs_number,
    plan_type: 'CPP',
    start_time: '202601010000',
    given: 'Pippin',
    family: 'Applecore',
    birth_date: '2019-05-01',
    visible_until: new Date('2037-05-01T23:00:00Z'),
    ever_loaded: true,
    written_created_at: new Date('2026-01-02T00:00:00Z'),
    written_sequence: 1,
    written_received_at: new Date('2026-01-02T00:05:00Z'),
    ...given,
  }
}

/** Holds a plan of which PDS never said anything but that the number is a person's; or as it stands where numbers were joined. */
export async function storedPlan(database: Database, given: Parameters<typeof planRow>[0]): Promise<void> {
  const { kysely } = database
  await kysely
    .insertInto('person_number')
    .values({ nhs_number: given.nhs_number, person: given.nhs_number, due_at: new Date('2100-01-01') })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  const { person } = await kysely
    .selectFrom('person_number')
    .select('person')
    .where('nhs_number', '=', given.nhs_number)
    .executeTakeFirstOrThrow()
  await kysely
    .insertInto('plan')
    .values(planRow({ person, ...given }))
    .execute()
}

/** For tests in which no job is worked on. */
export const NO_JOBS = { queue: () => ({ enqueue: async () => undefined }) } as unknown as Jobs

/** PDS says something of a number, later than all that it said before. */
export async function pdsSays(
  database: Database,
  nhsNumber: NhsNumber,
  says: NumberRegister,
  at: Date = new Date(),
): Promise<void> {
  const storage = storageOn(database, NO_JOBS)
  const version = await storage.numbers.question()
  await settle({ storage, newId, numberCheckHours: 24 }, { nhsNumber, version, at, says })
}

/** PDS is never asked about a number: for tests of what is held. */
export const NO_LOOK_UP: NumberLookUp = {
  withinMs: 0,
  freshness: at => ({ checkedAfter: new Date(at.getTime() - 24 * 3_600_000) }),
  ready: () => false,
  ask: async () => false,
}

export async function storedAuthority(database: Database, odsCode: string): Promise<void> {
  await database.kysely
    .insertInto('authority')
    .values({
      ods_code: odsCode,
      name: `COUNCIL ${odsCode}`,
      mailbox_id: `MB${odsCode}`,
      duty_phone: '01632960001',
      office_phone: '01632960002',
      live_since: new Date('2026-01-01T00:00:00Z'),
    })
    .onConflict(conflict => conflict.doNothing())
    .execute()
}
