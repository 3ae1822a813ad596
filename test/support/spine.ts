import type { AccessKind, Author } from '../../src/domain/query/requester.ts'
import { saysNoRecord } from '../../src/formats/hl7v3/detected-issues.ts'
import type { QueryResponseContent } from '../../src/formats/hl7v3/query-response.ts'
import { readApplicationAcknowledgement } from '../../src/formats/hl7v3/read-application-acknowledgement.ts'
import { readQueryFailure } from '../../src/formats/hl7v3/read-query-failure.ts'
import { readQueryResponse } from '../../src/formats/hl7v3/read-query-response.ts'
import { writeQuery } from '../../src/formats/hl7v3/write-query.ts'
import { actionOf } from '../../src/formats/soap/codes.ts'
import { readEnvelope } from '../../src/formats/soap/read-envelope.ts'
import { writeHead } from '../../src/formats/soap/spine-head.ts'
import { writeEnvelope } from '../../src/formats/soap/write-envelope.ts'
import { renderXml } from '../../src/formats/xml/xml-writer.ts'
import type { Service } from '../../src/main/start-service.ts'
import { expectValue } from './expect-value.ts'

/** What a system made of an answer of synchronous Spine messaging. */
export type SpineOutcome =
  | { readonly kind: 'held'; readonly answer: QueryResponseContent }
  | { readonly kind: 'nothing-held' }
  | { readonly kind: 'refused'; readonly codes: readonly string[] }

/** A clinical system that asks over synchronous Spine messaging, through a real connection. */
export function spineSystem(
  { baseUrl, config }: Service,
  asid: string,
  newId: () => string,
  send: typeof fetch = fetch,
) {
  return async (
    author: Author,
    nhsNumber: string,
    access: AccessKind = 'unscheduled',
  ): Promise<SpineOutcome> => {
    const id = newId()
    const systems = { receiverAsid: config.spineAsid ?? '', senderAsid: asid }
    const action = actionOf('QUPC_IN000006GB01')
    const from = 'https://ward.example/answers'
    const head = writeHead({ ...systems, messageId: id, action, to: baseUrl, from, replyTo: from })
    const query = { id: newId(), effectiveTime: new Date(), access, author, nhsNumber }
    const response = await send(`${baseUrl}/sync-service`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` },
      body: renderXml(writeEnvelope(head, writeQuery({ ...systems, id, query }))),
    })
    if (response.status !== 200) throw new Error(`The answer has the status ${response.status}`)
    const envelope = expectValue(await readEnvelope(new Uint8Array(await response.arrayBuffer())))
    const [message] = envelope.message.children
    switch (message?.name) {
      case 'REPC_IN000007GB01':
        return { kind: 'held', answer: expectValue(readQueryResponse(message)).answer }
      case 'QUQI_IN010000UK14': {
        const { issues } = expectValue(readQueryFailure(message))
        return saysNoRecord(issues) ? { kind: 'nothing-held' } : refusedFor(issues)
      }
      case 'MCCI_IN010000UK13':
        return refusedFor(expectValue(readApplicationAcknowledgement(message)).issues)
      default:
        throw new Error(`The answer is ${message?.name}`)
    }
  }
}

function refusedFor(issues: readonly { readonly code: string }[]): SpineOutcome {
  return { kind: 'refused', codes: issues.map(({ code }) => code) }
}
