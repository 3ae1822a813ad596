import { type Result, success } from '../../domain/result.ts'
import { attributeOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { readIssues } from './detected-issues.ts'
import { incomplete, type MessageFault } from './message-fault.ts'
import type { ApplicationAcknowledgement, QueryFailure } from './query-failure.ts'
import { ACKNOWLEDGEMENT_OUTCOMES, readTransmission, readUuid } from './transmission.ts'

/** Reads that a query failed (the element QUQI_IN010000UK14), with or without the response code, which says no more. */
export function readQueryFailure(root: XmlElement): Result<QueryFailure, MessageFault> {
  const acknowledgement = readApplicationAcknowledgement(root)
  if (!acknowledgement.ok) return acknowledgement
  const { outcome: _, ...failed } = acknowledgement.value
  return success(failed)
}

/** Reads what became of a message (the element MCCI_IN010000UK13). */
export function readApplicationAcknowledgement(
  root: XmlElement,
): Result<ApplicationAcknowledgement, MessageFault> {
  const transmission = readTransmission(root)
  if (!transmission.ok) return transmission
  const acknowledgement = descend(root, 'acknowledgement')
  const typeCode = attributeOf(acknowledgement, 'typeCode')
  const outcome = ACKNOWLEDGEMENT_OUTCOMES.find(known => known === typeCode)
  const requestId = readUuid(descend(acknowledgement, 'messageRef'))
  if (!outcome) return incomplete('acknowledgement', root)
  if (requestId === undefined) return incomplete('messageRef', root)
  const issues = readIssues(descend(root, 'ControlActEvent'))
  return success({ ...transmission.value, requestId, outcome, issues })
}
