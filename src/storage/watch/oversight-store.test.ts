import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { PersonAuthor } from '../../domain/query/requester.ts'
import { auditLog } from '../audit/audit-log.ts'
import { oversightStore } from './oversight-store.ts'

const at = (hour: number, minute = 0) => new Date(Date.UTC(2026, 2, 10, hour, minute))
const NURSE: PersonAuthor = {
  kind: 'person',
  userId: '999000000101',
  name: { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase' },
  jobRole: { code: 'R8001', display: 'Nurse' },
  organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX HOSPITAL' },
}
const entry = (instant: Date, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: newId(),
  at: instant,
  via: 'fhir',
  action: 'query plans',
  outcome: 'allowed',
  ...more,
})

describeOnEachEngine("the operator's view", database => {
  const store = () => oversightStore(database().kysely)
  const keep = async (...entries: AuditEntry[]) => {
    for (const one of entries) await auditLog(database().kysely).append(one)
  }

  test('hours are counted, those that are over once, and what comes in the present hour shows at once', async () => {
    await keep(
      entry(at(8, 10)),
      entry(at(8, 50), { via: 'spine' }),
      entry(at(8, 51), { outcome: 'refused' }),
      entry(at(9, 5), { via: 'worker', action: 'receive upload', outcome: 'refused' }),
    )
    const from = new Date(Date.UTC(2026, 1, 8))
    const first = await store().hours(from, at(10, 30))
    const wanted = [
      { hour: at(8), what: 'queries', count: 2 },
      { hour: at(9), what: 'uploads', count: 1 },
    ]
    expect(first).toEqual(wanted)
    await keep(entry(at(10, 40)))
    expect(await store().hours(from, at(10, 41))).toEqual([
      ...wanted,
      { hour: at(10), what: 'queries', count: 1 },
    ])
    expect(await store().hours(from, at(13, 0))).toEqual([
      ...wanted,
      { hour: at(10), what: 'queries', count: 1 },
    ])
  })

  test('interfaces are counted by what they said', async () => {
    await keep(
      entry(at(20), { via: 'mesh', outcome: 'failed' }),
      entry(at(20), { via: 'mesh' }),
      entry(at(20), { via: 'mesh' }),
      entry(at(20), { via: 'smsp', outcome: 'refused' }),
    )
    expect(await store().interfaces(at(20))).toEqual([
      { via: 'mesh', allowed: 2, refused: 0, failed: 1 },
      { via: 'smsp', allowed: 0, refused: 1, failed: 0 },
    ])
  })

  test('the audit log is found by time, person, name, API and outcome, and by nothing that merely looks like a pattern', async () => {
    const person = '9990000018' as NhsNumber
    const [one, two, three] = [
      entry(at(21, 1), { author: NURSE, nhsNumber: person }),
      entry(at(21, 2), { via: 'web', actor: 'operator: 100%_Hawthorn', outcome: 'refused', reason: 'x' }),
      entry(at(21, 3), { via: 'mesh', actor: 'X9Z01AA1', subject: 'M1', details: { chunk: 2 } }),
    ] as const
    await keep(one, two, three)
    const found = async (more: object) =>
      store().searchAudit({ from: at(21), before: at(22), ...more }, { limit: 10, offset: 0 })
    expect(await found({})).toEqual([three, two, one])
    expect(await found({ nhsNumber: person })).toEqual([one])
    for (const who of ['tansy test', 'sandbox hosp', '999000000101', 'X9Z01']) {
      expect(await found({ who, via: 'fhir' })).toEqual([one])
    }
    expect(await found({ who: '%_' })).toEqual([two])
    expect(await found({ who: 'given' })).toEqual([])
    expect(await found({ outcome: 'refused' })).toEqual([two])
    const second = { limit: 1, offset: 1 }
    expect(await store().searchAudit({ from: at(21), before: at(21, 3) }, second)).toEqual([one])
  })

  test('a job that failed can be tried at once; one that did not, not', async () => {
    const { kysely } = database()
    await sql`create schema if not exists pgboss`.execute(kysely)
    await sql`create table if not exists pgboss.job (id uuid, name text, data jsonb, state text, retry_count int,
      created_on timestamptz, start_after timestamptz, completed_on timestamptz)`.execute(kysely)
    const [failed, fresh] = [newId(), newId()]
    for (const [id, state] of [
      [failed, 'retry'],
      [fresh, 'created'],
    ]) {
      await sql`insert into pgboss.job (id, name, data, state, retry_count, created_on, start_after) values
        (${id}::uuid, 'receive-upload', '{"key":"M1"}', ${state}, 3, ${at(8)}, ${at(23)})`.execute(kysely)
    }
    expect(await store().failedJobs(10)).toEqual([
      { id: failed, name: 'receive-upload', key: 'M1', since: at(8), attempts: 3, nextAt: at(23) },
    ])
    expect([await store().retryJob(failed), await store().retryJob(fresh)]).toEqual([true, false])
    expect((await store().failedJobs(10))[0]?.nextAt).not.toEqual(at(23))
  })
})
