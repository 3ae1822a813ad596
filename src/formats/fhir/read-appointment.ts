import { parseCalendarDate } from '../../domain/english-time.ts'
import { type NhsNumber, otherNationWords, parseNhsNumber } from '../../domain/nhs-number.ts'
import type {
  AppointmentIdentifier,
  MissedAppointment,
} from '../../domain/notification/missed-appointment.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { SYSTEM } from './codes.ts'

/** What of an Appointment cannot be taken as a report. Both texts are fixed, never what the caller sent. */
export interface AppointmentFault {
  readonly kind: 'invalid-appointment'
  /** A FHIRPath within the resource. */
  readonly element: string
  readonly rule: string
}

export const LONGEST_SERVICE = 100
export const LONGEST_DESCRIPTION = 500

type Json = Readonly<Record<string, unknown>>
type Read<T> = Result<T, AppointmentFault>

/**
 * Reads the report of a missed appointment: an R4 Appointment with status `noshow`, of one patient who is named by NHS number.
 * The first fault is told. Elements that the report does not need are left unread, but a modifier extension changes what the
 * rest means, and is refused (R4, extensibility).
 */
export function readMissedAppointment(
  text: string,
): Result<MissedAppointment, AppointmentFault | { readonly kind: 'unreadable-request' }> {
  const parsed = parseJson(text)
  if (parsed === undefined) return failure({ kind: 'unreadable-request' })
  if (parsed?.['resourceType'] !== 'Appointment')
    return fault('Appointment', 'must be the resource that is sent')
  if (parsed['modifierExtension'] !== undefined)
    return fault('Appointment.modifierExtension', 'is not understood')
  if (parsed['status'] !== 'noshow')
    return fault('Appointment.status', 'must be noshow: only missed appointments are reported here')
  const identifiers = readIdentifiers(parsed['identifier'])
  if (!identifiers.ok) return identifiers
  const [identifier, ...otherIdentifiers] = identifiers.value
  if (!identifier) return fault('Appointment.identifier', IDENTIFIER_RULE)
  const start = readInstant(parsed['start'])
  if (!start)
    return fault(
      'Appointment.start',
      'must be an instant with seconds and offset, as in 2026-03-09T14:00:00Z',
    )
  const end = parsed['end'] === undefined ? undefined : (readInstant(parsed['end']) ?? null)
  if (end === null || (end && end < start))
    return fault('Appointment.end', 'must be an instant as the start is, and not before it')
  const nhsNumber = readPatient(objects(parsed['participant']))
  if (!nhsNumber.ok) return nhsNumber
  const service = readWords(serviceWords(objects(parsed['serviceType'])), LONGEST_SERVICE)
  if (service === undefined) return fault('Appointment.serviceType', wordsRule(LONGEST_SERVICE))
  const description = readWords(parsed['description'], LONGEST_DESCRIPTION)
  if (description === undefined) return fault('Appointment.description', wordsRule(LONGEST_DESCRIPTION))
  return success({
    identifier,
    ...(otherIdentifiers.length > 0 && { otherIdentifiers }),
    nhsNumber: nhsNumber.value,
    start,
    ...(end && end > start && { end }),
    ...(service && { service }),
    ...(description && { description }),
  })
}

const MOST_IDENTIFIERS = 10
const IDENTIFIER_RULE = `is needed, with a value, at most ${MOST_IDENTIFIERS} times: your own names for the appointment`

/** Each with a value, once; without a system the organisation is the namespace (rule 15.2). */
function readIdentifiers(value: unknown): Read<AppointmentIdentifier[]> {
  const written = objects(value).filter(identifier => identifier['value'] !== undefined)
  if (written.length === 0 || written.length > MOST_IDENTIFIERS)
    return fault('Appointment.identifier', IDENTIFIER_RULE)
  const read = new Map<string, AppointmentIdentifier>()
  for (const { system = '', value: name } of written) {
    if (
      typeof system !== 'string' ||
      (system !== '' && !/^[a-z][a-z0-9+.-]*:[\x21-\x7e]{1,200}$/i.test(system))
    )
      return fault('Appointment.identifier.system', 'must be a URI of at most 200 characters')
    if (typeof name !== 'string' || !/^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/.test(name))
      return fault('Appointment.identifier.value', 'must be 1 to 100 printable characters')
    read.set(`${system}|${name}`, { system, value: name })
  }
  return success([...read.values()])
}

/**
 * The name in a conditional create (`If-None-Exist: identifier=system|value`; R4, RESTful API, conditional create): undefined where it is
 * anything but one identifier.
 */
export function readCondition(written: string): AppointmentIdentifier | undefined {
  const [condition, another] = [...new URLSearchParams(written.replace(/^\?/, ''))]
  if (!condition || another || condition[0] !== 'identifier') return undefined
  const [, system = '', value = ''] = /^(?:(.*)\|)?([^|]+)$/.exec(condition[1]) ?? []
  return value === '' ? undefined : { system, value }
}

/** R4, instant: seconds and offset are needed. Undefined where no such moment exists. */
function readInstant(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined
  const form =
    /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$/
  if (!form.test(value) || !parseCalendarDate(value)) return undefined
  return new Date(value)
}

function readPatient(participants: readonly Json[]): Read<NhsNumber> {
  if (participants.some(participant => participant['modifierExtension'] !== undefined))
    return fault('Appointment.participant.modifierExtension', 'is not understood')
  const [patient, another] = participants
    .map(participant => object(participant['actor']) ?? {})
    .filter(isPatient)
  const identifier = object(patient?.['identifier'])
  if (!patient || another || identifier?.['system'] !== SYSTEM.nhsNumber)
    return fault(
      'Appointment.participant',
      `must name exactly one patient, by actor.identifier with the system ${SYSTEM.nhsNumber}`,
    )
  const number = parseNhsNumber(String(identifier['value']))
  if (number.ok) return number
  const nation = otherNationWords(number.fault)
  return fault(
    'Appointment.participant.actor.identifier.value',
    nation ? `is ${nation}` : 'must be a valid NHS number',
  )
}

function isPatient({ type, reference, identifier }: Json): boolean {
  if (type !== undefined) return type === 'Patient'
  return (
    object(identifier)?.['system'] === SYSTEM.nhsNumber ||
    (typeof reference === 'string' && /(^|\/)Patient\//.test(reference))
  )
}

/** What people call each kind of service, one after the other. */
function serviceWords(types: readonly Json[]): string {
  return types
    .map(type => type['text'] ?? objects(type['coding']).find(({ display }) => display)?.['display'])
    .filter(words => typeof words === 'string')
    .map(words => words.trim())
    .join(', ')
}

/** One line of text; empty where there is none, undefined where it is no text or too long. */
function readWords(value: unknown = '', longest: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const words = value.replace(/\s+/g, ' ').trim()
  return [...words].length <= longest && !/[\p{Cc}\p{Cs}]/u.test(words) ? words : undefined
}

function wordsRule(longest: number): string {
  return `must be text of at most ${longest} characters`
}

function fault(element: string, rule: string) {
  return failure({ kind: 'invalid-appointment' as const, element, rule })
}

function parseJson(text: string): Json | null | undefined {
  try {
    return object(JSON.parse(text)) ?? null
  } catch {
    return undefined
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object).filter(item => item !== undefined) : []
}
