import type { FileCode } from './apply-upload.ts'
import { planTimeOf } from './english-time.ts'
import type { OdsCode } from './organisation.ts'
import { unreachable } from './result.ts'
import { FUTURE_TOLERANCE_HOURS, type RecordAsSent, type UploadHeader } from './upload.ts'

/** What reading an upload hands on: the header, then each record in order, then `done`; or, at any point, one fault and no more. */
export type UploadItem =
  | { readonly kind: 'header'; readonly header: UploadHeader }
  | { readonly kind: 'record'; readonly record: RecordAsSent }
  | { readonly kind: 'done'; readonly recordCount: number }
  | { readonly kind: 'fault'; readonly fault: UploadFileFault; readonly head: ReadHead }

/** What could be read of the header of a file that has a fault, so that its acknowledgement can name the file. */
export interface ReadHead {
  readonly odsCode?: OdsCode
  readonly sequence?: number
  readonly recordCount?: number
}

/** What stands in the head of a file, as its author would call it. */
export type HeadField =
  | 'creation time'
  | 'sequence number'
  | 'number of records'
  | 'sender'
  | 'authority code'
  | 'authority name'

/** Why the XML itself could not be read (rule 3.13). */
export type XmlProblem = 'malformed' | 'encoding' | 'document-type' | 'wrong-root' | 'too-deep' | 'too-large'

/** Everything that can be wrong with a whole upload file (rules 3.1 to 3.13). Lines are counted from 1. */
export type UploadFileFault =
  | {
      readonly kind: 'not-readable'
      readonly problem: XmlProblem
      readonly line: number
      readonly column: number
      readonly detail: string
    }
  | { readonly kind: 'missing'; readonly field: HeadField; readonly line: number }
  | { readonly kind: 'bad-value'; readonly field: HeadField; readonly line: number }
  | { readonly kind: 'repeated'; readonly field: HeadField; readonly line: number }
  | { readonly kind: 'duty-phone-missing'; readonly line: number }
  | { readonly kind: 'duty-phone-repeated'; readonly line: number }
  | { readonly kind: 'phone-without-value'; readonly phone: 'duty' | 'other'; readonly line: number }
  | { readonly kind: 'bad-phone'; readonly phone: 'duty' | 'other'; readonly line: number }
  | { readonly kind: 'too-many-phones'; readonly line: number }
  | { readonly kind: 'no-record' }
  | { readonly kind: 'wrong-count'; readonly announced: number; readonly found: number }
  | { readonly kind: 'wrong-authority' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'sequence-reused'; readonly earlierCreatedAt: Date }
  | { readonly kind: 'created-in-future' }
  | { readonly kind: 'pds-unavailable' }

/** The code a file with a fault is answered with (rule 3.10). */
export function codeOfFileFault(fault: UploadFileFault): Extract<FileCode, 'CPF01' | 'CPF05'> {
  return fault.kind === 'pds-unavailable' ? 'CPF05' : 'CPF01'
}

/** The reason in plain words: what is wrong, where, and what to do. Nothing that stands in the file is quoted (rule 8.2). */
export function fileReasonOf(fault: UploadFileFault): string {
  switch (fault.kind) {
    case 'not-readable':
      return `Line ${fault.line}, column ${fault.column}: ${fault.detail} Nothing was loaded. Have your system write the file again and send it.`
    case 'missing':
      return `${capital(fault.field)}: missing from the head of the file, which ends at line ${fault.line}. Add it before the first record and send the file again.`
    case 'bad-value':
      return `${capital(fault.field)} (line ${fault.line}): ${RIGHT_VALUE[fault.field]} Correct it and send the file again.`
    case 'repeated':
      return `${capital(fault.field)} (line ${fault.line}): it stands in the file more than once. Keep one before the first record and send the file again.`
    case 'duty-phone-missing':
      return `Emergency duty number (line ${fault.line}): missing. Add one telephone number of use EC and send the file again.`
    case 'duty-phone-repeated':
      return `Emergency duty number (line ${fault.line}): more than one was sent. Keep one telephone number of use EC and send the file again.`
    case 'phone-without-value':
      return `${phoneName(fault.phone)} (line ${fault.line}): it has no value. Add the number or leave the element out, and send the file again.`
    case 'bad-phone':
      return `${phoneName(fault.phone)} (line ${fault.line}): it must be at most twenty digits, with a plus sign before an international one. Correct it and send the file again.`
    case 'too-many-phones':
      return `Telephone numbers (line ${fault.line}): at most two can be sent, the emergency duty number (EC) and the office number (WP). Remove the others and send the file again.`
    case 'no-record':
      return 'Records: the file holds none. Send a file with at least one record.'
    case 'wrong-count':
      return `Number of records: the file says ${fault.announced} and holds ${fault.found}. It may have been cut short, so nothing was loaded. Send the whole file again with the right number.`
    case 'wrong-authority':
      return 'Authority code: it is not the authority that this mailbox belongs to. Send the file from your own mailbox, with your own code in its head.'
    case 'suspended':
      return 'Your authority: the operator has stopped your files for now, so nothing was loaded. What you sent before is still shown to clinicians. Talk to the operator, and send the file again when your files are taken again.'
    case 'sequence-reused':
      return `Sequence number: another file with different content was already loaded under it, created on ${day(fault.earlierCreatedAt)}. Send this file again under a number that has not been used; if your system was replaced and counts from 1 again, ask the operator to restart your sequence.`
    case 'created-in-future':
      return `Creation time: it is more than ${FUTURE_TOLERANCE_HOURS} hours in the future. Set the clock of your system right and send the file again.`
    case 'pds-unavailable':
      return 'The Personal Demographics Service could not be asked, so nothing was loaded. Nothing is wrong with the file: send it again under the same sequence number.'
    default:
      return unreachable(fault)
  }
}

const RIGHT_VALUE: Readonly<Record<HeadField, string>> = {
  'creation time': 'it must be a real time, written YYYYMMDDhhmmss and an offset such as +0000.',
  'sequence number': 'it must be a whole number from 0, written in digits.',
  'number of records': 'it must be a whole number from 0, written in digits.',
  sender: 'it must name one organisation.',
  'authority code': 'it must be an organisation code of two to twelve letters and digits.',
  'authority name': 'it must be a name.',
}

function phoneName(phone: 'duty' | 'other'): string {
  return phone === 'duty' ? 'Emergency duty number' : 'Telephone number'
}

/** An instant's English day as people write it: `3 March 2026`. */
function day(instant: Date): string {
  const local = planTimeOf(instant)
  const months = 'January February March April May June July August September October November December'
  return `${Number(local.slice(6, 8))} ${months.split(' ')[Number(local.slice(4, 6)) - 1]} ${local.slice(0, 4)}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
