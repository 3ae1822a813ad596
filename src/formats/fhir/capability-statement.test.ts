import { expect, test } from 'vitest'
import { writeCapabilityStatement } from './capability-statement.ts'
import { r4Judges } from './testing.ts'

test('says what is served and how to sign in, as valid R4', () => {
  const statement = writeCapabilityStatement(
    [
      {
        type: 'CareTeam',
        path: 'CareTeam',
        documentation: 'Plans',
        patientParameter: 'http://hl7.org/fhir/SearchParameter/clinical-patient',
        includes: [],
      },
    ],
    [{ type: 'Appointment', documentation: 'Missed ones' }],
    [
      { type: 'CareTeam', documentation: 'A plan', interactions: ['read'] },
      { type: 'CodeSystem', documentation: 'Codes', interactions: ['read'] },
    ],
    { baseUrl: 'https://cp-is.example/cpis/FHIR/R4', since: new Date(0), softwareVersion: '1.2.3' },
  )
  expect(statement).toMatchObject({
    kind: 'instance',
    fhirVersion: '4.0.1',
    software: { version: '1.2.3' },
    implementation: { url: 'https://cp-is.example/cpis/FHIR/R4' },
    rest: [
      {
        mode: 'server',
        security: { service: [{ coding: [{ code: 'OAuth' }] }] },
        resource: [
          {
            type: 'CareTeam',
            interaction: [{ code: 'search-type' }, { code: 'read' }],
            searchParam: [{ name: 'patient', type: 'reference' }],
          },
          { type: 'Appointment', interaction: [{ code: 'create' }] },
          { type: 'CodeSystem', interaction: [{ code: 'read' }] },
        ],
      },
    ],
  })
  expect(r4Judges()(statement)).toEqual([])
})
