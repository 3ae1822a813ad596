import type { Appointment } from 'fhir/r4.js'
import { FHIR_JSON, SYSTEM } from './codes.ts'
import type { ApiResponse, Operation, Parameter } from './openapi-document.ts'
import { EXAMPLE_REPORT } from './openapi-examples.ts'
import { ANSWER_HEADERS, FORMAT_PARAMETER, PLATFORM_HEADERS, TRACE_HEADER } from './openapi-parts.ts'
import { schemaReference } from './openapi-schemas.ts'
import type { TakenResource } from './served-resource.ts'
import { writeReportedAppointment } from './write-appointment.ts'

const { identifier, nhsNumber, start, end, service, description } = EXAMPLE_REPORT.appointment

const EXAMPLE_REQUEST: Omit<Appointment, 'contained'> = {
  resourceType: 'Appointment',
  identifier: [identifier],
  status: 'noshow',
  ...(service && { serviceType: [{ text: service }] }),
  ...(description && { description }),
  start: start.toISOString(),
  ...(end && { end: end.toISOString() }),
  participant: [
    {
      actor: { type: 'Patient', identifier: { system: SYSTEM.nhsNumber, value: nhsNumber } },
      status: 'accepted',
    },
  ],
}

const CONDITION_HEADER: Parameter = {
  name: 'If-None-Exist',
  in: 'header',
  description:
    'identifier={system}|{value}, as one identifier of the appointment. Where your organisation has reported the same patient under it before, that report is answered (200) and nothing is done, whatever this one says.',
  schema: { type: 'string' },
  example: `identifier=${identifier.system}|${identifier.value}`,
}

const WORDS = [
  'Each authority with a visible plan of the person is told once, by a message and with the reason on its desk; the answer says which authorities these are, and whom to phone.',
  'Send the same report again under the same identifier whenever you are not sure that it arrived: the answer is the same, as 200, and nobody is told twice. Anything else under an identifier that your organisation has used is refused (409).',
  'Where no information is held nobody is told. That is an error (422), so that no system takes it for a report that was passed on.',
  'It is not an access: it is not listed, and IsUnscheduledAccessEvent means nothing here.',
]

/** The report of a missed appointment, as the description of the API tells of it. */
export function describeReport({ documentation }: TakenResource, errors: Operation['responses']): Operation {
  return {
    operationId: 'report-missed-appointment',
    summary: documentation,
    description: WORDS.join(' '),
    parameters: [FORMAT_PARAMETER, TRACE_HEADER, CONDITION_HEADER, ...PLATFORM_HEADERS],
    requestBody: {
      required: true,
      content: { [FHIR_JSON]: { schema: schemaReference('MissedAppointment'), example: EXAMPLE_REQUEST } },
    },
    responses: {
      201: describeAnswer('The authorities are told'),
      200: describeAnswer('The same report was made before: nobody is told again'),
      ...errors,
    },
  }
}

function describeAnswer(words: string): ApiResponse {
  return {
    description: `${words}.`,
    headers: {
      ...ANSWER_HEADERS,
      Location: {
        description: 'Where the report can be read, with its version.',
        schema: { type: 'string' },
      },
    },
    content: {
      [FHIR_JSON]: {
        schema: schemaReference('ReportedAppointment'),
        examples: { told: { summary: words, value: writeReportedAppointment(EXAMPLE_REPORT) } },
      },
    },
  }
}
