import fc from 'fast-check'
import { renderXml, XML_DECLARATION, type XmlNode } from '../xml/xml-writer.ts'
import type { EbxmlHeader, SentHeader } from './ebxml-header.ts'

/** Made-up messages for the tests. */

export const REQUEST: SentHeader = {
  from: 'X9Z01-999001',
  to: 'X9Z99-999999',
  cpaId: 'S1001A9999',
  conversationId: 'CCCCCCCC-0000-4000-8000-000000000001',
  service: 'urn:nhs:names:services:cpisquery',
  action: 'QUPC_IN000006GB01',
  messageId: 'AAAAAAAA-0000-4000-8000-000000000001',
  timestamp: new Date('2026-02-03T04:05:06Z'),
  reliability: 'reliable',
}

/** The document of an element, its text changed on the way. */
export function bytesOf(node: XmlNode, change: (text: string) => string = text => text): Uint8Array {
  return new TextEncoder().encode(change(XML_DECLARATION + renderXml(node)))
}

/** A change that is an error of its test where there is nothing to change. */
export function replacing(what: string | RegExp, by: string): (text: string) => string {
  return text => {
    const changed = text.replace(what, by)
    if (changed === text) throw new Error(`Nothing to replace: ${what}`)
    return changed
  }
}

/** What the reader makes of a header that was written. */
export function headerAsRead(sent: SentHeader): EbxmlHeader {
  const { reliability, from, to, ...same } = sent
  const type = 'urn:nhs:names:partyType:ocs+serviceInstance'
  const asked = { version: '2.0', mustUnderstand: true }
  return {
    ...same,
    from: { key: from, type },
    to: { key: to, type },
    version: '2.0',
    reliability:
      reliability === 'express'
        ? { duplicateElimination: false }
        : {
            duplicateElimination: true,
            ackRequested: {
              ...asked,
              actor: 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH',
              signed: 'false',
            },
            syncReply: { ...asked, actor: 'http://schemas.xmlsoap.org/soap/actor/next' },
          },
    references: [`cid:${sent.messageId}@spine.nhs.uk`],
    manifestVersion: '2.0',
  }
}

const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
/** Any id, of another system's making too. */
export const anyId = fc.string({ unit: fc.constantFrom(...printable), minLength: 1, maxLength: 128 })
export const anyUuid = fc.uuid().map(id => id.toUpperCase())
export const anyInstant = fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => new Date(seconds * 1_000))

export const anySentHeader: fc.Arbitrary<SentHeader> = fc
  .record({
    from: anyId,
    to: anyId,
    cpaId: anyId,
    conversationId: anyId,
    service: anyId,
    action: anyId,
    messageId: anyUuid,
    timestamp: anyInstant,
    refToMessageId: fc.option(anyId, { nil: undefined }),
    reliability: fc.constantFrom('reliable', 'express'),
  })
  .map(({ refToMessageId, ...header }) => (refToMessageId ? { ...header, refToMessageId } : header))
