import type { Bundle } from 'fhir/r4.js'
import type { Answer } from '../../domain/query/answer.ts'
import { ACTIVITY_FOR } from '../../domain/query/requester.ts'
import type { ServerDescription } from './capability-statement.ts'
import { FHIR_JSON } from './codes.ts'
import { type DescribedRead, describeReads } from './describe-read.ts'
import { describeReport } from './describe-report.ts'
import type { ApiResponse, OpenApiDocument, Operation, Reference } from './openapi-document.ts'
import { EXAMPLE_ANSWER, EXAMPLE_OF_NOTHING, EXAMPLE_UNCHECKED } from './openapi-examples.ts'
import {
  ANSWER_HEADERS,
  EXAMPLE_ID,
  errorResponses,
  FORMAT_PARAMETER,
  PLATFORM_HEADERS,
  SEARCH_HEADERS,
  searchParameters,
  TRACE_HEADER,
} from './openapi-parts.ts'
import { ANSWER_SCHEMAS, schemaReference } from './openapi-schemas.ts'
import type { BundleFrame } from './search-bundle.ts'
import type { ServedResource, TakenResource } from './served-resource.ts'

/** A search with the writer of its real answers, which writes its examples too. */
export interface DescribedSearch extends ServedResource {
  readonly write: (answer: Answer, frame: BundleFrame) => Bundle
}

/** What is given to anybody who asks, without sign-in. */
export interface DescribedDocument {
  /** The address below the base. */
  readonly path: string
  /** What it is, in words. */
  readonly documentation: string
  readonly mediaType: string
  readonly example?: (server: ServerDescription) => unknown
}

/** What is served, from the tables that routes are made from. */
export interface DescribedTables {
  readonly searches: readonly DescribedSearch[]
  readonly taken: readonly TakenResource[]
  readonly read: readonly DescribedRead[]
  readonly documents: readonly DescribedDocument[]
}

const READ_ERRORS = [400, 401, 403, 404, 406, 414, 429, 500, 503]
const REPORT_ERRORS = [400, 401, 403, 406, 409, 413, 414, 415, 422, 429, 500, 503]

const DESCRIPTION = [
  'Child Protection - Information Sharing (CP-IS) tells health care staff whether a child, or the mother of an unborn child, is known to have a child protection plan or to be looked after, and whom to phone about it.',
  `Whoever asks signs in, and sends an access token of their own as a bearer token. The role selected in it decides what they may ask: an unscheduled (emergency) look-up needs activity ${ACTIVITY_FOR.unscheduled}, a scheduled one ${ACTIVITY_FOR.scheduled}. A token of a system without a person opens nothing.`,
  'An unscheduled look-up of somebody with a plan is listed in their access history and told to the authority, once in 24 hours for the same person looking, whichever address was used. A scheduled one is silent. Every request is kept in the audit log.',
  'An answer without entries means that no information is held. It does not mean that a child is safe. An error means that nobody looked: it says nothing about the child, and must never be shown as “no information held”.',
  'That somebody did not come to a booked appointment can be reported. The authorities that have a plan for them are told, and whoever reports it hears which these are. Either activity opens this.',
  `Post your searches where you can: NHS numbers in addresses find their way into logs. Only documents answer HEAD: asking about somebody is always answered. What an answer names can be read by its id, which is an access like any other. Answers are FHIR R4 as JSON (${FHIR_JSON}).`,
  'All people, organisations and numbers in the examples are made up.',
]

/** The OpenAPI description of the API, made from the tables its routes are made from, with examples by its own writers. */
export function writeOpenApi(
  { searches, taken, read, documents }: DescribedTables,
  server: ServerDescription,
): OpenApiDocument {
  const errors = errorResponses(FHIR_JSON, schemaReference('OperationOutcome'))
  return {
    openapi: '3.1.0',
    info: {
      title: 'CP-IS: the FHIR API',
      version: server.softwareVersion,
      description: DESCRIPTION.join('\n\n'),
    },
    servers: [{ url: server.baseUrl }],
    security: [{ accessToken: [] }],
    paths: Object.fromEntries([
      ...searches.flatMap(search => [
        [`/${search.path}`, { get: describeSearch(search, server) }],
        [`/${search.path}/_search`, { post: describePostedSearch(search, server) }],
      ]),
      ...taken.map(resource => [
        `/${resource.type}`,
        { post: describeReport(resource, errorReferences(REPORT_ERRORS)) },
      ]),
      ...read.flatMap(resource => describeReads(resource, errorReferences(READ_ERRORS))),
      ...documents.map(document => [`/${document.path}`, { get: describeDocument(document, server) }]),
    ]),
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A user-restricted access token of a person, with the selected role.',
        },
      },
      schemas: ANSWER_SCHEMAS,
      responses: Object.fromEntries([...errors].map(([status, response]) => [errorName(status), response])),
    },
  }
}

