import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { v7 as newId } from 'uuid'
import type { AccessKind, Author } from '../../src/domain/query/requester.ts'
import type { ClientSystem } from '../../src/domain/registration/client-system.ts'
import { writeAcknowledgment } from '../../src/formats/ebxml/acknowledgment.ts'
import type { EbxmlHeader } from '../../src/formats/ebxml/ebxml-header.ts'
import { readEbxmlMessage } from '../../src/formats/ebxml/read-message.ts'
import { type EbxmlReply, readEbxmlReply } from '../../src/formats/ebxml/read-reply.ts'
import { signalOf } from '../../src/formats/ebxml/signal.ts'
import { writeEbxmlMessage } from '../../src/formats/ebxml/write-message.ts'
import { writeQuery } from '../../src/formats/hl7v3/write-query.ts'
import { SERVICE } from '../../src/formats/soap/codes.ts'
import { readTree } from '../../src/formats/xml/read-tree.ts'
import type { XmlElement } from '../../src/formats/xml/xml-element.ts'
import { renderXml } from '../../src/formats/xml/xml-writer.ts'
import type { Service } from '../../src/main/start-service.ts'
import { expectValue } from './expect-value.ts'
import { until } from './until.ts'

/** How a callback treats what is posted to it. */
export type Manner = 'acknowledges' | 'down' | 'rubbish' | 'silent' | 'acknowledges another'

export interface PostedAnswer {
  readonly header: EbxmlHeader
  readonly message: XmlElement
  readonly soapAction: string | undefined
}

/** Where a clinical system of a test is answered later. */
export interface TestCallback {
  readonly url: string
  /** Everything that was posted, in whatever manner it was treated. */
  readonly posted: readonly PostedAnswer[]
  manner: Manner
  /** What was posted in answer to a message, as often as is wanted. */
  answersTo(messageId: string, times?: number): Promise<readonly PostedAnswer[]>
  close(): Promise<void>
}

export async function openCallback(partyKey: string, port = 0): Promise<TestCallback> {
  const posted: PostedAnswer[] = []
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const read = expectValue(await readEbxmlMessage(request.headers['content-type'], await bodyOf(request)))
    const message = expectValue(await readTree(read.payload ?? new Uint8Array(), {}))
    posted.push({ header: read.header, message, soapAction: request.headers['soapaction']?.toString() })
    if (callback.manner === 'down') return response.writeHead(503).end()
    if (callback.manner === 'rubbish') return response.writeHead(200).end('<html>Welcome</html>')
    if (callback.manner === 'silent') return response.writeHead(202).end()
    const other = callback.manner === 'acknowledges another' ? { messageId: 'ANOTHER' } : {}
    const own = { from: partyKey, messageId: newId(), timestamp: new Date() }
    const acknowledgment = writeAcknowledgment(signalOf({ ...read.header, ...other }, own))
    return response.writeHead(200, { 'content-type': 'text/xml' }).end(renderXml(acknowledgment))
  }
  /** What was posted and is no answer. A post that was cut is none: the service posts it again. */
  const faults: unknown[] = []
  const server = createServer((request, response) => {
    take(request, response).catch(fault => {
      if (!request.errored) faults.push(fault)
      response.destroy()
    })
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const callback: TestCallback = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answers`,
    posted,
    manner: 'acknowledges',
    answersTo: (messageId, times = 1) =>
      until(async () => {
        if (faults.length > 0) throw new AggregateError(faults, 'What was posted could not be read')
        const found = posted.filter(({ header }) => header.refToMessageId === messageId)
        return found.length >= times && found
      }),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return callback
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

export interface AskedByMessage {
  readonly messageId?: string
  readonly access?: AccessKind
  /** Instead of the system's own. */
  readonly contract?: { readonly cpaId: string; readonly reliability: 'reliable' | 'express' }
}

/** A clinical system that asks by ebXML messages, over a real connection; answers what it was told at once. */
export function messagingSystem(
  { baseUrl, config }: Pick<Service, 'baseUrl' | 'config'>,
  system: Pick<ClientSystem, 'asid' | 'partyKey' | 'contract'>,
  send: typeof fetch = fetch,
  /** The same message again is made at the same time (rules 11.8 and 13.4). */
  createdAt = new Date(),
) {
  return async (
    author: Author,
    nhsNumber: string,
    { messageId = newId().toUpperCase(), access = 'unscheduled', contract }: AskedByMessage = {},
  ): Promise<{ status: number; reply: EbxmlReply; messageId: string; body: string }> => {
    const { cpaId, reliability } = contract ?? system.contract ?? { cpaId: 'NONE', reliability: 'express' }
    const query = {
      id: messageId,
      createdAt,
      receiverAsid: config.spineAsid ?? '',
      senderAsid: system.asid,
      query: { id: messageId, effectiveTime: createdAt, access, author, nhsNumber },
    }
    const header = {
      from: system.partyKey,
      to: config.spinePartyKey ?? '',
      cpaId,
      conversationId: `CONVERSATION-OF-${messageId}`,
      service: SERVICE,
      action: 'QUPC_IN000006GB01',
      messageId,
      timestamp: createdAt,
      reliability,
    }
    const written = writeEbxmlMessage(header, writeQuery(query))
    const address = reliability === 'reliable' ? 'reliablerequest' : 'queryrequest'
    const response = await send(`${baseUrl}/reliablemessaging/${address}`, {
      method: 'POST',
      headers: { 'content-type': written.contentType, soapaction: written.soapAction },
      body: written.bytes,
    })
    const body = await response.text()
    const reply = await readEbxmlReply(new TextEncoder().encode(body))
    return { status: response.status, reply, messageId, body }
  }
}
