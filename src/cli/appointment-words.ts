import type { MissedAppointmentOutcome } from '../client/index.ts'
import { displayNhsNumber } from '../domain/nhs-number.ts'
import type { AppointmentAlert } from '../domain/notification/missed-appointment.ts'
import { type Author, displayName } from '../domain/query/requester.ts'
import type { Styler } from './terminal.ts'
import { columns, counted, instantWords } from './words.ts'

/** An alert as JSON has it. */
export type ShownAlert = Omit<AppointmentAlert, 'reportedAt' | 'appointment'> & {
  readonly reportedAt: string
  readonly appointment: { readonly start: string; readonly service?: string; readonly description?: string }
}

/** Which authorities are told, each with whom to phone by day and by night. */
export function notifiedWords(
  styler: Styler,
  { repeated, authorities }: Extract<MissedAppointmentOutcome, { kind: 'told' }>,
): string {
  const count = counted(authorities.length, 'authority', 'authorities')
  const head = repeated ? `Reported before: ${count} told then, and nobody again` : `${count} told`
  const parts = authorities.map(({ name, odsCode, officePhone, dutyPhone }) =>
    columns([
      ['authority', odsCode ? `${name} (${odsCode})` : name],
      ['by day', officePhone],
      ['by night', dutyPhone && `${dutyPhone} (emergency duty team)`],
    ]),
  )
  return [styler.style('bold', head), ...parts].join('\n\n')
}

/** What lies on the notifications page of an authority. */
export function alertWords(styler: Styler, ods: string, alerts: readonly ShownAlert[]): string {
  if (alerts.length === 0) return `Authority ${ods} was told of no missed appointment.`
  return alerts.map(alert => oneAlert(styler, alert)).join('\n\n')
}

function oneAlert(
  styler: Styler,
  { nhsNumber, localId, appointment, author, reportedAt, messageId }: ShownAlert,
) {
  return [
    `${styler.style('bold', 'Missed appointment')} ${instantWords(new Date(appointment.start))}`,
    columns([
      ['person', displayNhsNumber(nhsNumber) + (localId ? ` (local id ${localId})` : '')],
      ['service', appointment.service],
      ['for', appointment.description],
      ['reported', `${instantWords(new Date(reportedAt))} by ${authorWords(author)}`],
      ['at', `${author.organisation.name} (${author.organisation.odsCode})`],
      ['message', messageId ?? 'none yet'],
    ]),
  ].join('\n')
}

function authorWords(author: Author): string {
  return author.kind === 'person'
    ? `${displayName(author.name)}, ${author.jobRole.display}`
    : `a system (ASID ${author.asid})`
}
