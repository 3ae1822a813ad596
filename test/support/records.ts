import type { Insertable } from 'kysely'
import { v7 as newId } from 'uuid'
import { type NhsNumber, nhsCheckDigit } from '../../src/domain/nhs-number.ts'
import type { OdsCode } from '../../src/domain/organisation.ts'
import type { PersonAuthor } from '../../src/domain/query/requester.ts'
import type { QueryToRecord } from '../../src/flows/query/ports.ts'
import type { Database } from '../../src/storage/open-database.ts'
import type { Schema } from '../../src/storage/schema.ts'

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
  const { at, nhsNumber = freshNhsNumber(), author = nurse(), access = 'unscheduled' } = query
  return {
    id: newId(),
    nhsNumber,
    access,
    author,
    at,
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
