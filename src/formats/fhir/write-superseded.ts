import type { Patient } from 'fhir/r4.js'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { SYSTEM } from './codes.ts'

/**
 * That PDS has superseded the number that was asked for, as R4 says it: a patient whose link `replaced-by` names the current one
 * (rule 4.9). It comes along with the matches and is none of them.
 */
export function writeSuperseded(asked: NhsNumber, supersededBy: NhsNumber, id: string): Patient {
  const named = (value: NhsNumber) => ({ system: SYSTEM.nhsNumber, value })
  return {
    resourceType: 'Patient',
    id,
    identifier: [named(asked)],
    link: [{ other: { type: 'Patient', identifier: named(supersededBy) }, type: 'replaced-by' }],
  }
}
