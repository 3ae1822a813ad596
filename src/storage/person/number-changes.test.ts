import { sql } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, pdsSays, storedAuthority, storedPlan } from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { InactiveNumber } from '../../domain/notification/inactive-number-notification.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { NumberRegister } from '../../domain/person/number-register.ts'
import { numberChanges } from './number-changes.ts'
import { numberLooks } from './number-looks.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const HOUR = 3_600_000
const hoursLater = (hours: number) => new Date(NOON.getTime() + hours * HOUR)

describeOnEachEngine('the numbers that are looked at and told of', database => {
  const numbers = () => numberChanges(database().kysely)
  const [ours, theirs] = ['801', '802'] as OdsCode[] as [OdsCode, OdsCode]

  beforeEach(async () => {
    for (const table of ['number_change', 'plan', 'plan_taken_back', 'person_number'] as const) {
      await database().kysely.deleteFrom(table).execute()
    }
    for (const authority of [ours, theirs]) await storedAuthority(database(), authority)
  })

  const hold = async (nhs_number: NhsNumber, authority: OdsCode = ours, change: object = {}) => {
    await storedPlan(database(), { nhs_number, authority, ...change })
  }
  const looked = async (nhs_number: NhsNumber, at: Date) => {
    await database()
      .kysely.insertInto('person_number')
      .values({ nhs_number, person: nhs_number, looked_at: at, due_at: new Date(at.getTime() + 24 * HOUR) })
      .onConflict(conflict =>
        conflict
          .column('nhs_number')
          .doUpdateSet(({ ref }) => ({ due_at: ref('excluded.due_at'), looked_at: at })),
      )
      .execute()
  }
  const says = (nhsNumber: NhsNumber, register: NumberRegister, at = NOON) =>
    pdsSays(database(), nhsNumber, register, at)
  const inUse = { state: 'live', restricted: false } as const
  const inactive = async (nhsNumber: NhsNumber, by?: NhsNumber, at = NOON) =>
    says(nhsNumber, by ? { state: 'replaced', by } : { state: 'invalid' }, at)
  const known = async () => {
    const rows = await database().kysely.selectFrom('person_number').select('nhs_number').execute()
    return rows.map(row => row.nhs_number)
  }
  const held = async (lookedAt: Date, change: object = {}) => {
    const number = freshNhsNumber()
    await hold(number, ours, change)
    await looked(number, lookedAt)
    return number
  }
  /** Whose last look was a day ago or more. */
  const claim = (at = NOON) =>
    numberLooks(database().kysely).claimDue({
      at,
      checkHours: 24,
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
    await says(due, inUse, hoursLater(1))
    expect(await claim(hoursLater(5))).toEqual([fresh])
  })

  test.each([
    ['was deleted', { delete_time: '202606010000' }],
    ['is past its time', { visible_until: NOON }],
  ])('a number whose plan %s is looked at no more, and is not forgotten (rules 14.1 and 14.7)', async (_, gone) => {
    const over = await held(hoursLater(-26), gone)
    const due = await held(hoursLater(-25))
    expect(await claim()).toEqual([due])
    expect(await claim(hoursLater(2))).toEqual([due])
    expect((await known()).sort()).toEqual([over, due].sort())
  })

  test('every number of a person with a visible plan is looked at, whichever the plan was loaded under (rule 14.1)', async () => {
    const [old, current] = [await held(hoursLater(-1)), freshNhsNumber()]
    await inactive(old, current, hoursLater(-30))
    expect([...(await claim())].sort()).toEqual([old, current].sort())
  })

  test('a number that leads nowhere is forgotten a day after its look, and no other (rule 14.7)', async () => {
    const [idle, young, old, current, heldOnce, lookedAt] = Array.from({ length: 6 }, freshNhsNumber)
    if (!idle || !young || !old || !current || !heldOnce || !lookedAt)
      throw new Error('Six numbers were made')
    await says(idle, inUse, hoursLater(-25))
    await says(young, inUse, hoursLater(-23))
    await inactive(old, current, hoursLater(-30))
    await says(current, inUse, hoursLater(-29))
    await hold(heldOnce, ours, { delete_time: '202606010000' })
    await says(heldOnce, inUse, hoursLater(-26))
    expect(await claim()).toEqual([])
    expect((await known()).sort()).toEqual([young, old, current, heldOnce].sort())
    await claim(hoursLater(2))
    expect((await known()).sort()).toEqual([old, current, heldOnce].sort())
  })

  test('a number under which only an end was sent is kept, and keeps no other from its look (rules 3.24 and 14.7)', async () => {
    const takenBack = freshNhsNumber()
    await says(takenBack, { state: 'unknown' }, hoursLater(-30))
    await database()
      .kysely.insertInto('plan_taken_back')
      .values({
        person: takenBack,
        authority: ours,
        plan_type: 'CPP',
        start_time: '202601010000',
        unborn: '',
        nhs_number: takenBack,
        what: 'end',
        time: '202606010000',
        written_created_at: NOON,
        written_sequence: 1,
      })
      .execute()
    const due = await held(hoursLater(-25))
    expect(await claim()).toEqual([due])
    expect((await known()).sort()).toEqual([takenBack, due].sort())
  })

  test('whatever refers to a number is known to those who forget numbers (rule 14.7)', async () => {
    const { rows } = await sql<{ name: string }>`
      select conrelid::regclass::text as name from pg_constraint
      where confrelid = 'person_number'::regclass order by 1`.execute(database().kysely)
    // A table that is added here has to be named where a number is judged idle (`number-looks.ts`).
    expect(rows.map(({ name }) => name)).toEqual([
      'person_number',
      'plan',
      'plan_taken_back',
      'succession_plan',
    ])
  })

  test('what is announced is looked at once, whether or not anything is held under it (rule 14.3)', async () => {
    const announced = freshNhsNumber()
    await numberLooks(database().kysely).markDue(announced, NOON)
    expect(await claim()).toEqual([announced])
    await says(announced, inUse)
    expect(await claim()).toEqual([])
  })

  test('an announcement moves its own number to the front, also one that is being looked at (rule 14.3)', async () => {
    const announced = await held(hoursLater(-1))
    await held(hoursLater(-1))
    await numberLooks(database().kysely).markDue(announced, NOON)
    expect(await claim()).toEqual([announced])
    await numberLooks(database().kysely).markDue(announced, NOON)
    expect(await claim()).toEqual([announced])
  })

  test('what PDS says of one number is a look at no other', async () => {
    const [live, invalid, other] = [
      await held(hoursLater(-27)),
      await held(hoursLater(-26)),
      await held(hoursLater(-25)),
    ]
    await says(live, inUse)
    await inactive(invalid)
    expect(await claim()).toEqual([other])
  })

  test('authorities with a visible plan under the number are told, and nobody else (rule 14.2)', async () => {
    const number = freshNhsNumber()
    await hold(number, theirs)
    await hold(freshNhsNumber(), ours)
    await hold(number, '803' as OdsCode, { delete_time: '202606010000' })
    await hold(number, '805' as OdsCode, { visible_until: NOON })
    await inactive(number)
    expect(await numbers().authoritiesWaiting()).toEqual([theirs])
    expect(await waiting(ours)).toEqual([])
    expect(await waiting(theirs)).toEqual([number])
  })

  test.each([
    ['was deleted', { delete_time: '202606010000' }, { delete_time: null }],
  ])('an authority whose plan %s is told nothing, whoever else holds the number and whatever else it holds (rule 14.2)', async (_, gone, back) => {
    const [number, other] = [freshNhsNumber(), freshNhsNumber()]
    for (const authority of [ours, theirs]) await hold(number, authority)
    await hold(other, ours)
    await inactive(number)
    await inactive(other)
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
      await inactive(number)
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
    await inactive(number, first)
    await inactive(other, second)
    await numbers().markDelivered(ours, [change(number, first)], 'M-1')
    expect(await waiting(ours)).toEqual([`${other} ${second}`])
    expect(await waiting(theirs)).toEqual([`${number} ${first}`])
    await numbers().markDelivered(ours, [change(other, second)], 'M-2')
    expect(await numbers().putBack('M-1')).toBe(1)
    expect(await waiting(ours)).toEqual([`${number} ${first}`])
  })

  test('what is no longer true is not told: PDS names another replacement, or none, or the number is in use again (rule 14.2)', async () => {
    const [number, first, second] = Array.from({ length: 3 }, freshNhsNumber)
    if (!number || !first || !second) throw new Error('Three numbers were made')
    await hold(number)
    await inactive(number, first)
    await inactive(number, second)
    expect(await waiting(ours)).toEqual([`${number} ${second}`])
    await inactive(number)
    expect(await waiting(ours)).toEqual([number])
    await says(number, inUse)
    expect(await waiting(ours)).toEqual([])
    await inactive(number, second)
    expect(await waiting(ours)).toEqual([`${number} ${second}`])
  })

  test('the same is told once, however often PDS says it, and again after it had said something else (rule 14.2)', async () => {
    const [number, first, second] = Array.from({ length: 3 }, freshNhsNumber)
    if (!number || !first || !second) throw new Error('Three numbers were made')
    await hold(number)
    await inactive(number, first)
    await numbers().markDelivered(ours, [change(number, first)], 'M-1')
    await inactive(number, first)
    expect(await waiting(ours)).toEqual([])
    await inactive(number, second)
    await numbers().markDelivered(ours, [change(number, second)], 'M-2')
    await inactive(number, first)
    expect(await waiting(ours)).toEqual([`${number} ${first}`])
  })

  test('an authority that sent the plan under another number of the person is told nothing of the old one (rules 14.2 and 14.5)', async () => {
    const [old, current] = [freshNhsNumber(), freshNhsNumber()]
    for (const authority of [ours, theirs]) await hold(old, authority)
    await hold(current, ours, { written_sequence: 2 })
    await inactive(old, current)
    expect(await waiting(ours)).toEqual([])
    expect(await waiting(theirs)).toEqual([`${old} ${current}`])
    await hold(current, theirs, { written_sequence: 2 })
    expect(await waiting(theirs)).toEqual([])
  })
})
