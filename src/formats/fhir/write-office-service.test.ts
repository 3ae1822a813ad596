import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type CalendarDate, localDay } from '../../domain/english-time.ts'
import type { Answer } from '../../domain/query/answer.ts'
import { expectHours } from '../../domain/registration/hours.testing.ts'
import { officeAt } from '../../domain/registration/opening-times.ts'
import { ANSWER, PLAN, r4Judges } from './testing.ts'
import { writeOfficeServices } from './write-office-service.ts'

let faultsOf: ReturnType<typeof r4Judges>
beforeAll(() => {
  faultsOf = r4Judges()
})

const HOURS = [
  'Mon-Thu 08:30-16:30; Fri 08:30-16:00',
  'Mon-Sun 00:00-24:00; bank holidays 00:00-24:00; duty at all hours',
  'Mon-Fri 09:00-12:00, 13:00-24:00; bank holidays 10:00-11:00; 2026-03-11 10:00-11:00; duty Mon-Fri 17:00-24:00',
  'Sat 10:00-12:00; 2026-03-12 09:00-17:00; 2026-03-30 to 2026-04-05 closed',
]
const withHours = (text: string, askedAt: Date, ...holidays: string[]): Answer => ({
  ...ANSWER,
  askedAt,
  plans: [PLAN, { ...PLAN, id: 'another' }].map(plan => ({
    ...plan,
    authority: {
      ...plan.authority,
      hours: { hours: expectHours(text), holidays: holidays as CalendarDate[] },
    },
  })),
})

test('(rule 16.12) the hours of an authority are one valid service, however many plans it has', () => {
  const instant = fc.date({ min: new Date('2026-01-01'), max: new Date('2028-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(fc.constantFrom(...HOURS), instant, (text, askedAt) => {
      const services = writeOfficeServices(withHours(text, askedAt))
      expect(services).toHaveLength(1)
      expect(services.flatMap(service => faultsOf(service))).toEqual([])
    }),
    { numRuns: 20 },
  )
})

test('an authority that has not said its hours has none', () => {
  expect(writeOfficeServices(ANSWER)).toEqual([])
})

test('an ordinary week, the days on which it is closed, and all of it in words', () => {
  const text = 'Mon-Thu 08:30-16:30; Fri 08:30-16:00; 2026-03-26 08:30-12:00; 2026-03-28 10:00-12:00'
  const [service] = writeOfficeServices(withHours(text, new Date('2026-03-20T16:30:00Z')))
  expect(service).toMatchObject({
    id: 'office-ZZ901',
    providedBy: { identifier: { value: 'ZZ901' } },
    telecom: [{ use: 'work' }, { use: 'mobile' }],
    availableTime: [
      {
        daysOfWeek: ['mon', 'tue', 'wed', 'thu'],
        availableStartTime: '08:30:00',
        availableEndTime: '16:30:00',
      },
      { daysOfWeek: ['fri'], availableStartTime: '08:30:00', availableEndTime: '16:00:00' },
    ],
    notAvailable: [
      { during: { start: '2026-03-26T12:00:00.000Z', end: '2026-03-26T16:30:00.000Z' } },
      { during: { start: '2026-04-03', end: '2026-04-03' } },
      { during: { start: '2026-04-06', end: '2026-04-06' } },
      { during: { start: '2026-05-04', end: '2026-05-04' } },
    ],
  })
  expect(service?.availabilityExceptions).toContain(text)
})

test('(rule 16.13) holidays that were set are those it is closed on', () => {
  const march = ['2026-03-23', '2026-12-25']
  const [service] = writeOfficeServices(
    withHours('Mon-Fri 09:00-17:00', new Date('2026-03-20T12:00:00Z'), ...march),
  )
  expect(service?.notAvailable?.map(({ during }) => during?.start)).toEqual(['2026-03-23'])
})

test('the openings as instants say of each instant of the days just what is so', () => {
  const part = fc.double({ min: 0, max: 0.999, noNaN: true })
  fc.assert(
    fc.property(fc.constantFrom(...HOURS), fc.integer({ min: 0, max: 700 }), part, (text, later, at) => {
      const answer = withHours(text, new Date(Date.parse('2026-03-01T12:00:00Z') + later * 86_400_000))
      const parts = writeOfficeServices(answer)[0]?.extension?.[0]?.extension ?? []
      const time = (name: string) => Date.parse(parts.find(({ url }) => url === name)?.valueDateTime ?? '')
      const [from, until] = [time('known-from'), time('known-until')]
      expect(localDay(new Date(from))).toBe(localDay(answer.askedAt))
      const instant = new Date(from + (until - from) * at)
      const open = parts.some(
        ({ url, valuePeriod: { start = '', end = '' } = {} }) =>
          url === 'office' && new Date(start) <= instant && instant < new Date(end),
      )
      expect(open).toBe(officeAt(answer.plans[0]?.authority.hours, instant).kind === 'open')
    }),
  )
})
