import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, NO_JOBS, pdsSays, storedAuthority } from '../../../test/support/records.ts'
import { PART, rounds } from '../../../test/support/suite.ts'
import { type CalendarDate, type PlanTime, planTimeOf } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { isTooOld } from '../../domain/upload/upload.ts'
import { passAt, USUAL_DAYS } from '../../flows/retention/testing.ts'
import type { JudgedRecord, UploadReceipt } from '../../flows/upload/ports.ts'
import { storage as storageOn } from '../storage.ts'

const DAY = 86_400_000
const BEGIN = new Date('2026-01-10T12:00:00Z').getTime()

/** One thing that happens: a file of some age arrives, time passes, the job runs, or PDS parts the two numbers of the person. */
type Step =
  | { readonly kind: 'file'; readonly age: number; readonly plans: readonly Sent[] }
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'pass' }
  | { readonly kind: 'part' }

interface Sent {
  readonly number: 0 | 1
  readonly start: 0 | 1
  readonly says: 'runs' | 'ended' | 'deleted' | 'ended unproven' | 'deleted unproven'
}

const sent: fc.Arbitrary<Sent> = fc.record({
  number: fc.constantFrom(0, 1),
  start: fc.constantFrom(0, 1),
  says: fc.constantFrom('runs', 'ended', 'deleted', 'ended unproven', 'deleted unproven'),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      age: fc.constantFrom(0, 1, 30, 89, 91, 400),
      plans: fc.uniqueArray(sent, { minLength: 1, maxLength: 2, selector: ({ start }) => start }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('days' as const),
      days: fc.constantFrom(1, 20, 100, 731, 1200),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'pass' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'part' as const }) },
)

