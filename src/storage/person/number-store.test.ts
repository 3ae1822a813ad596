import { v7 as newId } from 'uuid'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, planRow, storedAuthority } from '../../../test/support/records.ts'
import type { CalendarDate, PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { InactiveNumber } from '../../domain/notification/inactive-number-notification.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { uploadStore } from '../upload/upload-store.ts'
import { enrolNumbers, numberStore } from './number-store.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const HOUR = 3_600_000
const hoursLater = (hours: number) => new Date(NOON.getTime() + hours * HOUR)

describeOnEachEngine('the numbers that are looked at and told of', database => {
  const numbers = () => numberStore(database().kysely)
  const [ours, theirs] = ['801', '802'] as OdsCode[] as [OdsCode, OdsCode]

  beforeEach(async () => {
    for (const table of ['number_check', 'number_change', 'plan'] as const) {
      await database().kysely.deleteFrom(table).execute()
    }
    for (const authority of [ours, theirs]) await storedAuthority(database(), authority)
  })

  const hold = async (nhs_number: NhsNumber, authority: OdsCode = ours, change: object = {}) => {
    await database()
      .kysely.insertInto('plan')
      .values(planRow({ nhs_number, authority, ...change }))
      .execute()
  }
  const looked = async (nhs_number: NhsNumber, at: Date) => {
    await database().kysely.insertInto('number_check').values({ nhs_number, checked_at: at }).execute()
  }
  const held = async (lookedAt: Date, change: object = {}) => {
    const number = freshNhsNumber()
    await hold(number, ours, change)
    await looked(number, lookedAt)
    return number
  }
  /** Whose last look was a day ago or more. */
  const claim = (at = NOON) =>
    numbers().claim({
      at,
      checkedBefore: new Date(at.getTime() - 24 * HOUR),
      until: new Date(at.getTime() + HOUR),
      limit: 10,
    })
  const waiting = async (authority: OdsCode) => {
    const taken = await numbers().take(authority, 10)
    return taken.map(({ nhsNumber, replacements }) => [nhsNumber, ...replacements].join(' ')).sort()
  }
  const change = (nhsNumber: NhsNumber, ...replacements: NhsNumber[]): InactiveNumber => ({
    nhsNumber,
    replacements,
    uploadSequence: 1,
  })

  test('a look is due of numbers that are held, each for one process at a time (rule 14.1)', async () => {
    const due = await held(hoursLater(-25))
    const fresh = await held(hoursLater(-20))
    expect(await claim()).toEqual([due])
    expect(await claim()).toEqual([])
    expect(await claim(hoursLater(1))).toEqual([due])
    await numbers().inUse(due, hoursLater(1))
    expect(await claim(hoursLater(5))).toEqual([fresh])
  })

  test.each([
    ['was deleted', { delete_time: '202606010000' }],
    ['fell silent', { silent: true }],
    ['is past its time', { visible_until: NOON }],
  ])('a number whose plan %s is looked at no more, and no other is forgotten with it', async (_, gone) => {
    await held(hoursLater(-26), gone)
    const due = await held(hoursLater(-25))
    expect(await claim()).toEqual([due])
    const left = await database().kysely.selectFrom('number_check').select('nhs_number').execute()
    expect(left).toEqual([{ nhs_number: due }])
  })

  test('an announcement moves its own number to the front, also one that is being looked at (rule 14.3)', async () => {
    const announced = await held(hoursLater(-1))
    await held(hoursLater(-1))
    await numbers().bringForward(announced)
    expect(await claim()).toEqual([announced])
    await numbers().bringForward(announced)
    expect(await claim()).toEqual([announced])
  })

  test('what PDS says of one number is a look at no other', async () => {
    const [inUse, inactive, other] = [
      await held(hoursLater(-27)),
      await held(hoursLater(-26)),
      await held(hoursLater(-25)),
    ]
    await numbers().inUse(inUse, NOON)
    await numbers().inactive(inactive, undefined, NOON)
    expect(await claim()).toEqual([other])
  })

  test('a file in which PDS said a number is the person’s is a look, at nobody else and not at an inactive one (rule 14.1)', async () => {
    const [uploaded, other, inactive, refused] = [
      await held(hoursLater(-28)),
      await held(hoursLater(-27)),
      await held(hoursLater(-26)),
      await held(hoursLater(-25)),
    ]
    await numbers().inactive(inactive, undefined, hoursLater(-26))
    const store = uploadStore(database().kysely)
    const subject = { given: 'Pippin', family: 'Applecore', birthDate: '2019-05-01' as CalendarDate }
    const plans = [{ type: 'CPP', start: '202601010000' as PlanTime }] as const
    const staged = (nhsNumber: NhsNumber, position: number) => ({
      sent: { position, plans: [], subjects: [] },
      outcome: { checked: { position, nhsNumber, subject, plans } },
    })
    const [id, another] = [newId(), newId()]
    await store.stage(id, [staged(uploaded, 1), staged(inactive, 2), staged(refused, 3)])
    await store.stage(another, [staged(other, 3)])
    await database()
      .kysely.updateTable('upload_record')
      .set({ fault: JSON.stringify({ kind: 'plan-already-in-file', plan: 'CPP' }) })
      .where('upload_id', '=', id)
      .where('position', '=', 3)
      .execute()
    await enrolNumbers(database().kysely, { id, receivedAt: NOON })
    expect([...(await claim())].sort()).toEqual([other, inactive, refused].sort())
    // A file that was received earlier than the last look makes it no older.
    await numbers().inUse(uploaded, NOON)
    await enrolNumbers(database().kysely, { id, receivedAt: hoursLater(-40) })
    expect(await claim()).toEqual([])
  })

  test('authorities with a visible plan under the number are told, and nobody else (rule 14.2)', async () => {
    const number = freshNhsNumber()
    await hold(number, theirs)
    await hold(freshNhsNumber(), ours)
    await hold(number, '803' as OdsCode, { delete_time: '202606010000' })
    await hold(number, '804' as OdsCode, { silent: true })
    await hold(number, '805' as OdsCode, { visible_until: NOON })
    expect(await numbers().inactive(number, undefined, NOON)).toEqual([theirs])
    expect(await numbers().authoritiesWaiting()).toEqual([theirs])
    expect(await waiting(ours)).toEqual([])
    expect(await waiting(theirs)).toEqual([number])
  })

  test.each([
    ['fell silent', { silent: true }, { silent: false }],
    ['was deleted', { delete_time: '202606010000' }, { delete_time: null }],
  ])('an authority whose plan %s is told nothing, whoever else holds the number and whatever else it holds (rule 14.2)', async (_, gone, back) => {
    const [number, other] = [freshNhsNumber(), freshNhsNumber()]
    for (const authority of [ours, theirs]) await hold(number, authority)
    await hold(other, ours)
    await numbers().inactive(number, undefined, NOON)
    await numbers().inactive(other, undefined, NOON)
    const plansOf = (authority: OdsCode) =>
      database()
        .kysely.updateTable('plan')
        .where('nhs_number', '=', number)
        .where('authority', '=', authority)
    await plansOf(ours).set(gone).execute()
    expect(await waiting(ours)).toEqual([other])
    await plansOf(ours).set(back).execute()
    expect(await waiting(ours)).toEqual([other])
    // What another authority is to be told is neither judged nor dropped with it.
    await plansOf(theirs).set(gone).execute()
    expect(await waiting(ours)).toEqual([other])
    await plansOf(theirs).set(back).execute()
    expect(await waiting(theirs)).toEqual([number])
  })

  test('what was told stays on record when its plan is gone', async () => {
    const [delivered, atDesk] = [freshNhsNumber(), freshNhsNumber()]
    for (const number of [delivered, atDesk]) {
      await hold(number)
      await numbers().inactive(number, undefined, NOON)
    }
    await numbers().markDelivered(ours, [change(delivered)], 'M-1')
    await database()
      .kysely.updateTable('number_change')
      .set({ told_at_desk: true })
      .where('nhs_number', '=', atDesk)
      .execute()
    await database().kysely.deleteFrom('plan').execute()
    expect(await numbers().authoritiesWaiting()).toEqual([])
    expect(await waiting(ours)).toEqual([])
    expect(await database().kysely.selectFrom('number_change').select('authority').execute()).toHaveLength(2)
  })

  test('a message tells of its own authority, number and change, and puts back no more than that (rule 6.5)', async () => {
    const [number, other, first, second] = Array.from({ length: 4 }, freshNhsNumber)
    if (!number || !other || !first || !second) throw new Error('Four numbers were made')
    for (const authority of [ours, theirs]) await hold(number, authority)
    await hold(other)
    await numbers().inactive(number, first, NOON)
    await numbers().inactive(number, second, NOON)
    await numbers().inactive(other, first, NOON)
    await numbers().markDelivered(ours, [change(number, first)], 'M-1')
    expect(await waiting(ours)).toEqual([`${number} ${second}`, `${other} ${first}`].sort())
    expect(await waiting(theirs)).toEqual([`${number} ${first}`, `${number} ${second}`].sort())
    await numbers().markDelivered(ours, [change(other, first)], 'M-2')
    expect(await numbers().putBack('M-1')).toBe(1)
    expect(await waiting(ours)).toEqual([`${number} ${first}`, `${number} ${second}`].sort())
  })
})
