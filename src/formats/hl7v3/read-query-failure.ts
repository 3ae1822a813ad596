import { type Result, success } from '../../domain/result.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import type { MessageFault } from './message-fault.ts'
import type { QueryFailure } from './query-failure.ts'
import { readApplicationAcknowledgement } from './read-application-acknowledgement.ts'

/** Reads that a query failed (the element QUQI_IN010000UK14): an acknowledgement whose response code, if any, says no more. */
export function readQueryFailure(root: XmlElement): Result<QueryFailure, MessageFault> {
  const acknowledgement = readApplicationAcknowledgement(root)
  if (!acknowledgement.ok) return acknowledgement
  const { outcome: _, ...failed } = acknowledgement.value
  return success(failed)
}
