import type { AuditEvent, PractitionerRole } from 'fhir/r4.js'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Access } from '../../domain/query/access.ts'
import type { Answer } from '../../domain/query/answer.ts'
import type { Author } from '../../domain/query/requester.ts'
import { ACCESS_EVENT, AGENT_TYPE, SYSTEM } from './codes.ts'
import { writePractitionerRole } from './write-practitioner-role.ts'

/**
 * The access list as AuditEvents, newest first, each with the role of its viewer (producer guide, AuditEvent; rule 5.7). A viewer has
 * one role in a list, however often they looked, named by the oldest of their accesses in it, so that it can be read (rule 4.13). The
 * person is named by the number that was asked for (rule 4.4).
 */
export function writeAccessList(
  answer: Answer,
): { event: Written<AuditEvent>; role: Written<PractitionerRole> }[] {
  const roles = new Map(
    answer.accesses.map(
      ({ id, author }) => [describeAuthor(author), writePractitionerRole(author, id)] as const,
    ),
  )
  return answer.accesses.map(access => {
    const role = roles.get(describeAuthor(access.author)) ?? writePractitionerRole(access.author, access.id)
    return { event: writeAuditEvent(access, answer.nhsNumber, `PractitionerRole/${role.id}`), role }
  })
}

type Written<R> = R & { readonly id: string }

/** Viewers are one where their roles say the same of them. */
function describeAuthor(author: Author): string {
  return JSON.stringify(writePractitionerRole(author, ''))
}

function writeAuditEvent(access: Access, nhsNumber: NhsNumber, viewer: string): Written<AuditEvent> {
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
