import { unreachable } from '../domain/result.ts'
import type { SendOutcome } from '../kit/send-upload.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'

/** Why a file is not on its way, and what to do. */
export function sendFailure(outcome: SendOutcome): CommandFailure {
  switch (outcome.kind) {
    case 'unknown':
      return fault(
        `Nobody can say yet whether file ${outcome.entry.sequence} arrived: ${outcome.why}.`,
        'Run it again in a few minutes: it is tracked then, and sent again only if it never arrived.',
      )
    case 'later':
      return fault(`File ${outcome.entry.sequence} was not sent: ${outcome.why}.`, 'Run it again later.')
    case 'undelivered':
      return fault(`File ${outcome.entry.sequence} was not delivered: ${outcome.why}.`, 'Send it again.')
    case 'refused':
      return refused(`The mailbox service refused file ${outcome.entry.sequence}: ${outcome.why}.`)
    case 'sequence-used':
      return refused(
        `Another file was already sent under sequence number ${outcome.entry.sequence}.`,
        'Make the file again with the next number: cpis upload make --state DIRECTORY counts them.',
      )
    case 'sent-before':
      return refused(
        `File ${outcome.entry.sequence} was sent before${outcome.entry.fileCode ? `, and answered ${outcome.entry.fileCode}` : ''}.`,
        'cpis upload collect fetches what is said of it.',
      )
    case 'not-an-upload':
      return refused(`This is no upload that the service could read. ${outcome.why}`)
    case 'sent':
      throw new Error('A file that was sent has not failed')
    default:
      return unreachable(outcome)
  }
}
