import type { AuditEntry } from '../../domain/audit/audit.ts'
import { writeCsv } from '../authority/csv.ts'
import { authorWords } from '../authority/notification-words.ts'
import { displayNhsNumber, englishMoment } from '../words.ts'
import { INTERFACE_WORDS } from './interface-words.ts'

const TO_THE_SECOND = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'medium',
  timeZone: 'Europe/London',
})

/** An entry as the page shows it: by the English clock, to the second. */
export function shownEntry(entry: AuditEntry) {
  const { at, via, action, outcome, reason, author, actor, nhsNumber, subject } = entry
  return {
    when: TO_THE_SECOND.format(at),
    via: INTERFACE_WORDS[via],
    action,
    outcome,
    reason,
    who: author ? authorWords(author) : { name: actor ?? 'Nobody recognised' },
    nhsNumber,
    subject,
  }
}

const HEADINGS = [
  'When (English clock)',
  'When (UTC)',
  'Door',
  'What',
  'Outcome',
  'Reason',
  'Who',
  'Role',
  'Organisation',
  'NHS number',
  'Concerning',
  "The caller's reference",
  'Details',
  'Entry',
]

export function entriesAsCsv(entries: readonly AuditEntry[]): string {
  const rows = entries.map(entry => {
    const who = entry.author && authorWords(entry.author)
    return [
      englishMoment(entry.at),
      entry.at.toISOString(),
      INTERFACE_WORDS[entry.via],
      entry.action,
      entry.outcome,
      entry.reason ?? '',
      who?.name ?? entry.actor ?? '',
      who?.role ?? '',
      who?.organisation ?? '',
      entry.nhsNumber ? displayNhsNumber(entry.nhsNumber) : '',
      entry.subject ?? '',
      entry.traceId ?? '',
      entry.details ? JSON.stringify(entry.details) : '',
      entry.id,
    ]
  })
  return writeCsv([HEADINGS, ...rows])
}
