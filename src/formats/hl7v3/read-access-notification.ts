import { parseNhsNumber } from '../../domain/nhs-number.ts'
import type { AccessNotification, NotifiedAccess } from '../../domain/notification/access-notification.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { readXml } from '../xml/xml-reader.ts'
import { readAuthor } from './authors.ts'
import { HL7, INTENDED_RECIPIENT } from './codes.ts'
import { inTemplate } from './message.ts'
import { incomplete, type MessageFault } from './message-fault.ts'
import { parseWholeNumber } from './numbers.ts'
import { readOrganisation } from './organisations.ts'
import { readPersonIds } from './subjects.ts'
import { parseTimestamp } from './time.ts'

/** Reads what an authority is told of accesses (REPC_MT000004GB01); ids come back in capitals, as they are sent. */
export async function readAccessNotification(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<AccessNotification, MessageFault>> {
  const met = new Map<string, XmlElement>()
  const notifications: NotifiedAccess[] = []
  for await (const item of readXml(bytes, { namespace: HL7, path: ['CP-ISAccessToServiceNotification'] })) {
    if (item.kind === 'fault') return failure({ kind: 'not-readable', ...item.fault })
    if (item.element.namespace !== HL7) continue
    met.set(item.element.name, item.element)
    if (item.element.name !== 'pertinentInformation1') continue
    const accesses = readAccesses(descend(item.element, 'pertinentCP-ISRecordAccess') ?? item.element)
    if (!accesses.ok) return accesses
    notifications.push(...accesses.value)
  }
  const id = attributeOf(met.get('id'), 'root')
  const createdAt = parseTimestamp(attributeOf(met.get('effectiveTime'), 'value') ?? '')
  const recipient = inTemplate(met.get('primaryInformationRecipient'), INTENDED_RECIPIENT)
  const authority = readOrganisation(descend(recipient, 'representedSourceOrganization'))
  if (id === undefined) return incomplete('id', { line: 1 })
  if (!createdAt) return incomplete('effectiveTime', { line: 1 })
  if (!authority) return incomplete('primaryInformationRecipient', { line: 1 })
  return success({ id, createdAt, authority, notifications })
}

/** The accesses of one record, usually one, with the upload they refer to. */
function readAccesses(record: XmlElement): Result<NotifiedAccess[], MessageFault> {
  const reference = descend(record, 'reference', 'referredToLAUploadFile', 'value')
  const sequence = parseWholeNumber(attributeOf(reference, 'extension'))
  if (sequence === undefined) return incomplete('referredToLAUploadFile', record)
  const accesses: NotifiedAccess[] = []
  for (const information of childrenOf(record, 'pertinentInformation2')) {
    const access = readAccess(descend(information, 'pertinentCP-ISNHSQuery') ?? information, sequence)
    if (!access.ok) return access
    accesses.push(access.value)
  }
  return accesses.length > 0 ? success(accesses) : incomplete('pertinentInformation2', record)
}

function readAccess(query: XmlElement, uploadSequence: number): Result<NotifiedAccess, MessageFault> {
  const accessId = attributeOf(descend(query, 'id'), 'root')
  const at = parseTimestamp(attributeOf(descend(query, 'effectiveTime'), 'value') ?? '')
  const ids = readPersonIds(childrenOf(descend(query, 'queryByParameter', 'person.id'), 'value'))
  const nhsNumber = parseNhsNumber(ids?.nhsNumber ?? '')
  const author = readAuthor(descend(query, 'author'))
  if (accessId === undefined) return incomplete('id', query)
  if (!at) return incomplete('effectiveTime', query)
  if (!nhsNumber.ok) return incomplete('person.id', query)
  if (!author.ok) return incomplete('author', query)
  return success({ ...ids, accessId, at, nhsNumber: nhsNumber.value, author: author.value, uploadSequence })
}
