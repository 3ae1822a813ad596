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
        resource: [
          ...served
            .filter(({ path, type }) => path === type)
            .map(search => describe(search, otherPaths(search, served))),
          ...taken.map(({ type, documentation }) => ({
            type,
            documentation,
            interaction: [{ code: 'create' as const }],
          })),
          ...read.map(({ type, documentation }) => ({
            type,
            documentation,
            interaction: [{ code: 'read' as const }],
          })),
        ],
      },
    ],
  }
}

/**
 * R4 describes each type once, and knows no other. An address that is named otherwise is told in the words of the type that is
 * found there.
 */
function describe(
  { type, documentation, patientParameter, includes, code }: ServedResource,
  others: readonly string[],
): CapabilityStatementRestResource {
  return {
    type,
    documentation: [documentation, ...others.map(path => `The same is found at ${path}`)].join('. '),
    interaction: [{ code: 'search-type' }],
    searchParam: [
      {
        name: 'patient',
        definition: patientParameter,
        type: 'reference',
        documentation: 'Required, once: by identifier, which is the NHS number',
      },
      ...(code ? [{ name: 'code', type: 'token' as const, documentation: `Optional: ${code.code}` }] : []),
    ],
    ...(includes.length > 0 && { searchInclude: [...includes] }),
  }
}

function otherPaths({ type }: ServedResource, served: readonly ServedResource[]): string[] {
  return served.filter(other => other.type === type && other.path !== type).map(({ path }) => path)
}
