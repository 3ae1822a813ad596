import { type NhsNumber, parseNhsNumber } from '../../domain/nhs-number.ts'
import type {
  InactiveNumber,
  InactiveNumberNotification,
} from '../../domain/notification/inactive-number-notification.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { readXml } from '../xml/xml-reader.ts'
import { HL7, INTENDED_RECIPIENT } from './codes.ts'
import { inTemplate } from './message.ts'
import { incomplete, type MessageFault } from './message-fault.ts'
import { parseWholeNumber } from './numbers.ts'
import { readOrganisation } from './organisations.ts'
import { readPersonIds } from './subjects.ts'
import { parseTimestamp } from './time.ts'

/** Reads which numbers of an authority are no longer in use (REPC_MT000005GB01). */
export async function readInactiveNumberNotification(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<InactiveNumberNotification, MessageFault>> {
  const met = new Map<string, XmlElement>()
  const numbers: InactiveNumber[] = []
  for await (const item of readXml(bytes, { namespace: HL7, path: ['CP-ISInactiveNHSNumberNotification'] })) {
    if (item.kind === 'fault') return failure({ kind: 'not-readable', ...item.fault })
    if (item.element.namespace !== HL7) continue
    met.set(item.element.name, item.element)
    if (item.element.name !== 'subject') continue
    const number = readNumber(descend(item.element, 'pDSInactivePatient') ?? item.element)
    if (!number.ok) return number
    numbers.push(number.value)
  }
  const id = attributeOf(met.get('id'), 'root')
  const createdAt = parseTimestamp(attributeOf(met.get('effectiveTime'), 'value') ?? '')
  const recipient = inTemplate(met.get('primaryInformationRecipient'), INTENDED_RECIPIENT)
  const authority = readOrganisation(descend(recipient, 'representedSourceOrganization'))
  const [first, ...others] = numbers
  if (id === undefined) return incomplete('id', { line: 1 })
  if (!createdAt) return incomplete('effectiveTime', { line: 1 })
  if (!authority) return incomplete('primaryInformationRecipient', { line: 1 })
  if (!first) return incomplete('subject', { line: 1 })
  return success({ id, createdAt, authority, numbers: [first, ...others] })
}

function readNumber(patient: XmlElement): Result<InactiveNumber, MessageFault> {
  const ids = readPersonIds(childrenOf(patient, 'id'))
  const nhsNumber = parseNhsNumber(ids?.nhsNumber ?? '')
  const reference = descend(patient, 'subjectOf', 'lAUploadFile', 'value')
  const uploadSequence = parseWholeNumber(attributeOf(reference, 'extension'))
  if (!nhsNumber.ok) return incomplete('id', patient)
  if (uploadSequence === undefined) return incomplete('lAUploadFile', patient)
  const replacements: NhsNumber[] = []
  for (const id of childrenOf(descend(patient, 'replacedBy', 'newVersion'), 'id')) {
    const replacement = parseNhsNumber(attributeOf(id, 'extension') ?? '')
    if (!replacement.ok) return incomplete('newVersion', patient)
    replacements.push(replacement.value)
  }
  return success({ ...ids, nhsNumber: nhsNumber.value, replacements, uploadSequence })
}
