import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CalendarDate, localDay, type PlanTime, planTimeOf } from '../english-time.ts'
import { PLAN_TYPES, type PlanType, visibleUntil } from './plan.ts'

function until(type: PlanType, born: string, end?: string): string {
  const plan = { type, birthDate: born as CalendarDate, ...(end && { end: end as PlanTime }) }
  return visibleUntil(plan).toISOString()
}

describe('until when a plan is visible', () => {
  test.each<[string, PlanType, string, string | undefined, string]>([
    [
      'rule 2.5: to the end of the 18th birthday in winter',
      'CPP',
      '2010-01-15',
      undefined,
      '2028-01-16T00:00:00.000Z',
    ],
    [
      'rule 2.5: to the end of the 18th birthday in summer',
      'LAC',
      '2010-07-15',
      undefined,
      '2028-07-15T23:00:00.000Z',
    ],
    ['rule 2.5: born on 29 February', 'CPP', '2012-02-29', undefined, '2030-03-02T00:00:00.000Z'],
    [
      'rule 2.5: 18 on the day the clocks go forward',
      'CPP',
      '2008-03-29',
      undefined,
      '2026-03-29T23:00:00.000Z',
    ],
    [
      'rule 2.5: 18 on the day the clocks go back',
      'CPP',
      '2008-10-25',
      undefined,
      '2026-10-26T00:00:00.000Z',
    ],
    ['rule 2.3: 365 days after the end', 'CPP', '2019-05-01', '202601050900', '2027-01-06T00:00:00.000Z'],
    [
      'rule 2.3: 365 days are a day short of a year with a 29 February',
      'LAC',
      '2019-05-01',
      '202706012359',
      '2028-05-31T23:00:00.000Z',
    ],
    [
      'rule 2.3: the last minute of a day counts as its first',
      'LAC',
      '2019-05-01',
      '202706010000',
      '2028-05-31T23:00:00.000Z',
    ],
    [
      'rule 2.3: ends 365 days before the clocks go forward',
      'CPP',
      '2019-05-01',
      '202503291200',
      '2026-03-29T23:00:00.000Z',
    ],
    [
      'rule 2.3: ends 365 days before the clocks go back',
      'CPP',
      '2019-05-01',
      '202510251200',
      '2026-10-26T00:00:00.000Z',
    ],
    [
      'rules 2.3 and 2.5: whichever comes first',
      'CPP',
      '2008-06-15',
      '202601050900',
      '2026-06-15T23:00:00.000Z',
    ],
    ['rule 2.4: 28 days after the end', 'UCPP', '1995-05-01', '202609010000', '2026-09-29T23:00:00.000Z'],
    [
      'rule 2.4: across the clocks going back',
      'UCPP',
      '1995-05-01',
      '202610010000',
      '2026-10-30T00:00:00.000Z',
    ],
    [
      'rule 2.4: the age of the mother does not matter',
      'UCPP',
      '2008-01-01',
      '202609010000',
      '2026-09-29T23:00:00.000Z',
    ],
  ])('%s', (_, type, born, end, instant) => {
    expect(until(type, born, end)).toBe(instant)
  })

  test('an unborn child has a plan with an end, or none (rule 3.9)', () => {
    expect(() => until('UCPP', '1995-05-01')).toThrow('UCPP')
  })
})

describe('for any plan', () => {
  const anyInstant = fc.date({
    min: new Date('1990-01-01'),
    max: new Date('2060-12-31'),
    noInvalidDate: true,
  })
  const anyPlan = fc
    .record({ type: fc.constantFrom(...PLAN_TYPES), born: anyInstant, end: fc.option(anyInstant) })
    .filter(({ type, end }) => type !== 'UCPP' || end !== null)
    .map(({ type, born, end }) => ({
      type,
      birthDate: localDay(born),
      ...(end && { end: planTimeOf(end) }),
    }))

  test('rule 2.6: it stops being visible at midnight in England', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        expect(planTimeOf(visibleUntil(plan)).slice(8)).toBe('0000')
      }),
    )
  })

  test('once it is not visible it never is again', () => {
    fc.assert(
      fc.property(anyPlan, anyInstant, fc.nat(10 * 366 * 86_400), (plan, at, seconds) => {
        const isVisible = (instant: Date) => instant < visibleUntil(plan)
        const later = new Date(at.getTime() + seconds * 1000)
        expect(isVisible(at) || !isVisible(later)).toBe(true)
      }),
    )
  })

  test('a later end never makes it visible for less long, and no end for longest', () => {
    fc.assert(
      fc.property(anyPlan, anyInstant, (plan, other) => {
        const [earlier, later] = [plan.end ?? planTimeOf(other), planTimeOf(other)].sort()
        const lengths = [
          { ...plan, end: earlier },
          { ...plan, end: later },
        ].map(visibleUntil)
        expect(Number(lengths[0])).toBeLessThanOrEqual(Number(lengths[1]))
        if (plan.type === 'UCPP') return
        const { end: _, ...open } = plan
        expect(Number(lengths[1])).toBeLessThanOrEqual(Number(visibleUntil(open)))
      }),
    )
  })
})
