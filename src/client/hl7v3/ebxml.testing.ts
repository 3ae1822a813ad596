import { writeAcknowledgment } from '../../formats/ebxml/acknowledgment.ts'
import type { EbxmlHeader, SentHeader } from '../../formats/ebxml/ebxml-header.ts'
import { type EbxmlError, writeMessageError } from '../../formats/ebxml/message-error.ts'
import { readEbxmlMessage } from '../../formats/ebxml/read-message.ts'
import { type EbxmlReply, readEbxmlReply } from '../../formats/ebxml/read-reply.ts'
import { signalOf } from '../../formats/ebxml/signal.ts'
import { writeEbxmlMessage } from '../../formats/ebxml/write-message.ts'
import { ANSWER } from '../../formats/fhir/testing.ts'
import { ACCESS_DENIED, NO_RECORD } from '../../formats/hl7v3/detected-issues.ts'
import { writeApplicationAcknowledgement } from '../../formats/hl7v3/write-application-acknowledgement.ts'
import { writeQueryFailure } from '../../formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../../formats/hl7v3/write-query-response.ts'
import { SERVICE } from '../../formats/soap/codes.ts'
import type { XmlNode } from '../../formats/xml/xml-writer.ts'
import type { HttpPosted, HttpPoster } from '../http-post.ts'
import { type EbxmlClient, type EbxmlClientSettings, ebxmlClient } from './ebxml-client.ts'
import { ADA, ASID, replied, SPINE } from './testing.ts'

/** A client of ebXML messages before a made-up CP-IS, for the tests. */

export const WARD_PARTY = 'X9Z01-999001'
export const SPINE_PARTY = 'X26-999001'
export const CPA = 'S0011A999001'

const opened: EbxmlClient[] = []

/** Closes every client that was opened. */
export async function closeAll(): Promise<void> {
  for (const client of opened.splice(0)) await client.close()
}

/** What CP-IS does with a question: its reply, and what it posts to the callback before that. */
export type MessagingService = (question: EbxmlHeader, callback: Callback) => Promise<HttpPosted> | HttpPosted

export interface Callback {
  /** Posts an answer; what it is told. */
  answer(message: XmlNode, header?: Partial<SentHeader>): Promise<{ status: number; reply: EbxmlReply }>
  raw(
    body: string | Buffer<ArrayBuffer>,
    contentType?: string,
  ): Promise<{ status: number; contentType: string | null; reply: EbxmlReply }>
}

/** A client before a made-up CP-IS, listening at a real address. */
export async function connect(service: MessagingService, settings: Partial<EbxmlClientSettings> = {}) {
  const questions: EbxmlHeader[] = []
  const reliability = settings.reliability ?? 'reliable'
  const callbackFor = (question: EbxmlHeader): Callback => {
    const raw: Callback['raw'] = async (body, contentType = 'text/xml') => {
      const headers = { 'content-type': contentType }
      const response = await fetch(`http://127.0.0.1:${client.port}/answers`, {
        method: 'POST',
        headers,
        body,
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      const said = response.headers.get('content-type')
      return { status: response.status, contentType: said, reply: await readEbxmlReply(bytes) }
    }
    return {
      raw,
      answer: async (message, header = {}) => {
        const { contentType, bytes } = answerMessage(question, message, { reliability, ...header })
        const { status, reply } = await raw(Buffer.from(bytes), contentType)
        return { status, reply }
      },
    }
  }
  const poster: HttpPoster = {
    post: async (_url, headers, body) => {
      const read = await readEbxmlMessage(headers['Content-Type'], body)
      if (!read.ok) throw new Error('The question cannot be read')
      questions.push(read.value.header)
      return service(read.value.header, callbackFor(read.value.header))
    },
    close: () => undefined,
  }
  const client = await ebxmlClient({
    url: 'https://cp-is.example/reliablemessaging/reliablerequest',
    asid: ASID,
    spineAsid: SPINE,
    partyKey: WARD_PARTY,
    spinePartyKey: SPINE_PARTY,
    cpaId: CPA,
    reliability,
    retryIntervalSeconds: 0.01,
    listen: { host: '127.0.0.1', port: 0, path: '/answers' },
    author: ADA,
    timeoutMilliseconds: 2_000,
    poster,
    ...settings,
  })
  opened.push(client)
  return { client, questions, callbackFor }
}

/** An answer as CP-IS posts it: with what is held, where nothing is said. */
export function answerMessage(
  question: EbxmlHeader,
  message: XmlNode = plans(question),
  header: Partial<SentHeader> = {},
) {
  return writeEbxmlMessage(
    {
      from: SPINE_PARTY,
      to: WARD_PARTY,
      cpaId: CPA,
      conversationId: question.conversationId,
      service: SERVICE,
      action: message.name,
      messageId: 'EEEEEEEE-0000-4000-8000-000000000001',
      timestamp: new Date(),
      refToMessageId: question.messageId,
      reliability: 'reliable',
      ...header,
    },
    message,
  )
}

const wrapper = ({ messageId }: EbxmlHeader) => ({
  id: 'EEEEEEEE-0000-4000-8000-000000000001',
  createdAt: new Date('2026-03-10T09:30:00Z'),
  requestId: messageId,
  receiverAsid: ASID,
  senderAsid: SPINE,
})
export const plans = (question: EbxmlHeader) =>
  writeQueryResponse({ ...wrapper(question), responseId: ANSWER.id, answer: ANSWER })
export const nothing = (question: EbxmlHeader) =>
  writeQueryFailure({ ...wrapper(question), issues: NO_RECORD })
export const denied = (question: EbxmlHeader) =>
  writeApplicationAcknowledgement({ ...wrapper(question), outcome: 'AE', issues: [ACCESS_DENIED] })

export const own = {
  from: SPINE_PARTY,
  messageId: 'EEEEEEEE-0000-4000-8000-000000000009',
  timestamp: new Date(),
}
export const taken = (question: EbxmlHeader) => replied(202, writeAcknowledgment(signalOf(question, own)))
export const messageError = (question: EbxmlHeader, error: Partial<EbxmlError>) =>
  writeMessageError(signalOf(question, own), [
    { errorCode: '402005', severity: 'Error', description: 'No contract.', ...error },
  ])
