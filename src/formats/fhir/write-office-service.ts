import type { Extension, HealthcareService, HealthcareServiceAvailableTime } from 'fhir/r4.js'
import { addDays, endOfDay, localDay, startOfDay } from '../../domain/english-time.ts'
import type { Answer, AuthorityContact } from '../../domain/query/answer.ts'
import { readOfficeHours } from '../../domain/registration/office-hours.ts'
import type { Span } from '../../domain/registration/opening-spans.ts'
import {
  closedDays,
  type KnownHours,
  type Opening,
  openingsOn,
} from '../../domain/registration/opening-times.ts'
import { OPENINGS } from './codes.ts'
import { writeTelecom } from './write-care-team.ts'
import { writeAuthority } from './write-plan-parts.ts'

/** Openings are written as instants for so many days from that of the query on: whoever reads them needs no calendar. */
const OPENINGS_DAYS = 8
/** So far ahead the days are named on which the office is closed though it is open in an ordinary week. */
const CLOSED_DAYS = 60

/**
 * The office of each authority that has said its hours (rule 16.11), as R4 has them: hours of an ordinary week by the English clock, the
 * days on which it is closed, and all of it in words. R4 has no place for a day on which it is open longer, nor for a duty team that
 * answers whenever the office is closed, so an extension has both as instants.
 */
export function writeOfficeServices({
  plans,
  askedAt,
}: Answer): (HealthcareService & { readonly id: string })[] {
  const authorities = new Map(plans.map(({ authority }) => [authority.odsCode, authority]))
  return [...authorities.values()].flatMap(authority =>
    authority.hours ? [writeOfficeService(authority, authority.hours, askedAt)] : [],
  )
}

function writeOfficeService(
  authority: AuthorityContact,
  known: KnownHours,
  askedAt: Date,
): HealthcareService & { readonly id: string } {
  const today = localDay(askedAt)
  const closed = closedDays(known, today, addDays(today, CLOSED_DAYS))
  return {
    resourceType: 'HealthcareService',
    id: `office-${authority.odsCode}`,
    extension: [writeOpenings(known, askedAt)],
    providedBy: writeAuthority(authority),
    name: authority.name,
    telecom: writeTelecom(authority),
    availableTime: writeWeek(known),
    ...(closed.length > 0 && {
      notAvailable: closed.flatMap(({ day, closed, shut }) =>
        closed
          ? [{ description: 'The office is closed', during: { start: day, end: day } }]
          : shut.map(period => ({ description: 'The office is closed', during: writePeriod(period) })),
      ),
    }),
    availabilityExceptions: `The hours in full, by the English clock, closed on bank holidays unless said: ${known.hours}`,
  }
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

function writeWeek({ hours }: KnownHours): HealthcareServiceAvailableTime[] {
  const { week } = readOfficeHours(hours)
  const written = week.flatMap((spans, day) =>
    spans.map(span => ({ day: DAYS[day] ?? 'mon', times: writeSpan(span) })),
  )
  return [...Map.groupBy(written, ({ times }) => JSON.stringify(times)).values()].map(same => ({
    daysOfWeek: same.map(({ day }) => day),
    ...same[0]?.times,
  }))
}

function writeSpan({ from, to }: Span): Omit<HealthcareServiceAvailableTime, 'daysOfWeek'> {
  if (from === 0 && to === 1440) return { allDay: true }
  // R4 knows no 24:00.
  return { availableStartTime: writeTime(from), availableEndTime: to === 1440 ? '23:59:59' : writeTime(to) }
}

function writeTime(minutes: number): string {
  const part = (value: number) => String(value).padStart(2, '0')
  return `${part(Math.floor(minutes / 60))}:${part(minutes % 60)}:00`
}

function writeOpenings(known: KnownHours, askedAt: Date): Extension {
  const today = localDay(askedAt)
  const last = addDays(today, OPENINGS_DAYS - 1)
  const { office, duty } = openingsOn(known, today, last)
  return {
    url: OPENINGS,
    extension: [
      { url: 'known-from', valueDateTime: startOfDay(today).toISOString() },
      { url: 'known-until', valueDateTime: endOfDay(last).toISOString() },
      ...office.map(opening => ({ url: 'office', valuePeriod: writePeriod(opening) })),
      ...duty.map(opening => ({ url: 'duty', valuePeriod: writePeriod(opening) })),
    ],
  }
}

function writePeriod({ from, to }: Opening) {
  return { start: from.toISOString(), end: to.toISOString() }
}
