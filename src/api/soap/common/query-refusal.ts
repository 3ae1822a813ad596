import { type NhsNumberFault, otherNationWords } from '../../../domain/nhs-number.ts'
import type { NotAnswered } from '../../../domain/query/answer.ts'
import type { MessageRefused } from '../../../flows/query/answer-once.ts'
import type { QueryFault } from '../../../formats/hl7v3/query-message.ts'

/** Why a query that could be read as an envelope is not answered. */
export type QueryRefusal =
  /** The reason is for the audit log alone: the asking system is told that access is denied. */
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'faulty'; readonly faults: readonly QueryFault[] }
  /** Another message came before under the id of this one (rule 11.9). */
  | { readonly kind: 'id-of-another' }
  /** Nobody may be told of the person (rule 10.1). */
  | { readonly kind: 'restricted' }

export const SENT_BY_ANOTHER: QueryFault = {
  name: 'ErrorBase1732.INVALID_COMM_FUNC_SND',
  text: 'The message names another sending system than the header of its envelope.',
}

export const SENT_TO_ANOTHER: QueryFault = {
  name: 'ErrorBase1732.INVALID_COMM_FUNC_RCV',
  text: 'The message is for another system than the header of its envelope.',
}

/** It may be a copy of a message that was answered long ago, or the clock of the system is wrong (rule 11.8). */
export const NOT_TIMELY: QueryFault = {
  name: 'ErrorBase1732.INVALID_CREATION_TIME',
  text: 'The message was made more than 24 hours ago, or more than 5 minutes ahead of the time of this service.',
}

/** A number of another nation is said to be one (rule 1.4). */
export function noNhsNumber(fault: NhsNumberFault): QueryFault {
  const nation = otherNationWords(fault)
  return {
    name: 'ErrorBase1712.MANDATORY_DATA_MISSING|NHS Number',
    text: nation
      ? `That is ${nation}.`
      : 'That is no NHS number: it has ten digits, of which the last is a check digit.',
  }
}

/** What the audit log calls a refusal. */
export function refusalReason(refusal: QueryRefusal): string {
  switch (refusal.kind) {
    case 'denied':
      return refusal.reason
    case 'faulty':
      return refusal.faults.map(({ name }) => name).join(' ')
    case 'id-of-another':
    case 'restricted':
      return refusal.kind
  }
}

/** Why a query that was understood is not answered, as a refusal. */
export function notAnswered(fault: NotAnswered | MessageRefused): QueryRefusal {
  switch (fault.kind) {
    case 'missing-activity':
      return { kind: 'denied', reason: `missing ${fault.activity}` }
    case 'out-of-date':
      return { kind: 'faulty', faults: [NOT_TIMELY] }
    default:
      return fault
  }
}

/** Whether the flow has left the audit entry of what it did not answer: of a message that it does not take it leaves none. */
export function leftByFlow({ kind }: NotAnswered | MessageRefused): boolean {
  return kind !== 'id-of-another' && kind !== 'out-of-date'
}
