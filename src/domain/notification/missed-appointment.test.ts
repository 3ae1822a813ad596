import { describe, expect, test } from 'vitest'
import type { NhsNumber } from '../nhs-number.ts'
import type { Requester } from '../query/requester.ts'
import {
  checkAppointmentTime,
  isSameAppointment,
  type MissedAppointment,
  mayReport,
} from './missed-appointment.ts'

const NOW = new Date('2026-06-15T12:00:00Z')
const DAY = 86_400_000

describe('rule 15.2: a start that is past and at most 365 days ago', () => {
  test.each([
    ['now', 0, undefined],
    ['in a moment', -1, 'not-past'],
    ['yesterday', DAY, undefined],
    ['365 days ago', 365 * DAY, undefined],
    ['a moment earlier', 365 * DAY + 1, 'too-long-ago'],
  ])('%s', (_, ago, fault) => {
    const checked = checkAppointmentTime(new Date(NOW.getTime() - ago), NOW)
    expect(checked).toEqual(fault ? { ok: false, fault: { kind: fault } } : { ok: true, value: true })
  })
})

test.each([
  [['B0107'], true],
  [['B0170'], true],
  [['B0107', 'B0170'], true],
  [['B0820'], false],
  [[], false],
])('rule 15.1: whoever has %j may report: %s', (activities, may) => {
  expect(mayReport({ activities: new Set(activities) } as unknown as Requester)).toEqual(
    may ? { ok: true, value: true } : { ok: false, fault: { kind: 'no-activity' } },
  )
})

describe('rule 15.5: a report made again says the same', () => {
  const report: MissedAppointment = {
    identifier: { system: 'https://hospital.example/Id/appointment', value: 'A-1' },
    nhsNumber: '9990000018' as NhsNumber,
    start: NOW,
    end: new Date(NOW.getTime() + DAY),
    service: 'Community paediatrics',
    description: 'Two-year review',
  }
  const { end: _end, ...endless } = report

  test('where everything is equal', () => {
    expect(isSameAppointment(report, structuredClone(report))).toBe(true)
    expect(isSameAppointment(endless, structuredClone(endless))).toBe(true)
    // A report has one name or several, and each of them leads to it (rule 15.9).
    const named = { ...report, identifier: { system: 'https://other.example', value: 'A-2' } }
    expect(isSameAppointment(report, named)).toBe(true)
  })

  test.each<Partial<MissedAppointment>>([
    { nhsNumber: '9990001014' as NhsNumber },
    { start: new Date(NOW.getTime() + 1) },
    { end: NOW },
    { service: 'Dentistry' },
    { description: 'Three-year review' },
  ])('and not with %j', change => {
    expect(isSameAppointment(report, { ...report, ...change })).toBe(false)
  })

  test('and not where only one says when it was to end', () => {
    expect(isSameAppointment(report, endless)).toBe(false)
    expect(isSameAppointment(endless, report)).toBe(false)
  })
})
