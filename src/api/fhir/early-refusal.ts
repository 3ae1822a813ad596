import { type FhirFault, writeFault } from '../../formats/fhir/operation-outcome.ts'
import { FHIR_CONTENT, UNAVAILABLE } from './fault-reply.ts'

const FAULTS = {
  'headers-too-long': { kind: 'too-long', part: 'headers' },
  'malformed-address': { kind: 'unreadable-request', part: 'address' },
  'unreadable-request': { kind: 'unreadable-request' },
  unavailable: UNAVAILABLE,
} as const satisfies Record<string, FhirFault>

/** What keeps a request from this API before it is one, in FHIR's form: status, content type and OperationOutcome. */
export function writeEarlyRefusal(refusal: keyof typeof FAULTS, id: string) {
  const { status, outcome } = writeFault(FAULTS[refusal], id)
  return { status, contentType: FHIR_CONTENT, body: JSON.stringify(outcome) }
}
