import { type Result, success } from '../../domain/result.ts'
import { attributeOf, descend, type XmlElement } from '../xml/xml-element.ts'
import type { ApplicationAcknowledgement } from './application-acknowledgement.ts'
import { readIssues } from './detected-issues.ts'
import { incomplete, type MessageFault } from './message-fault.ts'
import { ACKNOWLEDGEMENT_OUTCOMES, readTransmission, readUuid } from './transmission.ts'

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
