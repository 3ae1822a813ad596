import type { CapabilityStatement } from 'fhir/r4.js'
import { FHIR_JSON, FHIR_VERSION } from './codes.ts'
import type { ServedResource } from './served-resource.ts'

export interface ServerDescription {
  /** Absolute, without a slash at its end. */
  readonly baseUrl: string
  /** When this instance began to serve what it says. */
  readonly since: Date
  readonly softwareVersion: string
}

/** What the door serves, made from the table its routes are made from, so that it cannot promise anything else. */
export function writeCapabilityStatement(
  served: readonly ServedResource[],
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
        resource: served.map(resource => ({
          type: resource.type,
          documentation: resource.documentation,
          interaction: [{ code: 'search-type' }],
          searchParam: [
            {
              name: 'patient',
              definition: resource.patientParameter,
              type: 'reference',
              documentation: 'Required, once: by identifier, which is the NHS number',
            },
          ],
          ...(resource.includes.length > 0 && { searchInclude: [...resource.includes] }),
        })),
      },
    ],
  }
}