describeOnEachEngine('plans that are removed', database => {
  let authorities = 0
  const stores = () => storageOn(database(), NO_JOBS)

  const apply = async (
    authority: OdsCode,
    file: number,
    createdAt: Date,
    now: Date,
    records: JudgedRecord[],
  ) => {
    const upload: UploadReceipt = {
      id: newId(),
      authority,
      header: {
        createdAt,
        sequence: file,
        recordCount: records.length,
        authority: { odsCode: authority, name: 'COUNCIL', dutyPhone: '01632960001' },
      },
      series: 'system',
      messageId: newId(),
      digest: 'D',
      receivedAt: now,
    }
    await stores().uploads.stage(upload.id, records)
    await stores().transaction(async ({ uploads }) => {
      await uploads.apply(upload)
      await uploads.complete(upload.id, 'CPF02', newId())
    })
  }

  const visible = async (authority: OdsCode, at: Date) => {
    const rows = await database()
      .kysely.selectFrom('plan as p')
      .select(['person', 'nhs_number', 'start_time', 'end_time'])
      .where('authority', '=', authority)
      .where('delete_time', 'is', null)
      .where('visible_until', '>', at)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('plan as newer')
              .select('newer.id')
              .whereRef('newer.person', '=', 'p.person')
              .whereRef('newer.authority', '=', 'p.authority')
              .whereRef('newer.start_time', '=', 'p.start_time')
              .where(({ eb, refTuple }) =>
                eb(
                  refTuple('newer.written_created_at', 'newer.written_sequence'),
                  '>',
                  refTuple('p.written_created_at', 'p.written_sequence'),
                ),
              ),
          ),
        ),
      )
      .orderBy('nhs_number')
      .orderBy('start_time')
      .execute()
    return rows
  }

  const rows = async (authority: OdsCode) => {
    let count = 0
    for (const table of ['plan', 'plan_taken_back'] as const) {
      const found = await database()
        .kysely.selectFrom(table)
        .select('authority')
        .where('authority', '=', authority)
        .execute()
      count += found.length
    }
    return count
  }

  /** Takes the steps with two authorities, one of them on legal hold: whether both show the same at each instant, and what was removed. */
  const take = async (steps: readonly Step[], isYoung: boolean, oldest = USUAL_DAYS.files) => {
    const nth = ++authorities
    const [ours, held] = [`G${nth}A`, `G${nth}B`] as OdsCode[] as [OdsCode, OdsCode]
    const numbers = [freshNhsNumber(), freshNhsNumber()] as [NhsNumber, NhsNumber]
    for (const authority of [ours, held]) await storedAuthority(database(), authority)
    const hold = { id: newId(), reason: 'a test', placedAt: new Date(BEGIN), placedBy: 'operator' }
    await stores().transaction(({ retention }) => retention.placeHold({ ...hold, what: { authority: held } }))
    let now = BEGIN
    await pdsSays(database(), numbers[1], { state: 'live', restricted: false }, new Date(now))
    await pdsSays(database(), numbers[0], { state: 'replaced', by: numbers[1] }, new Date(now))
    const birthDate = (isYoung ? '2024-05-01' : '2009-05-01') as CalendarDate
    for (const [file, one] of [...steps, { kind: 'pass' } as const].entries()) {
      const at = new Date(now)
      if (one.kind === 'days') now += one.days * DAY
      if (one.kind === 'pass') await passAt(database(), at, { kinds: ['plans'] })
      if (one.kind === 'part') await pdsSays(database(), numbers[0], { state: 'live', restricted: false }, at)
      if (one.kind === 'file') {
        const createdAt = new Date(now - one.age * DAY)
        if (isTooOld({ createdAt }, at, oldest)) continue
        const records = one.plans.map((plan, index) => record(plan, index + 1, numbers, birthDate, createdAt))
        for (const authority of [ours, held]) await apply(authority, file + 1, createdAt, at, records)
      }
      const [theirs, kept] = [await visible(ours, new Date(now)), await visible(held, new Date(now))]
      if (JSON.stringify(theirs) !== JSON.stringify(kept))
        return { isSame: false, removed: (await rows(held)) - (await rows(ours)) }
    }
    return { isSame: true, removed: (await rows(held)) - (await rows(ours)) }
  }

  test('whatever files come in whatever order, what is removed in between changes nothing that anybody is shown (rules 3.5, 3.6, 23.4 and 23.5)', async () => {
    let removed = 0
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(step, { minLength: 6, maxLength: 12 }),
        async (isYoung, steps) => {
          const taken = await take(steps, isYoung)
          expect(taken.isSame).toBe(true)
          removed += taken.removed
        },
      ),
      { numRuns: rounds({ everyday: 6, rest: 40 }) },
    )
    // Few sequences may happen to leave nothing to be removed.
    if (PART === 'rest') expect(removed).toBeGreaterThan(0)
  })

  const plan = (number: 0 | 1, says: Sent['says'], age = 0): Step => ({
    kind: 'file',
    age,
    plans: [{ number, start: 0, says }],
  })
  const days = (count: number): Step => ({ kind: 'days', days: count })

  test('were older files taken, one of them would bring a removed plan back: it is noticed', async () => {
    const steps = [plan(1, 'runs'), days(1), plan(1, 'deleted'), days(731), { kind: 'pass' } as const]
    const late = plan(1, 'runs', 800)
    expect(await take([...steps, late], true)).toEqual({ isSame: true, removed: 1 })
    expect((await take([...steps, late], true, 1_000)).isSame).toBe(false)
  })

  test('a deletion stays as long as a plan under another number of the person would speak in its place', async () => {
    const steps = [plan(0, 'runs'), days(1), plan(1, 'deleted'), days(1200), { kind: 'pass' } as const]
    expect(await take(steps, true)).toEqual({ isSame: true, removed: 0 })
    expect(await take([...steps, { kind: 'part' }], true)).toEqual({ isSame: true, removed: 1 })
  })

  test('a deletion that PDS did not confirm is kept for its period, though the plan was last sent long before', async () => {
    const steps = [plan(1, 'runs'), days(1200), plan(1, 'deleted unproven'), days(100)]
    expect(await take(steps, true)).toEqual({ isSame: true, removed: 0 })
    expect(await take([...steps, days(731)], true)).toEqual({ isSame: true, removed: 2 })
  })
})

function record(
  { number, start, says }: Sent,
  position: number,
  numbers: readonly [NhsNumber, NhsNumber],
  birthDate: CalendarDate,
  createdAt: Date,
): JudgedRecord {
  const time = planTimeOf(createdAt)
  const plan = {
    type: 'LAC' as const,
    start: `2026010${start + 1}0000` as PlanTime,
    ...(says.startsWith('ended') && { end: time }),
    ...(says.startsWith('deleted') && { delete: time }),
  }
  const nhsNumber = numbers[number]
  const checked = {
    position,
    nhsNumber,
    subject: { given: 'Pippin', family: 'Applecore', birthDate },
    plans: [plan],
  }
  const sentRecord = { position, plans: [], subjects: [{ kind: 'child', nhsNumber } as const] }
  return says.endsWith('unproven')
    ? { sent: sentRecord, outcome: { fault: { kind: 'sensitive' }, unproven: checked } }
    : { sent: sentRecord, outcome: { checked } }
}
