import { type Author, displayName } from '../../domain/query/requester.ts'
import type { UploadFileFault } from '../../domain/upload/file-faults.ts'
import type { NotificationKind, NotificationState, ReceivedFile } from '../../flows/notification/ports.ts'

export const KIND_WORDS: Readonly<Record<NotificationKind, string>> = {
  access: 'Record viewed',
  'missed-appointment': 'Missed appointment',
  'inactive-number': 'NHS number no longer in use',
}

export const STATE_WORDS: Readonly<Record<NotificationState, string>> = {
  open: 'To look at',
  overdue: 'Overdue',
  done: 'Acknowledged',
  all: 'All',
}

export interface AuthorWords {
  readonly name: string
  readonly role: string
  readonly organisation: string
}

export function authorWords(author: Author): AuthorWords {
  const organisation = `${author.organisation.name} (${author.organisation.odsCode})`
  if (author.kind === 'person') {
    return { name: displayName(author.name), role: author.jobRole.display, organisation }
  }
  const people = author.responsible.map(({ name, jobRole }) => `${displayName(name)} (${jobRole.display})`)
  return { name: `A system (${author.asid})`, role: people.join(', ') || 'Nobody named', organisation }
}

/** What became of a file, in words; `good` where there is nothing to do. */
export function fileWords({ outcome, reason, fault, failed = 0 }: ReceivedFile): {
  readonly verdict: string
  readonly good: boolean
  readonly why?: string
} {
  const why = fault === undefined ? undefined : FAULT_WORDS[fault as UploadFileFault['kind']]
  const verdict = VERDICTS[reason] ?? 'Not known'
  return { verdict, good: outcome === 'allowed' && failed === 0, ...(why !== undefined && { why }) }
}

const VERDICTS: Readonly<Record<string, string>> = {
  CPF01: 'Refused',
  CPF02: 'All loaded',
  CPF03: 'Some failed',
  CPF04: 'None loaded',
  CPF05: 'Refused: send it again',
  CPF06: 'Refused',
  test: 'Test: checked and not kept',
  repeated: 'Sent before: nothing changed',
}

/** Where in the file it is stands in its acknowledgement. */
const FAULT_WORDS: Readonly<Record<UploadFileFault['kind'], string>> = {
  'not-readable': 'The file cannot be read.',
  missing: 'Something is missing from the head of the file.',
  'bad-value': 'Something in the head of the file is not right.',
  repeated: 'Something in the head of the file is there twice.',
  'duty-phone-missing': 'The phone number of the emergency duty team is missing.',
  'duty-phone-repeated': 'There is more than one phone number of the emergency duty team.',
  'phone-without-value': 'A phone number is empty.',
  'bad-phone': 'A phone number is not one.',
  'too-many-phones': 'There are more than two phone numbers.',
  'expands-too-far': 'Its compressed content is too large.',
  'too-many-records': 'There are too many records in it.',
  'too-much-work': 'It takes too long to read.',
  'no-record': 'There is no record in it.',
  'wrong-count': 'It does not hold as many records as it says.',
  'wrong-authority': 'It names another authority.',
  suspended: 'Files of your authority are not taken at the moment.',
  'passed-on': 'The plans of your authority passed to a successor. Its files are not taken any more.',
  'sequence-reused': 'Its sequence number was used before, with other content.',
  'created-in-future': 'Its creation time is in the future.',
  'created-too-long-ago': 'It was created too long ago.',
  'pds-unavailable': 'The national register of patients (PDS) could not be asked.',
}
