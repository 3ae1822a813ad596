import { INTERACTIONS } from '../../formats/hl7v3/codes.ts'
import { type DetectedIssue, saysNoRecord, saysUnchecked } from '../../formats/hl7v3/detected-issues.ts'
import { readApplicationAcknowledgement } from '../../formats/hl7v3/read-application-acknowledgement.ts'
import { readQueryFailure } from '../../formats/hl7v3/read-query-failure.ts'
import { readQueryResponse } from '../../formats/hl7v3/read-query-response.ts'
import type { Transmission } from '../../formats/hl7v3/transmission.ts'
import { ERROR_CODES } from '../../formats/soap/codes.ts'
import type { XmlElement } from '../../formats/xml/xml-element.ts'
import type { CouldNotLook, QueryOutcome, Refused } from '../outcomes.ts'
import { couldNotLook, notOurs, notUnderstood, refused } from './failed.ts'
import { heldOutcome } from './held-outcome.ts'

/** The question that a message has to answer. */
export interface SentQuery {
  /** Of the query message and all that is around it: a UUID in capitals. */
  readonly id: string
  readonly nhsNumber: string
  /** Of the system that asks. */
  readonly asid: string
}

/** Codes by which Spine says that it failed, not that the question is wrong: system failure, delivery, storage, unexpected error. */
const FAILURES: readonly string[] = [ERROR_CODES.systemFailure, '206', '208', 'GE002']

export function saysFailure(codes: readonly string[]): boolean {
  return codes.some(code => FAILURES.includes(code))
}

/**
 * What an HL7 v3 message says to a question. Only a response that was read in full is "held", and only issue NHSNCC002, alone
 * with its companion, "nothing held" (rule 12.4); the question must be the one asked, and the asking system the one answered.
 */
export function messageOutcome(message: XmlElement, asked: SentQuery): QueryOutcome {
  switch (message.name) {
    case INTERACTIONS.queryResponse: {
      const read = readQueryResponse(message)
      if (!read.ok) return notUnderstood()
      // Its own id is that of the access: what was asked is told by what is around it (rule 12.8).
      if (read.value.receiverAsid !== asked.asid) return notOurs()
      return heldOutcome(read.value.answer, { nhsNumber: asked.nhsNumber, at: read.value.createdAt })
    }
    case INTERACTIONS.queryFailure: {
      const read = readQueryFailure(message)
      if (!read.ok) return notUnderstood()
      if (!answers(read.value, asked)) return notOurs()
      const { issues } = read.value
      return saysNoRecord(issues)
        ? { kind: saysUnchecked(issues) ? 'unchecked' : 'nothing-held' }
        : couldNotLook(wordsOf(issues) ?? 'The query failed', codesOf(issues))
    }
    case INTERACTIONS.applicationAcknowledgement: {
      const read = readApplicationAcknowledgement(message)
      if (!read.ok) return notUnderstood()
      if (!answers(read.value, asked)) return notOurs()
      return acknowledged(read.value.outcome, read.value.issues)
    }
    default:
      return notUnderstood()
  }
}

function answers(message: Transmission & { readonly requestId: string }, asked: SentQuery): boolean {
  return message.requestId === asked.id && message.receiverAsid === asked.asid
}

/** That a query was accepted is no answer to it, and an error without a reason might be anybody's. */
function acknowledged(outcome: 'AA' | 'AE' | 'AR', issues: readonly DetectedIssue[]): Refused | CouldNotLook {
  const codes = codesOf(issues)
  const words = wordsOf(issues)
  if (outcome === 'AA') return notUnderstood()
  return words === undefined || saysFailure(codes)
    ? couldNotLook(words ?? 'The query was turned down without a reason', codes)
    : refused(200, words, codes)
}

function codesOf(issues: readonly DetectedIssue[]): readonly string[] {
  return issues.map(({ code }) => code).filter(code => code !== '')
}

/** The reasons in one line; undefined where there are none. */
function wordsOf(issues: readonly DetectedIssue[]): string | undefined {
  const words = issues.map(({ displayName, code }) => displayName || code).filter(word => word !== '')
  return words.length > 0 ? words.map(word => word.replace(/\.$/, '')).join('; ') : undefined
}
