import { z } from 'zod'
import { type CalendarDate, parseCalendarDate } from '../domain/english-time.ts'
import type { RegisteredPerson, Sex } from '../domain/person/same-person.ts'

const period = z.object({ start: z.string().optional(), end: z.string().optional() })

const humanName = z.object({
  use: z.string().optional(),
  period: period.optional(),
  given: z.array(z.string()).optional(),
  family: z.string().optional(),
})

/** As much of a PDS Patient as decides anything here; whatever else it holds is not read. */
export const pdsPatient = z.object({
  resourceType: z.literal('Patient'),
  id: z.string(),
  meta: z.object({ security: z.array(z.object({ code: z.string().optional() })).optional() }).optional(),
  name: z.array(humanName).optional(),
  birthDate: z.string().optional(),
  deceasedDateTime: z.string().optional(),
  deceasedBoolean: z.boolean().optional(),
  gender: z.string().optional(),
})

export type PdsPatient = z.infer<typeof pdsPatient>
type HumanName = z.infer<typeof humanName>

/** The confidentiality code of a record that PDS does not hold back. */
const UNRESTRICTED = 'U'

/**
 * Whether PDS marks the person as sensitive (rule 3.9): any security code but "unrestricted". PDS defines R, V and REDACTED;
 * one that it adds later is taken as protecting somebody.
 */
export function isRestricted(patient: PdsPatient): boolean {
  return (patient.meta?.security ?? []).some(label => label.code !== UNRESTRICTED)
}

/** The person as the same-person check needs them (rule 3.7), current names before former and other ones. `today` is English. */
export function registeredPerson(patient: PdsPatient, today: CalendarDate): RegisteredPerson {
  const names = (patient.name ?? []).toSorted((a, b) => rank(a, today) - rank(b, today))
  const birthDate = fullDate(patient.birthDate)
  const died = dayOfDeath(patient)
  return {
    ...(birthDate && { birthDate }),
    ...(died && { died }),
    familyNames: names.flatMap(name => (name.family ? [name.family] : [])),
    givenNames: names.flatMap(name => (name.given?.length ? [name.given] : [])),
    ...(isSex(patient.gender) && { sex: patient.gender }),
  }
}

function isSex(gender: string | undefined): gender is Sex {
  return gender === 'female' || gender === 'male'
}

/** The name in use first, then nicknames and the like, then what the person was called before. */
function rank(name: HumanName, today: CalendarDate): number {
  const ended = name.period?.end !== undefined && name.period.end.slice(0, 10) < today
  if (ended || name.use === 'old' || name.use === 'maiden') return 2
  return name.use === undefined || name.use === 'usual' || name.use === 'official' ? 0 : 1
}

/** PDS gives the day of death with or without a time; it may also say no more than that the person has died. */
function dayOfDeath({ deceasedDateTime, deceasedBoolean }: PdsPatient): CalendarDate | 'unknown' | undefined {
  if (deceasedDateTime !== undefined) return fullDate(deceasedDateTime.slice(0, 10)) ?? 'unknown'
  return deceasedBoolean ? 'unknown' : undefined
}

/** PDS may hold a year, or a year and month: not enough to say who somebody is. */
function fullDate(text: string | undefined): CalendarDate | undefined {
  return text && /^\d{4}-\d\d-\d\d$/.test(text) ? parseCalendarDate(text) : undefined
}
