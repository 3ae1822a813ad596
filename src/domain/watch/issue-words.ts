import { type CalendarDate, writtenDay } from '../english-time.ts'
import { COLLECT_WITHIN_DAYS } from '../mailbox/mesh-message.ts'
import { GO_LIVE_PERCENT, matchPercent } from '../registration/authority.ts'
import { unreachable } from '../result.ts'
import {
  ACT_WITHIN_HOURS,
  COLLECT_WITHIN_HOURS,
  type Finding,
  MEND_RECORD_DAYS,
  PHONES_CONFIRMED_DAYS,
} from './issue.ts'

/** What is wrong, and what to do about it: read by the authority and by the operator alike. */
export interface IssueWords {
  readonly what: string
  readonly todo: string
}

export function issueWords(finding: Finding): IssueWords {
  switch (finding.kind) {
    case 'silent': {
      const { intervalHours, everApplied } = finding.details
      return {
        what: everApplied
          ? `No file was applied for more than ${counted(intervalHours, 'hour')}.`
          : `No file was applied since the authority went live more than ${counted(intervalHours, 'hour')} ago.`,
        todo: 'Send a file, even one that says that little has changed; look at the acknowledgements of the last ones.',
      }
    }
    case 'sequence-gap': {
      const { missing, newest } = finding.details
      return {
        what: `${counted(missing, 'file')} missing between those that were applied: ${newest}.`,
        todo: 'Send the missing files again under their own numbers. Where they never were, an operator may accept the gap.',
      }
    }
    case 'not-collected': {
      const { messages, handedOn } = finding.details
      const waiting = `${counted(messages, 'message')} in the mailbox for more than ${COLLECT_WITHIN_HOURS} hours`
      return handedOn
        ? {
            what: `${waiting}, which the MESH server elsewhere has not taken.`,
            todo: 'The operator sees with cpis relay why: no connection, or no such mailbox there.',
          }
        : {
            what: `${waiting}.`,
            todo: 'Collect the mailbox: accesses and failed records are told there.',
          }
    }
    case 'not-delivered':
      return {
        what: `A message (${finding.subject}) was not collected in ${COLLECT_WITHIN_DAYS} days, or could not be delivered.`,
        todo: 'Collect the mailbox. Notifications are sent again; an acknowledgement is, when its file is sent again.',
      }
    case 'desk-not-looked-at':
      return {
        what: `${counted(finding.details.items, 'thing')} at the desk, overdue for more than ${ACT_WITHIN_HOURS} hours.`,
        todo: 'Open “Today” on the pages, look at each and acknowledge it: accesses and missed appointments are told there.',
      }
    case 'phones-unconfirmed':
      return {
        what: PHONES_WORDS[finding.details.why],
        todo: 'Ring each number by day and by night, and confirm those that answer.',
      }
    case 'match-rate': {
      const { matched, records } = finding.details
      const percent = matchPercent({ matched, total: records }) ?? 0
      return {
        what: `${matched} of ${records} NHS numbers are right (${percent} %), fewer than ${GO_LIVE_PERCENT} %.`,
        todo: 'Trace the people of the failed records in PDS, correct their numbers and details, and send them again.',
      }
    }
    case 'upload-set-aside':
      return {
        what: `${counted(finding.details.uploads, 'file')} could not be received. The service has set them aside.`,
        todo: 'The operator finds the reason in the log of the service, and then has the service try again.',
      }
    case 'people-differ':
      return {
        what: `${counted(finding.details.people, 'person', 'people')} with a plan ${finding.details.people === 1 ? 'is' : 'are'} not as the authority holds them: PDS has another name or date of birth, restricts the record, or says that the person has died.`,
        todo: 'Open “Records to put right” on the pages: it says of each what to check. Correct the record and send it again, or end the plan.',
      }
    case 'plans-to-check':
      return {
        what: `${counted(finding.details.plans, 'plan')} may not stand any more: a newer one of the same person overlaps it, or the newest file left it out.`,
        todo: 'Open “Plans to check” on the pages. End or delete each that no longer stands, and confirm the others.',
      }
    case 'old-failures':
      return {
        what: `${counted(finding.details.records, 'record')} failing for more than ${MEND_RECORD_DAYS} days.`,
        todo: 'These people are not shown to clinicians as they should be. Correct their records and send them again.',
      }
    case 'succession-waits': {
      const { on, why } = finding.details
      return {
        what: `The plans were to pass on from ${writtenDay(on as CalendarDate)}. They wait for a successor that is not live: ${why}.`,
        todo: 'Have the successor go live, or resume it. The plans pass on by themselves then. Or take the hand-over back and plan it anew.',
      }
    }
    case 'succession-unclear': {
      const { people } = finding.details
      return {
        what: `${counted(people, 'person', 'people')} with plans that passed on and plans that the authority uploaded itself: which are the same cannot be told, so that all are shown.`,
        todo: 'Send each plan with the start date that it had before the hand-over, or end the one that is over.',
      }
    }
    case 'succession-unlisted': {
      const { plans } = finding.details
      return {
        what: `${counted(plans, 'plan')} passed to this authority, although the hand-over file does not name ${plans === 1 ? 'it' : 'them'}.`,
        todo: 'Find out whose each plan is. The authority that holds it now sends it; if it belongs to another one, that one sends it and this one deletes it.',
      }
    }
    default:
      return unreachable(finding)
  }
}

const PHONES_WORDS = {
  never: 'Nobody has confirmed the phone numbers that clinicians are shown.',
  changed: 'The phone numbers that clinicians are shown have changed since they were confirmed.',
  'long-ago': `The phone numbers that clinicians are shown were confirmed more than ${PHONES_CONFIRMED_DAYS} days ago.`,
} as const

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`
}
