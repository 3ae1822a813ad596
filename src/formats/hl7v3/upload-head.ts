import { parseOdsCode } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { HeadField, ReadHead, UploadFileFault } from '../../domain/upload/file-faults.ts'
import type { UploadHeader } from '../../domain/upload/upload.ts'
import { attributeOf, childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { parseWholeNumber } from './numbers.ts'
import {
  type ContactAsWritten,
  orderOf,
  organisationId,
  readTelecoms,
  type Telecom,
} from './organisations.ts'
import { parseFileTime } from './time.ts'

/** The elements that stand before the records of an upload (REPC_MT000002GB01, File), as far as they were met. */
export type HeadElements = ReadonlyMap<HeadElementName, XmlElement>
export type HeadElementName = keyof typeof HEAD_ELEMENTS

/** What each element says, in its author's words. */
export const HEAD_ELEMENTS = {
  creationTime: 'creation time',
  id: 'sequence number',
  transmissionQuantity: 'number of records',
  communicationFunctionSnd: 'sender',
} as const satisfies Record<string, HeadField>

/** A header as its file has it, which the domain's needs nothing more than. */
export interface HeaderAsWritten extends UploadHeader {
  readonly authority: UploadHeader['authority'] & ContactAsWritten
}

export function isHeadElement(name: string): name is HeadElementName {
  return Object.hasOwn(HEAD_ELEMENTS, name)
}

/** The header of a file, once its first record (or its end) has come at the line given. */
export function readHead(elements: HeadElements, line: number): Result<HeaderAsWritten, UploadFileFault> {
  const names = Object.keys(HEAD_ELEMENTS).filter(isHeadElement)
  const absent = names.find(name => !elements.has(name))
  if (absent) return failure({ kind: 'missing', field: HEAD_ELEMENTS[absent], line })

  const createdAt = parseFileTime(attributeOf(elements.get('creationTime'), 'value') ?? '')
  if (!createdAt) return badValue(elements, 'creationTime')
  const { sequence, recordCount } = knownHead(elements)
  if (sequence === undefined) return badValue(elements, 'id')
  if (recordCount === undefined) return badValue(elements, 'transmissionQuantity')
  const authority = readSender(elements.get('communicationFunctionSnd'))
  return authority.ok ? success({ createdAt, sequence, recordCount, authority: authority.value }) : authority
}

/** What can be said of a file whose header, or anything after it, is at fault. */
export function knownHead(elements: HeadElements): ReadHead {
  const sequence = parseWholeNumber(attributeOf(elements.get('id'), 'extension'))
  const recordCount = parseWholeNumber(attributeOf(elements.get('transmissionQuantity'), 'value'))
  const organisation = descend(elements.get('communicationFunctionSnd'), 'organisation')
  const odsCode = parseOdsCode(organisationId(organisation) ?? '')
  return {
    ...(sequence !== undefined && { sequence }),
    ...(recordCount !== undefined && { recordCount }),
    ...(odsCode && { odsCode }),
  }
}

/** The authority and its numbers: exactly one emergency duty number, and none without a value (rule 3.3). */
function readSender(sender: XmlElement | undefined): Result<HeaderAsWritten['authority'], UploadFileFault> {
  const [organisation, ...others] = childrenOf(sender, 'organisation')
  const line = organisation?.line ?? sender?.line ?? 1
  if (!organisation) return failure({ kind: 'missing', field: 'sender', line })
  if (others.length > 0) return failure({ kind: 'repeated', field: 'sender', line })
  const code = organisationId(organisation)
  if (code === undefined) return failure({ kind: 'missing', field: 'authority code', line })
  const odsCode = parseOdsCode(code)
  if (!odsCode) return failure({ kind: 'bad-value', field: 'authority code', line })
  const name = textOf(descend(organisation, 'name'))
  if (name === undefined) return failure({ kind: 'missing', field: 'authority name', line })
  const phones = readPhones(readTelecoms(organisation), line)
  return phones.ok ? success({ odsCode, name, ...phones.value }) : phones
}

function readPhones(
  telecoms: readonly Telecom[],
  line: number,
): Result<Omit<HeaderAsWritten['authority'], 'odsCode' | 'name'>, UploadFileFault> {
  for (const { use, value, phone, line } of telecoms) {
    const which = use === 'EC' ? 'duty' : 'other'
    if (value === undefined) return failure({ kind: 'phone-without-value', phone: which, line })
    if (phone === undefined) return failure({ kind: 'bad-phone', phone: which, line })
  }
  const duty = telecoms.filter(({ use }) => use === 'EC')
  const [first, second] = duty
  if (!first?.phone) return failure({ kind: 'duty-phone-missing', line })
  if (second) return failure({ kind: 'duty-phone-repeated', line: second.line })
  if (telecoms.length > 2) return failure({ kind: 'too-many-phones', line })
  const office = telecoms.find(({ use }) => use === 'WP')
  return success({
    dutyPhone: first.phone,
    ...(office?.phone && { officePhone: office.phone }),
    ...orderOf(telecoms),
  })
}

function badValue(elements: HeadElements, name: HeadElementName): Result<never, UploadFileFault> {
  return failure({ kind: 'bad-value', field: HEAD_ELEMENTS[name], line: elements.get(name)?.line ?? 1 })
}
