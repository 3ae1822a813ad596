import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../test/support/engines.ts'
import { migrate } from './migrate.ts'

describeOnEachEngine('migrate', database => {
  test('a database that is up to date needs no step', async () => {
    expect(await migrate(database().kysely)).toEqual([])
  })

  test('both engines read types alike', async () => {
    const [row] = await database().statement<Record<string, unknown>>(
      'types',
      `select 42::bigint as big, date '2026-03-29' as day, timestamptz '2026-03-29 01:30:00+00' as moment`,
      [],
    )
    expect(row).toEqual({ big: 42, day: '2026-03-29', moment: new Date('2026-03-29T01:30:00Z') })
  })
})
