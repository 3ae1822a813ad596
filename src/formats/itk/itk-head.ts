import { failure, type Result, success } from '../../domain/result.ts'
import { childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ITK_WSA, SERVICE, WSSE, WSU } from './codes.ts'

/** What the header of a request says: the id by which its answer is known, and where answers belong. */
export interface ItkHead {
  /** As sent. */
  readonly messageId: string
  /** What the header calls the place of answers; absent where it says nothing. */
  readonly replyTo?: string
}

/** What is wrong with a header. */
export type ItkHeadFault = keyof typeof ITK_HEAD_FAULTS

/** What to correct, for each. */
export const ITK_HEAD_FAULTS = {
  MessageID: 'one wsa:MessageID is needed: a UUID',
  Action: 'one wsa:Action is needed: the service of the SOAPAction header',
  To: 'one wsa:To is needed, and it must not be empty',
  From: 'there may be one wsa:From',
  ReplyTo: 'there may be one wsa:ReplyTo',
  Timestamp: 'a wsu:Timestamp must have one Expires, which is a time to come',
} as const

/**
 * Reads the header of a request; every fault of it at once. Whatever else `wsse:Security` holds is not looked at: who asks is
 * the connection's and the audit identity's to say.
 */
export function readItkHead(
  header: XmlElement | undefined,
  now: Date,
): Result<ItkHead, readonly ItkHeadFault[]> {
  const all = (name: string) =>
    header?.children.filter(part => part.name === name && part.namespace === ITK_WSA) ?? []
  const only = (name: string) => (all(name).length === 1 ? textOf(all(name)[0]) : undefined)
  const faults: ItkHeadFault[] = []
  const messageId = only('MessageID')
  if (messageId === undefined || !UUID.test(messageId)) faults.push('MessageID')
  if (only('Action') !== SERVICE) faults.push('Action')
  if (only('To') === undefined) faults.push('To')
  const address = (name: 'From' | 'ReplyTo') => {
    const found = all(name)
    if (found.length > 1) faults.push(name)
    // Clients that have no address send an empty one: their answers go back on the connection.
    return textOf(descend(found[0], 'Address'))
  }
  const from = address('From')
  const replyTo = address('ReplyTo') ?? from
  if (isOutdated(header, now)) faults.push('Timestamp')
  return messageId !== undefined && faults.length === 0
    ? success({ messageId, ...(replyTo !== undefined && { replyTo }) })
    : failure(faults)
}

const UUID = /^(?:urn:)?(?:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A timestamp says until when a request may be dealt with; one that cannot be read may have been over long ago. */
function isOutdated(header: XmlElement | undefined, now: Date): boolean {
  return (header?.children ?? [])
    .filter(part => part.name === 'Security' && part.namespace === WSSE)
    .flatMap(security => security.children)
    .filter(part => part.name === 'Timestamp' && part.namespace === WSU)
    .some(timestamp => {
      const expires = childrenOf(timestamp, 'Expires')
      const until = Date.parse(withZone(textOf(expires[0]) ?? ''))
      return expires.length !== 1 || !(until > now.getTime())
    })
}

/** A time without a zone is Greenwich's (WS-Security, 10). What is no time becomes nothing. */
function withZone(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(text)
  return parts ? `${parts[1]}${parts[2] ?? 'Z'}` : ''
}

/** What stands in the header of a message that is sent. */
export interface SentItkHead {
  readonly messageId: string
  readonly action: string
  readonly to: string
  readonly from?: string
  /** On a request. */
  readonly replyTo?: string
  /** On an answer: the id of the request, as sent. */
  readonly relatesTo?: string
}

export function writeItkHead({ messageId, action, to, from, replyTo, relatesTo }: SentItkHead): XmlNode[] {
  const address = (name: string, text: string) => element(name, {}, element('wsa:Address', {}, text))
  return [
    element('wsa:MessageID', {}, messageId.toUpperCase()),
    element('wsa:Action', {}, action),
    element('wsa:To', {}, to),
    ...(from === undefined ? [] : [address('wsa:From', from)]),
    ...(replyTo === undefined ? [] : [address('wsa:ReplyTo', replyTo)]),
    ...(relatesTo === undefined ? [] : [element('wsa:RelatesTo', {}, relatesTo)]),
  ]
}