function describeSearch(search: DescribedSearch, server: ServerDescription): Operation {
  return {
    operationId: `search-${search.path}`,
    summary: search.documentation,
    description: describeFinds(search),
    parameters: [...searchParameters(search), ...SEARCH_HEADERS],
    responses: {
      200: describeAnswer(search, server),
      ...errorReferences([400, 401, 403, 406, 410, 414, 429, 500, 503]),
    },
  }
}

function describePostedSearch(search: DescribedSearch, server: ServerDescription): Operation {
  const fields = searchParameters(search)
  const shown = fields.filter(({ example }) => example !== undefined)
  return {
    operationId: `post-search-${search.path}`,
    summary: search.documentation,
    description: `The same search as GET /${search.path}, with the parameters as a form in the body: no NHS number stands in the address.`,
    parameters: SEARCH_HEADERS,
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': {
          schema: {
            type: 'object',
            properties: Object.fromEntries(
              fields.map(({ name, schema, description }) => [name, { ...schema, description }]),
            ),
            required: fields.filter(({ required }) => required).map(({ name }) => name),
          },
          example: Object.fromEntries(shown.map(({ name, example = '' }) => [name, example])),
        },
      },
    },
    responses: {
      200: describeAnswer(search, server),
      ...errorReferences([400, 401, 403, 406, 410, 413, 414, 415, 429, 500, 503]),
    },
  }
}

function describeFinds({ type, path }: DescribedSearch): string {
  return path === type
    ? `A searchset of ${type}; total counts these alone.`
    : `The same as /${type}, under the name that the national service has for it.`
}

function describeAnswer(search: DescribedSearch, server: ServerDescription): ApiResponse {
  const write = (answer: Answer) =>
    search.write(answer, {
      id: EXAMPLE_ID,
      baseUrl: server.baseUrl,
      search: {
        path: search.path,
        nhsNumber: answer.nhsNumber,
        includes: [],
        ...(search.code && { code: search.code.code }),
      },
    })
  return {
    description: 'What is held, or that nothing is.',
    headers: ANSWER_HEADERS,
    content: {
      [FHIR_JSON]: {
        schema: schemaReference('Searchset'),
        examples: {
          held: { summary: 'Information is held', value: write(EXAMPLE_ANSWER) },
          'nothing-held': { summary: 'No information is held', value: write(EXAMPLE_OF_NOTHING) },
          unchecked: {
            summary: 'Nothing is held under this number, which could not be checked with PDS',
            value: write(EXAMPLE_UNCHECKED),
          },
        },
      },
    },
  }
}

function describeDocument(document: DescribedDocument, server: ServerDescription): Operation {
  const fhir = document.mediaType === FHIR_JSON
  const { example } = document
  return {
    operationId: `read-${document.path.replaceAll(/[./]/g, '-')}`,
    summary: document.documentation,
    description: 'Needs no sign-in.',
    security: [],
    parameters: [...(fhir ? [FORMAT_PARAMETER] : []), TRACE_HEADER, ...PLATFORM_HEADERS],
    responses: {
      200: {
        description: document.documentation,
        headers: ANSWER_HEADERS,
        content: {
          [document.mediaType]: {
            schema: { type: document.mediaType.startsWith('text/') ? 'string' : 'object' },
            ...(example && { examples: { answer: { summary: 'The answer', value: example(server) } } }),
          },
        },
      },
      ...errorReferences(fhir ? [406, 414, 429, 500, 503] : [414, 429, 500, 503]),
    },
  }
}

function errorReferences(statuses: readonly number[]): Record<string, Reference> {
  return Object.fromEntries(
    statuses.map(status => [status, { $ref: `#/components/responses/${errorName(status)}` }]),
  )
}

function errorName(status: number): string {
  return `Error${status}`
}
