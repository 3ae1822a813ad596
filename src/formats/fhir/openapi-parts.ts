import type { OperationOutcome } from 'fhir/r4.js'
import { ACTIVITY_FOR } from '../../domain/query/requester.ts'
import { SYSTEM } from './codes.ts'
import type { ApiResponse, Parameter, Schema } from './openapi-document.ts'
import { EXAMPLE_ANSWER, EXAMPLE_FAULTS } from './openapi-examples.ts'
import { writeFault } from './operation-outcome.ts'
import type { ServedResource } from './served-resource.ts'

/** The pieces that the descriptions of several exchanges share. */

/** The id of whatever is shown as an example. */
export const EXAMPLE_ID = '0197a000-0000-7000-8000-00000000000b'

const EXAMPLE_TRACE = '0197a000-0000-7000-8000-0000000000c1'

const TRACE: Schema = { type: 'string', maxLength: 128 }
const PLATFORM_REFERENCE: Schema = { type: 'string', pattern: '^[!-~]{1,128}$' }

export const PLATFORM_HEADERS: readonly Parameter[] = ['X-Request-ID', 'X-Correlation-ID'].map(name => ({
  name,
  in: 'header',
  description: 'A reference of the API platform’s. It is sent back as it came.',
  schema: PLATFORM_REFERENCE,
}))

export const TRACE_HEADER: Parameter = {
  name: 'TraceID',
  in: 'header',
  description:
    'Your own reference, best a UUID: up to 128 printable characters. It is kept in the audit log and sent back. One is made up if you send none.',
  schema: TRACE,
  example: EXAMPLE_TRACE,
}

/** The headers of every search, in the order in which they matter. */
export const SEARCH_HEADERS: readonly Parameter[] = [
  {
    name: 'IsUnscheduledAccessEvent',
    in: 'header',
    description: `“true” for an emergency look-up, which is listed and told to the authorities and needs activity ${ACTIVITY_FOR.unscheduled}. “false” for a booked one, which is silent and needs activity ${ACTIVITY_FOR.scheduled}. Left out means “true”. Upper or lower case. IsUnscheduledEvent is another name for it; two that disagree are refused.`,
    schema: { type: 'string', enum: ['true', 'false'], default: 'true' },
    example: 'true',
  },
  TRACE_HEADER,
  {
    name: 'Prefer',
    in: 'header',
    description:
      '“handling=strict” has a search refused that holds a parameter which is not served. Otherwise such a parameter is ignored and left out of the self link. “handling=lenient” has one ignored that is served and cannot be read.',
    schema: { type: 'string' },
  },
  ...PLATFORM_HEADERS,
]

export const FORMAT_PARAMETER: Parameter = {
  name: '_format',
  in: 'query',
  description: 'The form of the answer, in place of the Accept header. There is only one.',
  schema: { type: 'string', enum: ['json', 'application/json', 'application/fhir+json'] },
}

/** How much of what is found is wanted. */
const RESULT_PARAMETERS: readonly Parameter[] = [
  {
    name: '_count',
    in: 'query',
    description:
      'How many matches a page has at most; the link “next” leads to the next page. 0 asks for the total alone.',
    schema: { type: 'string', pattern: '^[0-9]{1,9}$' },
  },
  {
    name: '_after',
    in: 'query',
    description: 'Stands in the links to further pages: the id of the last match of the page before.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9.-]{1,64}$' },
  },
  {
    name: '_summary',
    in: 'query',
    description: 'What of each resource is wanted, as R4 says. “count” asks for the total alone.',
    schema: { type: 'string', enum: ['true', 'text', 'data', 'count', 'false'] },
  },
  {
    name: '_elements',
    in: 'query',
    description:
      'The elements of each match that are wanted, with commas between them. Those that R4 needs come along.',
    schema: { type: 'string' },
  },
]

/** What a search may be asked by. */
export function searchParameters({ type, code, includes }: ServedResource): Parameter[] {
  const parameters: Parameter[] = [
    {
      name: 'patient:identifier',
      in: 'query',
      description:
        'The one person who is asked about: the system of NHS numbers, a bar, and the ten digits. The system may be left out, and the name may be “patient”, “subject” or “patient.identifier”. As a reference it is Patient/ and the digits.',
      required: true,
      schema: { type: 'string', pattern: `^(${SYSTEM.nhsNumber.replaceAll('.', '\\.')}\\|)?[0-9]{10}$` },
      example: `${SYSTEM.nhsNumber}|${EXAMPLE_ANSWER.nhsNumber}`,
    },
  ]
  if (code) {
    parameters.push({
      name: 'code',
      in: 'query',
      description: `The code of the ${type}, with or without its system. It may be left out, because only this one is served; any other is refused.`,
      schema: { type: 'string', enum: [code.code, `${code.system}|${code.code}`] },
      example: code.code,
    })
  }
  if (includes.length > 0) {
    parameters.push({
      name: '_include',
      in: 'query',
      description: 'Asks for the resources that a match refers to. They come along unasked, too.',
      schema: { type: 'string', enum: includes },
    })
  }
  return [...parameters, ...RESULT_PARAMETERS, FORMAT_PARAMETER]
}

/** What every answer carries. */
export const ANSWER_HEADERS: ApiResponse['headers'] = {
  TraceID: { description: 'Your reference, or the one that was made up.', schema: TRACE },
  ...Object.fromEntries(
    PLATFORM_HEADERS.map(({ name, schema }) => [
      name,
      { description: 'As it came, where one came.', schema },
    ]),
  ),
  'Cache-Control': {
    description: 'Nobody may keep an answer.',
    schema: { type: 'string', enum: ['no-store'] },
  },
}

const HEADERS_OF_STATUS: Readonly<Record<number, ApiResponse['headers']>> = {
  401: { 'WWW-Authenticate': { description: 'What to sign in with.', schema: { type: 'string' } } },
  405: { Allow: { description: 'The methods that are served.', schema: { type: 'string' } } },
  429: { 'Retry-After': retryAfter() },
  503: { 'Retry-After': retryAfter() },
}

function retryAfter() {
  return {
    description: 'Seconds to wait before asking again.',
    schema: { type: 'string', pattern: '^[0-9]+$' } as const,
  }
}

/** Every error the API can answer, by HTTP status, each with the outcomes it is written as. */
export function errorResponses(mediaType: string, schema: object): Map<number, ApiResponse> {
  const written = EXAMPLE_FAULTS.map(fault => ({ fault, ...writeFault(fault, EXAMPLE_ID) }))
  const statuses = [...new Set(written.map(({ status }) => status))].sort((a, b) => a - b)
  return new Map(
    statuses.map(status => {
      const examples = written
        .filter(error => error.status === status)
        .map(({ fault, outcome }, nth) => ({
          name: `${fault.kind}-${nth + 1}`,
          outcome,
          ...wordsOf(outcome),
        }))
      return [
        status,
        {
          description: [...new Set(examples.map(({ display }) => display))].join('; '),
          headers: { ...ANSWER_HEADERS, ...HEADERS_OF_STATUS[status] },
          content: {
            [mediaType]: {
              schema,
              examples: Object.fromEntries(
                examples.map(({ name, summary, outcome }) => [name, { summary, value: outcome }]),
              ),
            },
          },
        },
      ]
    }),
  )
}

function wordsOf({ issue: [issue] }: OperationOutcome): { display: string; summary: string } {
  const { code = '', display = '' } = issue?.details?.coding?.[0] ?? {}
  return { display, summary: `${issue?.diagnostics ?? display} (${code})` }
}
