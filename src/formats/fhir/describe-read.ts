import type { FhirResource } from 'fhir/r4.js'
import type { Identified, IdentifiedKind } from '../../domain/query/identified.ts'
import { FHIR_JSON } from './codes.ts'
import type { Operation, Parameter } from './openapi-document.ts'
import { EXAMPLE_ANSWER, EXAMPLE_REPORT } from './openapi-examples.ts'
import { ANSWER_HEADERS, FORMAT_PARAMETER, SEARCH_HEADERS } from './openapi-parts.ts'
import type { ReadResource } from './served-resource.ts'

/** A resource that is read by its id, with the writer of what is read, which writes its examples too. */
export interface DescribedRead extends ReadResource {
  readonly of: IdentifiedKind
  readonly write: (read: Identified) => FhirResource
}

const [PLAN] = EXAMPLE_ANSWER.plans
const [ACCESS] = EXAMPLE_ANSWER.accesses

/** Each address at which a resource is read, as the description of the API tells of it. */
export function describeReads(
  resource: DescribedRead,
  errors: Operation['responses'],
): [path: string, item: { get: Operation }][] {
  const example = resource.write(exampleOf(resource.of))
  const id: Parameter = {
    name: 'id',
    in: 'path',
    required: true,
    description: 'The id, as an answer named it.',
    schema: { type: 'string' },
    example: example.id ?? '',
  }
  const version: Parameter = {
    name: 'version',
    in: 'path',
    required: true,
    description: 'The version, of which there is one.',
    schema: { type: 'string' },
    example: example.meta?.versionId ?? '',
  }
  return resource.interactions.map(interaction => {
    const isVersion = interaction === 'vread'
    const operation: Operation = {
      operationId: `${interaction}-${resource.type}`,
      summary: resource.documentation,
      description:
        'An access like any other of the person it belongs to. An id that leads nowhere and one that you may not read are answered alike (404).',
      parameters: [
        id,
        ...(isVersion ? [version] : []),
        FORMAT_PARAMETER,
        ...SEARCH_HEADERS.filter(({ name }) => name !== 'Prefer'),
      ],
      responses: {
        200: {
          description: `The ${resource.type}.`,
          headers: ANSWER_HEADERS,
          content: {
            [FHIR_JSON]: {
              schema: { type: 'object' },
              examples: { read: { summary: resource.documentation, value: example } },
            },
          },
        },
        ...errors,
      },
    }
    return [`/${resource.type}/{id}${isVersion ? '/_history/{version}' : ''}`, { get: operation }]
  })
}

function exampleOf(of: IdentifiedKind): Identified {
  const answer = EXAMPLE_ANSWER
  if (of === 'report') return { of, report: EXAMPLE_REPORT, answer }
  if (!PLAN || !ACCESS) throw new Error('The example has a plan and an access')
  return of === 'plan' ? { of, plan: PLAN, answer } : { of, access: ACCESS, answer }
}
