import type { Answer } from '../../../domain/query/answer.ts'
import type { Asid } from '../../../domain/registration/client-system.ts'
import type { Result } from '../../../domain/result.ts'
import { INTERACTIONS, type Interaction } from '../../../formats/hl7v3/codes.ts'
import {
  ACCESS_DENIED,
  type DetectedIssue,
  DUPLICATE_ID,
  issueOf,
  NO_RECORD,
  NO_RECORD_UNCHECKED,
  RESTRICTED,
} from '../../../formats/hl7v3/detected-issues.ts'
import { writeApplicationAcknowledgement } from '../../../formats/hl7v3/write-application-acknowledgement.ts'
import { writeQueryFailure } from '../../../formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../../../formats/hl7v3/write-query-response.ts'
import type { XmlNode } from '../../../formats/xml/xml-writer.ts'
import type { QueryRefusal } from './query-refusal.ts'
import type { SoapDeps } from './soap-deps.ts'

/** A message that answers a query, and what it is. */
export interface OutcomeMessage {
  readonly id: string
  readonly interaction: Interaction
  readonly message: XmlNode
}

/**
 * The answer to a query: what is held, that nothing is held (rules 4.2 and 4.8), that nobody may be told (rule 10.1), or why the query is refused. Each is a message of its
 * own kind, so that no system can take one for another.
 */
export function writeOutcome(
  deps: Pick<SoapDeps<never>, 'newId' | 'now'> & { readonly ownAsid: Asid },
  question: { readonly askedBy: Asid; readonly requestId: string },
  outcome: Result<Answer, QueryRefusal>,
): OutcomeMessage {
  const id = deps.newId()
  const { askedBy: receiverAsid, requestId } = question
  const wrapper = { id, createdAt: deps.now(), receiverAsid, senderAsid: deps.ownAsid }
  const failed = (issues: readonly DetectedIssue[]) => ({
    id,
    interaction: INTERACTIONS.queryFailure,
    message: writeQueryFailure({ ...wrapper, requestId, issues }),
  })
  if (!outcome.ok) {
    const refusal = outcome.fault
    if (refusal.kind === 'restricted') return failed([RESTRICTED])
    const message = writeApplicationAcknowledgement({
      ...wrapper,
      requestId,
      outcome: 'AE',
      issues: issuesOf(refusal),
    })
    return { id, interaction: INTERACTIONS.applicationAcknowledgement, message }
  }
  const answer = outcome.value
  return answer.plans.length > 0
    ? {
        id,
        interaction: INTERACTIONS.queryResponse,
        message: writeQueryResponse({ ...wrapper, responseId: answer.id, answer }),
      }
    : failed(answer.checked ? NO_RECORD : NO_RECORD_UNCHECKED)
}

function issuesOf(refusal: Exclude<QueryRefusal, { kind: 'restricted' }>): readonly DetectedIssue[] {
  switch (refusal.kind) {
    case 'denied':
      return [ACCESS_DENIED]
    case 'id-of-another':
      return [DUPLICATE_ID]
    case 'faulty':
      return refusal.faults.map(issueOf)
  }
}
