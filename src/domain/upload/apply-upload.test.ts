import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CalendarDate, PlanTime } from '../english-time.ts'
import type { NhsNumber } from '../nhs-number.ts'
import type { OdsCode } from '../organisation.ts'
import type { PlanType } from '../plan/plan.ts'
import { applyUpload, fileCodeOf, type HeldPlan, type Holding, planKey } from './apply-upload.ts'
import { type CheckedPlan, type CheckedRecord, compareVersions, type FileVersion } from './upload.ts'

const AUTHORITY = '9Z1' as OdsCode
const EMPTY: Holding = new Map()
const MAY = { createdAt: new Date('2026-05-01T08:00:00Z'), sequence: 1 }
const JUNE = { createdAt: new Date('2026-06-01T08:00:00Z'), sequence: 2 }

const plan = (type: PlanType, rest: Partial<Record<'start' | 'end' | 'delete', string>> = {}) =>
  ({ type, start: '202601050900', ...rest }) as CheckedPlan

function record(
  position: number,
  plans: CheckedPlan[],
  rest: { number?: string; given?: string } = {},
): CheckedRecord {
  return {
    position,
    nhsNumber: (rest.number ?? '9990000018') as NhsNumber,
    subject: { given: rest.given ?? 'Tansy', family: 'Testcase', birthDate: '2019-05-01' as CalendarDate },
    plans,
  }
}

interface File {
  readonly authority: OdsCode
  readonly version: FileVersion
  readonly records: readonly CheckedRecord[]
}

function held(files: readonly File[]): Holding {
  return files.reduce(
    (holding, { authority, version, records }) => applyUpload(holding, authority, version, records).holding,
    EMPTY,
  )
}

const file = (version: FileVersion, ...records: CheckedRecord[]): File => ({
  authority: AUTHORITY,
  version,
  records,
})
const only = (holding: Holding) => [...holding.values()][0]

describe('one file after another', () => {
  test('rule 3.4: carried again, the end, the deletion and the person are replaced', () => {
    const first = file(MAY, record(1, [plan('CPP')], { given: 'Tamzin' }))
    const second = file(JUNE, record(1, [plan('CPP', { end: '202605010000' })]))
    expect(only(held([first, second]))).toMatchObject({
      end: '202605010000',
      subject: { given: 'Tansy' },
      version: JUNE,
    })
    expect(only(held([first, second]))).not.toHaveProperty('delete')
  })

  test('rule 3.4: another type, start, number or authority is another plan', () => {
    const files = [
      file(MAY, record(1, [plan('CPP'), plan('LAC'), plan('CPP', { start: '202501050900' })])),
      file(JUNE, record(1, [plan('CPP')], { number: '9990001014' })),
      { ...file(JUNE, record(1, [plan('CPP')])), authority: '9Z2' as OdsCode },
    ]
    expect(held(files).size).toBe(5)
  })

  test('rule 3.5: a delete takes the plan away, and a newer file without one brings it back', () => {
    const loaded = file(MAY, record(1, [plan('CPP')]))
    const deleted = file(JUNE, record(1, [plan('CPP', { delete: '202605310000' })]))
    expect(only(held([loaded, deleted]))).toMatchObject({ delete: '202605310000', everLoaded: true })
    const again = file({ ...JUNE, sequence: 3 }, record(1, [plan('CPP')]))
    expect(only(held([loaded, deleted, again]))).not.toHaveProperty('delete')
  })

  test('rule 3.5: the delete of a plan never held fails, is remembered, and the rest of the record is applied', () => {
    const gone = record(4, [plan('CPP', { delete: '202605310000' }), plan('LAC')])
    const { holding, faults } = applyUpload(EMPTY, AUTHORITY, JUNE, [gone])
    expect([...faults]).toEqual([[4, { kind: 'delete-of-unknown-plan', plan: 'CPP' }]])
    expect([...holding.values()].map(({ type, everLoaded }) => [type, everLoaded])).toEqual([
      ['CPP', false],
      ['LAC', true],
    ])
    expect(applyUpload(holding, AUTHORITY, { ...JUNE, sequence: 3 }, [gone]).faults.size).toBe(1)
    const older = applyUpload(holding, AUTHORITY, MAY, [record(1, [plan('CPP')])])
    expect(older.faults.size).toBe(0)
    expect(only(older.holding)).toMatchObject({ delete: '202605310000', everLoaded: true, version: JUNE })
  })

  test('rule 3.6: of two files created at the same moment the higher sequence number is newer', () => {
    const first = file(MAY, record(1, [plan('CPP')], { given: 'First' }))
    const second = file({ ...MAY, sequence: 2 }, record(1, [plan('CPP')], { given: 'Second' }))
    expect(only(held([second, first]))?.subject.given).toBe('Second')
    expect(only(held([first, second]))?.subject.given).toBe('Second')
  })

  test('rule 3.9: a plan carried twice fails the second record, of which nothing is applied', () => {
    const { holding, faults } = applyUpload(EMPTY, AUTHORITY, MAY, [
      record(1, [plan('CPP')], { given: 'First' }),
      record(2, [plan('LAC'), plan('CPP')], { given: 'Second' }),
    ])
    expect([...faults]).toEqual([[2, { kind: 'plan-already-in-file', plan: 'CPP' }]])
    expect([...holding.values()].map(({ type, subject }) => [type, subject.given])).toEqual([
      ['CPP', 'First'],
    ])
  })

  test('rule 3.9: a record carried again, word for word, does nothing and has the fault of the first', () => {
    const loaded = (position: number) => record(position, [plan('CPP'), plan('LAC')])
    const gone = (position: number) =>
      record(position, [plan('CPP', { start: '202501050900', delete: '202605310000' })])
    const once = applyUpload(EMPTY, AUTHORITY, MAY, [loaded(1), gone(2)])
    const again = applyUpload(EMPTY, AUTHORITY, MAY, [loaded(1), gone(2), loaded(3), gone(4), loaded(5)])
    expect(again.holding).toEqual(once.holding)
    expect([...again.faults]).toEqual([
      [2, { kind: 'delete-of-unknown-plan', plan: 'CPP' }],
      [4, { kind: 'delete-of-unknown-plan', plan: 'CPP' }],
    ])
    const other = applyUpload(EMPTY, AUTHORITY, MAY, [loaded(1), record(2, [plan('CPP')])])
    expect([...other.faults.keys()]).toEqual([2])
  })

  test('what was held before is left as it was', () => {
    const before = held([file(MAY, record(1, [plan('CPP')]))])
    const copy = new Map(before)
    applyUpload(before, AUTHORITY, JUNE, [record(1, [plan('CPP', { delete: '202605310000' }), plan('LAC')])])
    expect(before).toEqual(copy)
  })
})

