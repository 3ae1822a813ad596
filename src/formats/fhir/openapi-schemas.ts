import { MISSED_APPOINTMENT, REPORTED_APPOINTMENT } from './appointment-schemas.ts'

/** What an answer is made of, as far as a reader needs it; HL7 publishes the rest (https://hl7.org/fhir/R4). */
export const ANSWER_SCHEMAS = {
  Searchset: {
    type: 'object',
    description: 'A FHIR R4 Bundle of what was found.',
    required: ['resourceType', 'id', 'type', 'timestamp', 'total', 'link'],
    properties: {
      resourceType: { const: 'Bundle' },
      id: { type: 'string' },
      type: { const: 'searchset' },
      timestamp: { type: 'string', format: 'date-time', description: 'When the service looked.' },
      total: {
        type: 'integer',
        minimum: 0,
        description: 'How many matches there are. What comes along with them is not counted.',
      },
      link: {
        type: 'array',
        description: 'The query as it was understood and, of pages, the first and the next one.',
        items: {
          type: 'object',
          required: ['relation', 'url'],
          properties: { relation: { enum: ['self', 'first', 'next'] }, url: { type: 'string' } },
        },
      },
      entry: {
        type: 'array',
        minItems: 1,
        description:
          'Absent where nothing is held and nothing else is to be said. An entry of mode “outcome” warns that the NHS number could not be checked with PDS: the answer is then no plain “nothing held”. A Patient comes along where PDS has superseded the NHS number: its link “replaced-by” names the current one. A HealthcareService comes along for each authority that has said when its office is open: by `providedBy`, the same organisation as that of a CareTeam.',
        items: {
          type: 'object',
          required: ['resource', 'search'],
          properties: {
            fullUrl: {
              type: 'string',
              description: 'Where it can be read. What cannot be read has a URN, or none.',
            },
            resource: {
              type: 'object',
              required: ['resourceType', 'id'],
              properties: {
                resourceType: {
                  enum: [
                    'CareTeam',
                    'AuditEvent',
                    'PractitionerRole',
                    'Flag',
                    'CarePlan',
                    'Patient',
                    'HealthcareService',
                    'OperationOutcome',
                  ],
                },
                id: { type: 'string' },
              },
            },
            search: {
              type: 'object',
              required: ['mode'],
              properties: { mode: { enum: ['match', 'include', 'outcome'] } },
            },
          },
        },
      },
    },
  },
  MissedAppointment: MISSED_APPOINTMENT,
  ReportedAppointment: REPORTED_APPOINTMENT,
  OperationOutcome: {
    type: 'object',
    description: 'A FHIR R4 OperationOutcome: why there is no answer.',
    required: ['resourceType', 'id', 'issue'],
    properties: {
      resourceType: { const: 'OperationOutcome' },
      id: { type: 'string' },
      issue: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['severity', 'code', 'details', 'diagnostics'],
          properties: {
            severity: { const: 'error' },
            code: { type: 'string', description: 'R4’s own code of the kind of issue.' },
            details: {
              type: 'object',
              required: ['coding'],
              properties: {
                coding: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['system', 'code', 'display'],
                    properties: {
                      system: { type: 'string' },
                      code: { type: 'string', description: 'The national code of the error.' },
                      display: { type: 'string' },
                    },
                  },
                },
              },
            },
            diagnostics: { type: 'string', description: 'What to put right, in words.' },
            expression: {
              type: 'array',
              description: 'The element that is at fault, where a resource was sent.',
              items: { type: 'string' },
            },
          },
        },
      },
    },
  },
} as const

export type AnswerSchema = keyof typeof ANSWER_SCHEMAS

export function schemaReference(name: AnswerSchema) {
  return { $ref: `#/components/schemas/${name}` }
}
