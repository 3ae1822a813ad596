import { SYSTEM } from './codes.ts'
import { LONGEST_DESCRIPTION, LONGEST_SERVICE } from './read-appointment.ts'

const IDENTIFIER = {
  type: 'array',
  minItems: 1,
  maxItems: 10,
  description:
    'Your own names for the appointment. A report that is sent again under any of them tells nobody twice.',
  items: {
    type: 'object',
    required: ['value'],
    properties: {
      system: { type: 'string', description: 'A URI of your own. Left out, it is your organisation.' },
      value: { type: 'string', maxLength: 100 },
    },
  },
} as const

const START = {
  type: 'string',
  format: 'date-time',
  description: 'When it was to begin, with seconds and offset: past, and not more than a year ago.',
} as const

/** What is read of an Appointment that is sent. */
export const MISSED_APPOINTMENT = {
  type: 'object',
  description: 'A FHIR R4 Appointment that was missed. Elements that do not stand here are not read.',
  required: ['resourceType', 'identifier', 'status', 'start', 'participant'],
  properties: {
    resourceType: { const: 'Appointment' },
    identifier: IDENTIFIER,
    status: { const: 'noshow' },
    start: START,
    end: { type: 'string', format: 'date-time', description: 'When it was to end. R4 wants it.' },
    participant: {
      type: 'array',
      minItems: 1,
      description: `Who was expected: exactly one patient, by an actor.identifier of the system ${SYSTEM.nhsNumber}. Other participants are not read.`,
      items: { type: 'object' },
    },
    serviceType: {
      type: 'array',
      description: `The kind of care: text, or the display of a code. At most ${LONGEST_SERVICE} characters together.`,
      items: { type: 'object' },
    },
    description: {
      type: 'string',
      maxLength: LONGEST_DESCRIPTION,
      description: 'What it was for. The authority reads it.',
    },
  },
} as const

/** What came of it. */
export const REPORTED_APPOINTMENT = {
  type: 'object',
  description:
    'The appointment as it was understood. Each authority that is told is contained as a HealthcareService, with its telephone numbers, and is a participant for whom it is information only.',
  required: ['resourceType', 'id', 'text', 'contained', 'identifier', 'status', 'start', 'participant'],
  properties: {
    ...MISSED_APPOINTMENT.properties,
    id: { type: 'string' },
    text: {
      type: 'object',
      required: ['status', 'div'],
      description: 'Who is told, in words.',
      properties: { status: { const: 'generated' }, div: { type: 'string' } },
    },
    contained: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['resourceType', 'id', 'providedBy', 'name', 'telecom'],
        properties: {
          resourceType: { const: 'HealthcareService' },
          id: { type: 'string', description: 'The ODS code of the authority.' },
          name: { type: 'string' },
        },
      },
    },
  },
} as const
