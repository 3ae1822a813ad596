import type { AuthorityHours, OpenPeriod } from './outcomes.ts'
import { instant, type Json, object, objects, text } from './read-json.ts'

/** The extension in which CP-IS writes openings as instants (rule 16.12); of another system there is none. */
const OPENINGS = 'urn:uuid:5a0c6a52-6a0e-5c0b-9c54-7f1c2b1d4e90'

/**
 * The hours of the authorities in an answer, by their ODS code. What is not wholly understood is left out: nothing is claimed of it
 * (rule 21.3).
 */
export function readHours(body: unknown): ReadonlyMap<string, AuthorityHours> {
  const found = new Map<string, AuthorityHours>()
  for (const entry of objects(object(body)?.['entry'])) {
    const service = object(entry['resource'])
    if (service?.['resourceType'] !== 'HealthcareService') continue
    const odsCode = text(object(object(service['providedBy'])?.['identifier'])?.['value'])
    const openings = objects(service['extension']).find(({ url }) => url === OPENINGS)
    const hours = openings && hoursOf(objects(openings['extension']))
    if (odsCode !== undefined && hours) found.set(odsCode, hours)
  }
  return found
}

function hoursOf(parts: readonly Json[]): AuthorityHours | undefined {
  const named = (name: string) => parts.filter(({ url }) => url === name)
  const knownFrom = instant(named('known-from')[0]?.['valueDateTime'])
  const knownUntil = instant(named('known-until')[0]?.['valueDateTime'])
  const office = named('office').map(periodOf)
  const duty = named('duty').map(periodOf)
  if (!knownFrom || !knownUntil || !isWhole(office) || !isWhole(duty)) return undefined
  return { knownFrom, knownUntil, office, duty }
}

function isWhole(periods: readonly (OpenPeriod | undefined)[]): periods is readonly OpenPeriod[] {
  return periods.every(period => period !== undefined)
}

function periodOf(part: Json): OpenPeriod | undefined {
  const period = object(part['valuePeriod'])
  const [from, to] = [instant(period?.['start']), instant(period?.['end'])]
  return from && to && from < to ? { from, to } : undefined
}
