import { type NhsNumberFault, otherNationWords } from '../../../domain/nhs-number.ts'
import type { NotAnswered } from '../../../domain/query/answer.ts'
import type { QueryFault } from '../../../formats/hl7v3/query-message.ts'

/** Why a query that could be read as an envelope is not answered. */
export type QueryRefusal =
  /** The reason is for the audit log alone: the asking system is told that access is denied. */
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'faulty'; readonly faults: readonly QueryFault[] }
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
    case 'restricted':
      return 'restricted'
  }
}

/** Why a query that was understood is not answered, as a refusal. */
export function notAnswered(fault: NotAnswered): QueryRefusal {
  return fault.kind === 'restricted' ? fault : { kind: 'denied', reason: `missing ${fault.activity}` }
}
