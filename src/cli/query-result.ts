import type { CouldNotLook, Refused } from '../client/index.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { unreachable } from '../domain/result.ts'
import { type CommandFailure, fault, refused } from './command-result.ts'
import { remedyFor } from './not-reached.ts'
import { COULD_NOT_LOOK } from './query-words.ts'
import type { Terminal } from './terminal.ts'

/** What is asked, and how it is to be told. */
export interface Asked {
  readonly terminal: Terminal
  readonly nhsNumber: NhsNumber
  readonly unscheduled: boolean
  readonly history: boolean
  /** The service. */
  readonly url: string
}

/** Rule 4.8. */
export function unchecked(): CommandFailure {
  return fault(
    'Nothing is held under this number, but PDS could not be asked whether it is the current number of the person.',
    'Ask again, or by the number that PDS gives.',
  )
}

/** Rule 4.3: whoever could not look must never be taken for somebody who found nothing. */
export function notAnswered(outcome: Refused | CouldNotLook): CommandFailure {
  switch (outcome.kind) {
    case 'refused':
      return refused(`Refused (${outcome.codes?.join(', ') ?? outcome.status}): ${outcome.message}.`)
    case 'could-not-look':
      return fault(
        `${COULD_NOT_LOOK} ${outcome.message}.`,
        [
          'Nothing can be said about this person. Ask again, or phone.',
          outcome.problem && remedyFor(outcome.problem),
        ]
          .filter(Boolean)
          .join(' '),
      )
    default:
      return unreachable(outcome)
  }
}
