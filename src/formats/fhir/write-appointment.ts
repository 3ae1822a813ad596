import type { Appointment, HealthcareService } from 'fhir/r4.js'
import type { NotifiedReport } from '../../domain/notification/missed-appointment.ts'
import type { AuthorityContact } from '../../domain/query/answer.ts'
import { element, renderXml } from '../xml/xml-writer.ts'
import { SYSTEM } from './codes.ts'
import { writeTelecom } from './write-care-team.ts'
import { writeAuthority } from './write-plan-parts.ts'

/**
 * What came of a report: the appointment, with each authority that is told as a participant for whom it is information only, and
 * whom to phone there. The narrative says the same to people. R4 wants an end: where none is known it is the start, and is read as none.
 */
export function writeReportedAppointment({ id, appointment, reportedAt, told }: NotifiedReport): Appointment {
  const {
    identifier,
    otherIdentifiers = [],
    nhsNumber,
    start,
    end = start,
    service,
    description,
  } = appointment
  return {
    resourceType: 'Appointment',
    id,
    meta: { versionId: '1', lastUpdated: reportedAt.toISOString() },
    text: { status: 'generated', div: writeWords(told) },
    contained: told.map(writeService),
    identifier: [identifier, ...otherIdentifiers].map(({ system, value }) => ({
      ...(system && { system }),
      value,
    })),
    status: 'noshow',
    ...(service !== undefined && { serviceType: [{ text: service }] }),
    ...(description !== undefined && { description }),
    start: start.toISOString(),
    end: end.toISOString(),
    participant: [
      {
        actor: { type: 'Patient', identifier: { system: SYSTEM.nhsNumber, value: nhsNumber } },
        status: 'accepted',
      },
      ...told.map(({ odsCode, name }) => ({
        actor: { reference: `#${odsCode}`, type: 'HealthcareService', display: name },
        required: 'information-only' as const,
        status: 'needs-action' as const,
      })),
    ],
  }
}

/** R4 knows no organisation as a participant: the authority takes part by the service that answers its phones. */
function writeService(authority: AuthorityContact): HealthcareService {
  return {
    resourceType: 'HealthcareService',
    id: authority.odsCode,
    providedBy: writeAuthority(authority),
    name: authority.name,
    telecom: writeTelecom(authority),
  }
}

function writeWords(told: readonly AuthorityContact[]): string {
  const lines = told.map(({ name, odsCode, officePhone, dutyPhone }) => {
    const phones = officePhone === undefined ? dutyPhone : `${officePhone} by day, ${dutyPhone} by night`
    return element('p', {}, `${name} (${odsCode}) is told that the appointment was missed. Phone ${phones}.`)
  })
  return renderXml(element('div', { xmlns: 'http://www.w3.org/1999/xhtml' }, ...lines))
}
