import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { asynchronousApi } from '../src/api/soap/asynchronous/asynchronous-api.ts'
import { openApi as openMiniService, requestOf } from '../src/api/soap/itk/testing.ts'
import {
  envelopeOf,
  openApi as openSynchronousApi,
  QUERY,
  SPINE,
  WARD,
} from '../src/api/soap/synchronous/testing.ts'
import { success } from '../src/domain/result.ts'
import type { AnswerMessage } from '../src/flows/query/ports.ts'
import { writeEbxmlMessage } from '../src/formats/ebxml/write-message.ts'
import { PLAN } from '../src/formats/fhir/testing.ts'
import { writeQuery } from '../src/formats/hl7v3/write-query.ts'
import { indentXml } from './support/indent-xml.ts'

const HELD = { plans: [PLAN], accesses: [] }

/** An exchange as it stands on the wire, its XML laid out for people to read. */
function wire(start: string, headers: Readonly<Record<string, unknown>>, body: string): string {
  const lines = ['content-type', 'soapaction'].flatMap(name =>
    headers[name] ? [`${name}: ${headers[name]}`] : [],
  )
  return `${[start, ...lines].join('\n')}\n\n${body.replace(/<\?xml.*?(?=\r\n--|$)/gs, indentXml).replaceAll('\r', '')}\n`
}

/** Examples are made by the code and kept as files; `vitest -u` makes them anew after a change that is meant. */
const example = (name: string) => `../docs/examples/hl7v3/${name}.txt`

test('a query over SOAP and its answer', async () => {
  const { post } = openSynchronousApi({ answer: HELD })
  const request = envelopeOf(QUERY)
  const answered = await post(request)
  const headers = {
    'content-type': 'text/xml',
    soapaction: '"urn:nhs:names:services:cpisquery/QUPC_IN000006GB01"',
  }
  const asked = wire('POST /sync-service', headers, `<?xml version="1.0" encoding="UTF-8"?>${request}`)
  await expect(asked).toMatchFileSnapshot(example('soap-request'))
  await expect(wire('200', answered.headers, answered.body)).toMatchFileSnapshot(example('soap-answer'))
})

test('a query of the mini service and its answer', async () => {
  const { post } = openMiniService({ answer: HELD })
  const request = requestOf()
  const answered = await post(request)
  const headers = {
    'content-type': 'text/xml',
    soapaction: '"urn:nhs-itk:services:201005:sendRecvDistEnvelope"',
  }
  const asked = wire('POST /smsp/cpis', headers, `<?xml version="1.0" encoding="UTF-8"?>${request}`)
  await expect(asked).toMatchFileSnapshot(example('smsp-request'))
  await expect(wire('200', answered.headers, answered.body)).toMatchFileSnapshot(example('smsp-answer'))
})

test('a query as an ebXML message, its acknowledgement and the answer that is posted', async () => {
  const contract = {
    cpaId: 'S0011A999001',
    callback: 'https://ward.example/answers',
    reliability: 'reliable',
    retries: 2,
    retryIntervalSeconds: 10,
    persistSeconds: 300,
  } as const
  const now = new Date('2026-03-10T09:30:01Z')
  const posted: AnswerMessage[] = []
  let id = 0
  const server = Fastify()
  server.register(
    asynchronousApi({
      ownAsid: SPINE,
      ownPartyKey: 'X26-999001',
      findByContract: async () => ({ ...WARD, exchanges: ['asynchronous'], contract }),
      answerLater: async ({ query, write }) => {
        if (!query.ok) throw new Error('The query of the example is admitted')
        const { nhsNumber, access } = query.value
        posted.push(
          write(
            success({
              ...HELD,
              id: '0197a000-0000-7000-8000-00000000000a',
              checked: true,
              nhsNumber,
              access,
              askedAt: now,
            }),
          ),
        )
        return { kind: 'kept', audited: true }
      },
      recordRequest: async () => undefined,
      reportFailure: error => {
        throw error
      },
      now: () => now,
      newId: () => `0197a000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
    }),
  )
  const { contentType, soapAction, bytes } = writeEbxmlMessage(
    {
      from: WARD.partyKey,
      to: 'X26-999001',
      cpaId: contract.cpaId,
      conversationId: QUERY.id,
      service: 'urn:nhs:names:services:cpisquery',
      action: 'QUPC_IN000006GB01',
      messageId: QUERY.id,
      timestamp: now,
      reliability: 'reliable',
    },
    writeQuery(QUERY),
  )
  const headers = { 'content-type': contentType, soapaction: `"${soapAction}"` }
  const answered = await server.inject({
    method: 'POST',
    url: '/reliablerequest',
    headers,
    payload: Buffer.from(bytes),
  })
  expect(answered.statusCode).toBe(202)
  const [answer] = posted
  const asked = wire('POST /reliablemessaging/reliablerequest', headers, Buffer.from(bytes).toString())
  await expect(asked).toMatchFileSnapshot(example('ebxml-request'))
  await expect(wire('202', answered.headers, answered.body)).toMatchFileSnapshot(
    example('ebxml-acknowledgement'),
  )
  const sent = { 'content-type': answer?.contentType, soapaction: `"${answer?.soapAction}"` }
  const body = Buffer.from(answer?.bytes ?? []).toString()
  await expect(wire('POST /answers', sent, body)).toMatchFileSnapshot(example('ebxml-answer'))
})
