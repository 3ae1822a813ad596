import type { AuditEvent, PractitionerRole } from 'fhir/r4.js'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Access } from '../../domain/query/access.ts'
import type { Answer } from '../../domain/query/answer.ts'
import { ACCESS_EVENT, AGENT_TYPE, SYSTEM } from './codes.ts'
import { writePractitionerRole } from './write-practitioner-role.ts'

/**
 * The access list as AuditEvents, newest first, and the role of each viewer once, however often they looked (producer
 * guide, AuditEvent; rule 5.7). The person is named by the number that was asked for (rule 4.4).
 */
export function writeAccessList(answer: Answer): { events: AuditEvent[]; roles: PractitionerRole[] } {
  const roles = new Map<string, PractitionerRole>()
  const events = answer.accesses.map(access => {
    const role = writePractitionerRole(access.author)
    roles.set(role.id, role)
    return writeAuditEvent(access, answer.nhsNumber, `PractitionerRole/${role.id}`)
  })
  return { events, roles: [...roles.values()] }
}

function writeAuditEvent(access: Access, nhsNumber: NhsNumber, viewer: string): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    id: access.id,
    type: ACCESS_EVENT,
    action: 'R',
    recorded: access.at.toISOString(),
    outcome: '0',
    agent: [
      {
        type: { coding: [AGENT_TYPE.patient] },
        who: { identifier: { system: SYSTEM.nhsNumber, value: nhsNumber } },
        requestor: false,
      },
      { type: { coding: [AGENT_TYPE.viewer] }, who: { reference: viewer }, requestor: true },
    ],
    source: { observer: { reference: viewer } },
  }
}
