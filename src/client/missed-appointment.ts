import type { MissedAppointmentOutcome, NotKnown, Refused } from './outcomes.ts'
import { isQualified, readDiagnostics, readErrorCode, readTelecom } from './read-answer.ts'
import { type Json, known, object, objects, text } from './read-json.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

/** A booked appointment that a person did not come to. */
export interface MissedAppointment {
  /** Your own name for it: whoever repeats a report under it tells nobody twice. The system is a URI. */
  readonly identifier: { readonly system: string; readonly value: string }
  /** Who was expected, by their ten-digit number. */
  readonly nhsNumber: string
  readonly start: Date
  readonly end?: Date
  /** The kind of care, up to 100 characters. The authority reads it. */
  readonly service?: string
  /** What it was for, up to 500 characters. The authority reads it. */
  readonly description?: string
}

/** The report as it is posted. */
export function writeMissedAppointment(appointment: MissedAppointment): object {
  const { identifier, nhsNumber, start, end = start, service, description } = appointment
  return {
    resourceType: 'Appointment',
    identifier: [identifier],
    status: 'noshow',
    ...(service !== undefined && { serviceType: [{ text: service }] }),
    ...(description !== undefined && { description }),
    start: start.toISOString(),
    end: end.toISOString(),
    participant: [
      {
        actor: { type: 'Patient', identifier: { system: NHS_NUMBER, value: nhsNumber } },
        status: 'accepted',
      },
    ],
  }
}

/**
 * What came of a report. Undefined where the answer is not wholly understood: that somebody was told is never guessed, and
 * neither is that nobody was.
 */
export function readReportOutcome(
  status: number,
  body: unknown,
  appointment: MissedAppointment,
): MissedAppointmentOutcome | undefined {
  if (status === 200 || status === 201) {
    const answer = readNotified(object(body), appointment)
    return answer && { kind: 'told', repeated: status === 200, ...answer }
  }
  const message = readDiagnostics(body)
  if (status !== 422 || message === undefined) return undefined
  return readErrorCode(body) === 'NO_INFORMATION_HELD'
    ? { kind: 'nobody-told', message }
    : ({ kind: 'refused', status, message } satisfies Refused)
}

/** The report may have arrived or not: only the service knows. */
export function notKnown(message: string, retryAfterSeconds?: number): NotKnown {
  return { kind: 'not-known', message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
}

function readNotified(answer: Json | undefined, { identifier, nhsNumber }: MissedAppointment) {
  const names = objects(answer?.['identifier'])
  const actors = objects(answer?.['participant']).map(participant => object(participant['actor']) ?? {})
  const patient = actors
    .map(actor => object(actor['identifier']))
    .find(candidate => candidate?.['system'] === NHS_NUMBER)
  const id = text(answer?.['id'])
  const services = objects(answer?.['contained']).filter(
    ({ resourceType, id: own }) =>
      resourceType === 'HealthcareService' && actors.some(({ reference }) => reference === `#${own}`),
  )
  const authorities = services.map(readAuthority).filter(authority => authority !== undefined)
  const understood =
    answer?.['resourceType'] === 'Appointment' &&
    !isQualified(answer) &&
    answer['status'] === 'noshow' &&
    names.some(name => name['system'] === identifier.system && name['value'] === identifier.value) &&
    patient?.['value'] === nhsNumber &&
    authorities.length > 0 &&
    authorities.length === actors.filter(({ reference }) => text(reference)?.startsWith('#')).length
  return id && understood ? { id, authorities } : undefined
}

function readAuthority(service: Json) {
  const name = text(service['name'])
  if (!name) return undefined
  return known({
    odsCode: text(object(object(service['providedBy'])?.['identifier'])?.['value']),
    name,
    ...readTelecom(service),
  })
}
