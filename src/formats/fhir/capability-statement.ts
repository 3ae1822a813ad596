import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js'
import { FHIR_JSON, FHIR_VERSION } from './codes.ts'
import type { ReadResource, ServedResource, TakenResource } from './served-resource.ts'

export interface ServerDescription {
  /** Absolute, without a slash at its end. */
  readonly baseUrl: string
  /** When this instance began to serve what it says. */
  readonly since: Date
  readonly softwareVersion: string
}

/** What the API serves, made from the tables its routes are made from, so that it cannot promise anything else. */
export function writeCapabilityStatement(
  served: readonly ServedResource[],
  taken: readonly TakenResource[],
  read: readonly ReadResource[],
  server: ServerDescription,
): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: server.since.toISOString(),
    kind: 'instance',
    software: { name: 'CP-IS', version: server.softwareVersion },
    implementation: { description: 'Child Protection - Information Sharing', url: server.baseUrl },
    fhirVersion: FHIR_VERSION,
    format: [FHIR_JSON, 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'OAuth',
                  display: 'OAuth',
                },
              ],
            },
          ],
          description:
            'A user-restricted access token of a person, with the selected role, as a bearer token',
        },
        resource: typesOf([...served, ...taken, ...read]).map(type =>
          describeType(
            type,
            served.filter(search => search.type === type),
            taken.filter(resource => resource.type === type),
            read.filter(resource => resource.type === type),
          ),
        ),
      },
    ],
  }
}

/** R4 describes each type once, whatever can be done with it. */
function typesOf<T extends string>(resources: readonly { readonly type: T }[]): T[] {
  return [...new Set(resources.map(({ type }) => type))]
}

/**
 * What can be done with a type. R4 knows no address that is named otherwise: it is told in the words of the type that is found there.
 */
function describeType(
  type: ServedResource['type'] | TakenResource['type'] | ReadResource['type'],
  searches: readonly ServedResource[],
  taken: readonly TakenResource[],
  read: readonly ReadResource[],
): CapabilityStatementRestResource {
  const [search] = searches
  const words = [...searches.filter(({ path }) => path === type), ...taken, ...read].map(
    ({ documentation }) => documentation,
  )
  const others = searches
    .filter(({ path }) => path !== type)
    .map(({ path }) => `The same is found at ${path}`)
  const isVersioned = read.some(({ interactions }) => interactions.includes('vread'))
  return {
    type,
    documentation: [...words, ...others].join('. '),
    interaction: [
      ...(search ? ['search-type' as const] : []),
      ...taken.map(() => 'create' as const),
      ...read.flatMap(({ interactions }) => interactions),
    ].map(code => ({ code })),
    ...(taken.length > 0 && { conditionalCreate: true }),
    versioning: isVersioned ? 'versioned' : 'no-version',
    ...(search && { searchParam: describeParameters(search) }),
    ...(search && search.includes.length > 0 && { searchInclude: [...search.includes] }),
  }
}

function describeParameters({ patientParameter, code }: ServedResource) {
  return [
    {
      name: 'patient',
      definition: patientParameter,
      type: 'reference' as const,
      documentation: 'Required, for one person: by identifier, which is the NHS number, also as subject',
    },
    ...(code
      ? [
          {
            name: 'code',
            type: 'token' as const,
            documentation: `Optional: ${code.code}, with which details come along`,
          },
        ]
      : []),
  ]
}
