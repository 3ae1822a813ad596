import { type Asid, parseAsid } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { HL7 } from '../hl7v3/codes.ts'
import { readSystem, writeSystems } from '../hl7v3/transmission.ts'
import { descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { WSA } from './codes.ts'
import type { HeaderFault } from './soap-fault.ts'

/** What the header of a request says: who sends what to whom, and where an answer belongs. */
export interface RequestHead {
  /** A UUID, in the letters it was sent in: an answer is found by them. */
  readonly messageId: string
  /** What the header calls the place of answers; absent where it calls none, and then they go back on the connection. */
  readonly replyTo?: string
  readonly receiverAsid: Asid
  readonly senderAsid: Asid
}

/** Reads the header of a request for one action; every fault of it at once. */
export function readRequestHead(
  header: XmlElement | undefined,
  action: string,
): Result<RequestHead, readonly HeaderFault[]> {
  const only = (name: string) => {
    const [found, ...others] =
      header?.children.filter(part => part.name === name && part.namespace === WSA) ?? []
    return others.length === 0 ? found : undefined
  }
  const faults: HeaderFault[] = []
  const need = <T>(value: T | undefined, fault: HeaderFault): T | undefined => {
    if (value === undefined) faults.push(fault)
    return value
  }
  const messageId = need(uuidOf(textOf(only('MessageID'))), 'SOAP_MESSAGE_ID_ERROR')
  need(textOf(only('Action')) === action || undefined, 'SOAP_ACTION_ERROR')
  need(textOf(only('To')), 'SOAP_TO_ERROR')
  // Public clients send both with an empty address, and the national service tests neither.
  const address = (name: 'From' | 'ReplyTo') => textOf(descend(only(name), 'Address'))
  const replyTo = address('ReplyTo') ?? address('From')
  // The two systems stand in the header as they do in a message, in the namespace of HL7.
  const systems = header && { ...header, namespace: HL7 }
  const system = (direction: Parameters<typeof readSystem>[1]) =>
    parseAsid((systems && readSystem(systems, direction)) ?? '')
  const receiverAsid = need(system('communicationFunctionRcv'), 'SOAP_COMM_FUNC_RCV_ERROR')
  const senderAsid = need(system('communicationFunctionSnd'), 'SOAP_COMM_FUNC_SND_ERROR')
  return messageId && receiverAsid && senderAsid && faults.length === 0
    ? success({ messageId, ...(replyTo !== undefined && { replyTo }), receiverAsid, senderAsid })
    : failure(faults)
}

/** What stands in the header of a message that is sent. */
export interface SentHead {
  /** A UUID. */
  readonly messageId: string
  readonly action: string
  readonly to: string
  readonly from: string
  readonly receiverAsid: string
  readonly senderAsid: string
  /** On a request. */
  readonly replyTo?: string
  /** On an answer: the id of the request. */
  readonly relatesTo?: string
}

/** The header of a message, in the order of the published answers. */
export function writeHead(head: SentHead): XmlNode[] {
  const address = (name: string, text: string) => element(name, {}, element('wsa:Address', {}, text))
  return [
    element('wsa:MessageID', {}, `uuid:${head.messageId.toUpperCase()}`),
    element('wsa:Action', {}, head.action),
    element('wsa:To', {}, head.to),
    address('wsa:From', head.from),
    ...writeSystems(head, { xmlns: HL7 }),
    ...(head.replyTo === undefined ? [] : [address('wsa:ReplyTo', head.replyTo)]),
    ...(head.relatesTo === undefined ? [] : [element('wsa:RelatesTo', {}, `uuid:${head.relatesTo}`)]),
  ]
}

/** The national service looks at the length alone; a UUID is what it is meant to be. */
function uuidOf(text: string | undefined): string | undefined {
  return /^uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(text ?? '')?.[1]
}
