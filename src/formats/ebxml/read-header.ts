import { type Result, success } from '../../domain/result.ts'
import { SOAP } from '../soap/codes.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { XLINK } from './codes.ts'
import type { EbxmlFault, EbxmlHeader, EbxmlReliability } from './ebxml-header.ts'
import {
  type EbxmlEnvelope,
  ebxmlAttribute,
  ebxmlOf,
  mustBeUnderstood,
  notReadable,
  readEbxmlEnvelope,
} from './envelope.ts'

/** Reads the header of a message. What is missing, or there twice, is told all at once; nothing is judged. */
export async function readEbxmlHeader(bytes: Uint8Array): Promise<Result<EbxmlHeader, EbxmlFault>> {
  const envelope = await readEbxmlEnvelope(bytes)
  return envelope.ok ? headerOf(envelope.value) : envelope
}

export function headerOf({ header, body }: EbxmlEnvelope): Result<EbxmlHeader, EbxmlFault> {
  const missing = new Set<string>()
  const one = (parent: XmlElement | undefined, name: string): XmlElement | undefined => {
    const found = parent ? ebxmlOf(parent, name) : []
    if (found.length !== 1) missing.add(name)
    return found[0]
  }
  const optional = (parent: XmlElement, name: string): XmlElement | undefined =>
    ebxmlOf(parent, name).length > 0 ? one(parent, name) : undefined
  const need = <T>(value: T | undefined, name: string): T | undefined => {
    if (value === undefined) missing.add(name)
    return value
  }

  const message = one(header, 'MessageHeader')
  if (!message) return notReadable('the header needs one MessageHeader of ebXML 2.0.')
  const data = one(message, 'MessageData')
  const value = (parent: XmlElement | undefined, name: string) => need(idOf(one(parent, name)), name)
  const party = (name: string) => {
    const id = one(one(message, name), 'PartyId')
    const key = need(idOf(id), name)
    const type = id && ebxmlAttribute(id, 'type')
    return key === undefined ? undefined : { key, ...(type !== undefined && { type }) }
  }
  const from = party('From')
  const to = party('To')
  const cpaId = value(message, 'CPAId')
  const conversationId = value(message, 'ConversationId')
  const service = value(message, 'Service')
  const action = value(message, 'Action')
  const messageId = value(data, 'MessageId')
  const timestamp = need(instantOf(one(data, 'Timestamp')), 'Timestamp')
  const lives = data && optional(data, 'TimeToLive')
  const timeToLive = lives && need(instantOf(lives), 'TimeToLive')
  const refers = data && optional(data, 'RefToMessageId')
  const refToMessageId = refers && need(idOf(refers), 'RefToMessageId')
  const reliability = readReliability(header, message, optional)
  const manifest = optional(body, 'Manifest')
  if (
    missing.size > 0 ||
    !(from && to && cpaId && conversationId && service && action && messageId && timestamp)
  ) {
    return notReadable(`these are needed once each, with a valid value: ${[...missing].join(', ')}.`)
  }
  const version = ebxmlAttribute(message, 'version')
  const manifestVersion = manifest && ebxmlAttribute(manifest, 'version')
  return success({
    from,
    to,
    cpaId,
    conversationId,
    service,
    action,
    messageId,
    timestamp,
    ...(timeToLive && { timeToLive }),
    ...(refToMessageId !== undefined && { refToMessageId }),
    ...(version !== undefined && { version }),
    reliability,
    references: (manifest ? ebxmlOf(manifest, 'Reference') : []).map(hrefOf),
    ...(manifestVersion !== undefined && { manifestVersion }),
  })
}

function readReliability(
  header: XmlElement,
  message: XmlElement,
  optional: (parent: XmlElement, name: string) => XmlElement | undefined,
): EbxmlReliability {
  const ackRequested = optional(header, 'AckRequested')
  const signed = ackRequested && ebxmlAttribute(ackRequested, 'signed')
  const syncReply = optional(header, 'SyncReply')
  return {
    duplicateElimination: optional(message, 'DuplicateElimination') !== undefined,
    ...(ackRequested && {
      ackRequested: { ...requestedOf(ackRequested), ...(signed !== undefined && { signed }) },
    }),
    ...(syncReply && { syncReply: requestedOf(syncReply) }),
  }
}

function requestedOf(part: XmlElement) {
  const actor = part.attributes.get(`{${SOAP}}actor`)?.trim()
  const version = ebxmlAttribute(part, 'version')
  return {
    ...(actor !== undefined && { actor }),
    ...(version !== undefined && { version }),
    mustUnderstand: mustBeUnderstood(part),
  }
}

function hrefOf(reference: XmlElement): string {
  return reference.attributes.get(`{${XLINK}}href`)?.trim() ?? ''
}

/** Letter for letter, without the white space around it: 1 to 128 printable characters. */
export function idOf(part: XmlElement | undefined): string | undefined {
  return /^[!-~]{1,128}$/.exec(part?.text.trim() ?? '')?.[0]
}

/** A time without a zone is in UTC (ebXML 2.0, clause 3.1.6.2). */
export function instantOf(part: XmlElement | undefined): Date | undefined {
  const [, time, zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/.exec(part?.text.trim() ?? '') ?? []
  const at = new Date(`${time}${zone ?? 'Z'}`)
  return Number.isNaN(at.getTime()) ? undefined : at
}