describe('rule 3.6: any order, repetition or interleaving of the same files ends in the same state', () => {
  const anyPlan = fc
    .record({
      type: fc.constantFrom<PlanType>('CPP', 'LAC'),
      start: fc.constantFrom('202601050900', '202501050900'),
      end: fc.option(fc.constantFrom('202602010000', '202603010000')),
      delete: fc.option(fc.constant('202604010000')),
    })
    .map(({ type, start, end, delete: deleted }) =>
      plan(type, { start, ...(end && { end }), ...(deleted && { delete: deleted }) }),
    )
  const anyRecord = fc.record({
    plans: fc.uniqueArray(anyPlan, {
      minLength: 1,
      maxLength: 3,
      selector: ({ type, start }) => type + start,
    }),
    number: fc.constantFrom('9990000018', '9990001014'),
    given: fc.constantFrom('Tansy', 'Tamzin', 'Rowan'),
  })
  /** Few creation times, so that the sequence number often has to decide. No number is used twice, as rule 3.8 sees to. */
  const filesOf = (authority: string) =>
    fc
      .array(fc.record({ minute: fc.nat(2), records: fc.array(anyRecord, { maxLength: 3 }) }), {
        maxLength: 5,
      })
      .map(files =>
        files.map(({ minute, records }, index): File => {
          const createdAt = new Date(MAY.createdAt.getTime() + minute * 60_000)
          return {
            authority: authority as OdsCode,
            version: { createdAt, sequence: index + 1 },
            records: records.map(({ plans, ...rest }, at) => record(at + 1, plans, rest)),
          }
        }),
      )
  const anyFiles = fc.tuple(filesOf('9Z1'), filesOf('9Z2'), filesOf('9Z3')).map(lists => lists.flat())

  const sorted = (holding: Holding) => [...holding].sort(([a], [b]) => (a < b ? -1 : 1))

  test('the same holding', () => {
    const anyDelivery = anyFiles.chain(files =>
      fc.record({
        files: fc.constant(files),
        delivered: fc
          .tuple(
            fc.shuffledSubarray(files, { minLength: files.length }),
            fc.shuffledSubarray(files),
            fc.nat(),
          )
          .map(([once, again, at]) => once.toSpliced(at % (once.length + 1), 0, ...again)),
      }),
    )
    fc.assert(
      fc.property(anyDelivery, ({ files, delivered }) => {
        expect(sorted(held(delivered))).toEqual(sorted(held(files)))
      }),
      { numRuns: 1000 },
    )
  })

  test('which is, for each plan, what its newest file says', () => {
    fc.assert(
      fc.property(anyFiles, files => {
        const expected = new Map<string, HeldPlan[]>()
        for (const { authority, version, records } of files) {
          for (const [key, carried] of held([{ authority, version, records }])) {
            expected.set(key, [...(expected.get(key) ?? []), carried])
          }
        }
        const newest = [...expected].map(([key, all]): [string, HeldPlan] => {
          const [last] = all.sort((a, b) => compareVersions(b.version, a.version))
          if (!last) throw new Error('Every plan was carried')
          return [key, { ...last, everLoaded: all.some(({ everLoaded }) => everLoaded) }]
        })
        expect(sorted(held(files))).toEqual(sorted(new Map(newest)))
      }),
      { numRuns: 500 },
    )
  })
})

test('a key tells plans apart', () => {
  const key = {
    authority: AUTHORITY,
    nhsNumber: '9990000018' as NhsNumber,
    type: 'CPP' as const,
    start: '202601050900' as PlanTime,
    unborn: '',
  }
  expect(planKey(key)).not.toBe(planKey({ ...key, unborn: 'L-1' }))
  expect(planKey(key)).not.toBe(planKey({ ...key, type: 'LAC' }))
  expect(planKey(key)).toBe(planKey({ ...key }))
})

test.each([
  [3, 0, 'CPF02'],
  [2, 1, 'CPF03'],
  [0, 3, 'CPF04'],
] as const)('rule 3.10: %i loaded and %i failed is %s', (loaded, failed, code) => {
  expect(fileCodeOf(loaded, failed)).toBe(code)
})
