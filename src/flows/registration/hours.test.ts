import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { queryFor, storedAuthority, storedPlan } from '../../../test/support/records.ts'
import { bankHolidays } from '../../domain/bank-holidays.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { expectHours } from '../../domain/registration/hours.testing.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { changeSettings } from './onboard-authority.ts'
import { resetHolidays, setHolidays } from './set-holidays.ts'

const NOW = new Date('2026-06-15T12:00:00Z')

describeOnEachEngine('hours and holidays', database => {
  let jobs: Jobs
  let storage: Storage

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
  })
  afterAll(() => jobs.stop(1_000))

  const deps = () => ({ storage, clock: { now: () => NOW }, newId })
  const entries = async (action: string) =>
    (
      await database()
        .kysely.selectFrom('audit')
        .select(['actor', 'subject', 'details'])
        .where('action', '=', action)
        .orderBy('id')
        .execute()
    ).map(({ actor, subject, details }) => ({ actor, subject, details }))
  const answered = async (nhsNumber: ReturnType<typeof queryFor>['nhsNumber']) => {
    const answer = await storage.queries.answer({ ...queryFor({ at: NOW }), nhsNumber })
    if (answer.kind !== 'answered') throw new Error(`It is answered: ${answer.kind}`)
    return answer.plans.map(({ authority }) => [authority.odsCode, authority.hours])
  }
  const year = (...more: string[]) =>
    [...bankHolidays(2026), ...more].map(date => ({ date, title: 'Holiday', notes: '' }))

  test('(rules 16.12 and 16.13) come with the one call that answers a query, of whoever has said them', async () => {
    const { nhsNumber } = queryFor({ at: NOW })
    for (const authority of ['811', '812']) {
      await storedAuthority(database(), authority)
      await storedPlan(database(), { nhs_number: nhsNumber, authority })
    }
    expect(await answered(nhsNumber)).toEqual([
      ['811', undefined],
      ['812', undefined],
    ])
    const hours = expectHours('Mon-Thu 08:30-16:30; Fri 08:30-16:00')
    await changeSettings(deps(), '811' as OdsCode, { hours })
    expect(await answered(nhsNumber)).toEqual([
      ['811', { hours, holidays: [] }],
      ['812', undefined],
    ])
    await setHolidays(deps(), year('2026-06-15'))
    const holidays = [...bankHolidays(2026), '2026-06-15'].toSorted()
    expect(await answered(nhsNumber)).toEqual([
      ['811', { hours, holidays }],
      ['812', undefined],
    ])
    await changeSettings(deps(), '811' as OdsCode, { hours: null })
    expect(await answered(nhsNumber)).toEqual([
      ['811', undefined],
      ['812', undefined],
    ])
    expect((await entries('change authority')).map(({ details }) => details)).toEqual([
      { hours },
      { hours: 'none' },
    ])
    await resetHolidays(deps())
  })

  test('(rule 16.13) holidays are set whole or not at all, taken back, and each change is on record once', async () => {
    const before = [await entries('set bank holidays'), await entries('reset bank holidays')].map(
      list => list.length,
    )
    expect(await setHolidays(deps(), year('2026-02-30'))).toMatchObject({ ok: false })
    expect(await storage.holidays.list()).toEqual([])
    expect(await setHolidays(deps(), year('2026-06-15'))).toMatchObject({ value: { changed: true } })
    expect(await setHolidays(deps(), year('2026-06-15'))).toMatchObject({ value: { changed: false } })
    expect(await storage.holidays.days()).toHaveLength(9)
    // What is set later takes the place of all that was set before.
    await setHolidays(
      deps(),
      [...bankHolidays(2027)].map(date => ({ date, title: 'Holiday', notes: '' })),
    )
    expect((await storage.holidays.days()).every(day => day.startsWith('2027'))).toBe(true)
    expect([await resetHolidays(deps()), await resetHolidays(deps())]).toEqual([true, false])
    expect(await storage.holidays.days()).toEqual([])
    const set = (await entries('set bank holidays')).slice(before[0])
    expect(set).toEqual([
      { actor: 'operator', subject: null, details: { days: 9, years: '2026' } },
      { actor: 'operator', subject: null, details: { days: 8, years: '2027' } },
    ])
    expect((await entries('reset bank holidays')).slice(before[1])).toHaveLength(1)
  })
})
