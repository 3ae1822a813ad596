import { localDay, writtenDay } from '../english-time.ts'
import { TAKES_BACK_DAYS } from '../registration/succession.ts'
import type { HeadField, UploadFileFault, XmlProblem } from './file-faults.ts'
import { capital, listed, type ReasonTable, reasonFrom, reasonText } from './reason.ts'
import { FUTURE_TOLERANCE_HOURS } from './upload.ts'

const SEND_AGAIN = 'and send the file again.'

/** What is wrong with a whole file and what to do about it (rules 3.10 and 3.14). Nothing that stands in the file is quoted. */
export const FILE_REASONS: ReasonTable<UploadFileFault> = {
  'not-readable': ({ problem, line, column, detail }) => ({
    wrong: `Line ${line}, column ${column}: ${UNREADABLE[problem]} Nothing was loaded.`,
    remedy: `Have your system write the file again, ${SEND_AGAIN} If that does not help, tell whoever looks after your system: ${detail}`,
  }),
  missing: ({ field, line }) => ({
    wrong: `${capital(field)}: missing from the head of the file, which ends at line ${line}.`,
    remedy: `Add it before the first record ${SEND_AGAIN}`,
  }),
  'bad-value': ({ field, line }) => ({
    wrong: `${capital(field)} (line ${line}): ${RIGHT_VALUE[field]}`,
    remedy: `Correct it ${SEND_AGAIN}`,
  }),
  repeated: ({ field, line }) => ({
    wrong: `${capital(field)} (line ${line}): it is in the file more than once.`,
    remedy: `Keep one, before the first record, ${SEND_AGAIN}`,
  }),
  'duty-phone-missing': ({ line }) => ({
    wrong: `Emergency duty number (line ${line}): this is missing.`,
    remedy: `Add one phone number that is marked as the emergency one ${SEND_AGAIN}`,
  }),
  'duty-phone-repeated': ({ line }) => ({
    wrong: `Emergency duty number (line ${line}): there is more than one.`,
    remedy: `Keep one phone number that is marked as the emergency one ${SEND_AGAIN}`,
  }),
  'phone-without-value': ({ phone, line }) => ({
    wrong: `${phoneName(phone)} (line ${line}): it is empty.`,
    remedy: `Add the number, or leave its line out, ${SEND_AGAIN}`,
  }),
  'bad-phone': ({ phone, line }) => ({
    wrong: `${phoneName(phone)} (line ${line}): it can have at most twenty digits, and a plus sign before them.`,
    remedy: `Correct it ${SEND_AGAIN}`,
  }),
  'too-many-phones': ({ line }) => ({
    wrong: `Phone numbers (line ${line}): there can be two, the emergency duty number and the office number.`,
    remedy: `Take the others out ${SEND_AGAIN}`,
  }),
  'expands-too-far': ({ most }) => ({
    wrong: `Compressed content: it becomes more than ${most} times as large when it is read. Nothing was loaded.`,
    remedy: 'Have your system write the file again, and send it without compression.',
  }),
  'too-many-records': ({ most }) => ({
    wrong: `Number of records: a file can have at most ${most}. Nothing was loaded.`,
    remedy: 'Send the records in several files.',
  }),
  'too-much-work': () => ({
    wrong: 'The file: it takes longer to read than a file may take. Nothing was loaded.',
    remedy: 'Send the records in several smaller files.',
  }),
  'no-record': () => ({
    wrong: 'Records: the file has none.',
    remedy: 'Send a file with at least one record.',
  }),
  'wrong-count': ({ announced, found }) => ({
    wrong: `Number of records: the file says ${announced} and holds ${found}. Part of it may be lost, so nothing was loaded.`,
    remedy: 'Send the whole file again with the right number.',
  }),
  'wrong-authority': () => ({
    wrong: 'Authority code: this mailbox belongs to somebody else.',
    remedy: 'Send the file from your own mailbox, with your own code in its head.',
  }),
  suspended: () => ({
    wrong:
      'Your authority: your files are not taken for now, so nothing was loaded. What you sent before is still shown to clinicians.',
    remedy: 'Talk to the operator of the service. Send the file again when your files are taken again.',
  }),
  'passed-on': ({ on, to }) => ({
    wrong: `Your authority: its plans passed to ${listed(to)} on ${writtenDay(on)}, more than ${TAKES_BACK_DAYS} days ago. Nothing was loaded.`,
    remedy: `Ask ${listed(to)} to send what has changed.`,
  }),
  'sequence-reused': ({ earlierCreatedAt }) => ({
    wrong: `Sequence number: a file with different content had it before. That one was made on ${writtenDay(localDay(earlierCreatedAt))}.`,
    remedy:
      'Send this file again with a number that has not been used. Was your system replaced, and does it count from 1 again? Then ask the operator to restart your numbers.',
  }),
  'created-in-future': () => ({
    wrong: `Creation time: it is more than ${FUTURE_TOLERANCE_HOURS} hours in the future.`,
    remedy: `Set the clock of your system right ${SEND_AGAIN}`,
  }),
  'created-too-long-ago': ({ most }) => ({
    wrong: `Creation time: it is more than ${most} days ago. Nothing was loaded.`,
    remedy: 'Have your system make a new file of what is true today, and send that.',
  }),
  'pds-unavailable': () => ({
    wrong: 'PDS: it could not be asked, so nothing was loaded. Nothing is wrong with the file.',
    remedy: 'Send it again with the same sequence number.',
  }),
}

const UNREADABLE: Readonly<Record<XmlProblem, string>> = {
  malformed: 'the file is damaged here, or cut short.',
  encoding: 'the letters of the file cannot be read from here on.',
  'document-type': 'the file has a part that is not safe to read.',
  'wrong-root': 'this is not a file of plans.',
  'too-deep': 'the file is not built like a file of plans.',
  'too-large': 'the file, or a part of it, is too large.',
}

const RIGHT_VALUE: Readonly<Record<HeadField, string>> = {
  'creation time': 'it has to be a real date and time with its time zone, like 20260501143000+0100.',
  'sequence number': 'it has to be a whole number in digits, 0 or more.',
  'number of records': 'it has to be a whole number in digits, 0 or more.',
  sender: 'it has to name one organisation.',
  'authority code': 'it has to be two to twelve letters and digits.',
  'authority name': 'it has to be a name.',
}

function phoneName(phone: 'duty' | 'other'): string {
  return phone === 'duty' ? 'Emergency duty number' : 'Phone number'
}

/** The reason in plain words: what is wrong, where, and what to do (rule 3.14). */
export function fileReasonOf(fault: UploadFileFault): string {
  return reasonText(reasonFrom(FILE_REASONS, fault))
}
