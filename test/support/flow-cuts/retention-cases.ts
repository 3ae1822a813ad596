import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { keepRetention } from '../../../src/flows/retention/keep-retention.ts'
import { placeHold, releaseHold } from '../../../src/flows/retention/legal-holds.ts'
import { retentionDeps } from '../../../src/flows/retention/testing.ts'
import { freshNhsNumber, nurse } from '../records.ts'
import { audited, type FlowCase } from './flow-case.ts'

const DAY = 86_400_000

/** Everything of a kind is looked at in one step. */
const ROWS = 100_000

/** What is removed for its age, and what is not. */
export const RETENTION_FLOWS: readonly FlowCase[] = [
  {
    name: 'an access that is past its period is removed',
    again: 'nothing',
    prepare: async ({ database, clock }) => {
      const number = freshNhsNumber()
      const old = new Date(clock.now().getTime() - 800 * DAY)
      await database.kysely
        .insertInto('access')
        .values({
          person: number,
          nhs_number: number,
          accessed_at: old,
          id: newId(),
          author: JSON.stringify(nurse()),
          author_key: 'a',
        })
        .execute()
      const settings = retentionDeps(database, clock.now)
      const retention = { ...settings.retention, rows: ROWS }
      await settings.storage.transaction(stores => stores.retention.takeTurn(clock.now()))
      const never = new Date('2200-01-01T00:00:00Z')
      await database.kysely.updateTable('retention_pass').set({ due_at: never }).execute()
      const since = clock.now()
      const due = { due_at: since }
      await database.kysely.updateTable('retention_pass').set(due).where('kind', '=', 'accesses').execute()
      return {
        act: on => keepRetention({ ...settings, retention, storage: on }),
        done: sql`select (select 1 - count(*) from access where person = ${number}) as removed,
          (select count(*) from retention_pass where kind = 'accesses' and ended_at >= ${since} and due_at > ${since}) as passes,
          (select count(*) from audit where action = 'remove personal data' and subject = 'accesses' and at >= ${since}) as audited`,
      }
    },
  },
  {
    name: 'a legal hold is placed',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode } = await bench.authority()
      return {
        act: on => placeHold(bench.deps(on), { authority: odsCode }, 'a test of the flow'),
        done: sql`select (select count(*) from legal_hold where authority = ${odsCode}) as holds,
          ${audited('place legal hold', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'a legal hold is released',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode } = await bench.authority()
      const placed = await placeHold(bench.deps(bench.storage), { authority: odsCode }, 'a test of the flow')
      if (!placed.ok) throw new Error('An authority of its own is on no hold')
      return {
        act: on => releaseHold(bench.deps(on), placed.value.id),
        done: sql`select (select 1 - count(*) from legal_hold where authority = ${odsCode}) as released,
          ${audited('release legal hold', odsCode)} as audited`,
      }
    },
  },
]
