import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openApi as openMiniService } from '../../api/soap/itk/testing.ts'
import { openApi, SPINE } from '../../api/soap/synchronous/testing.ts'
import { writeEbxmlMessage } from '../../formats/ebxml/write-message.ts'
import { ANSWER } from '../../formats/fhir/testing.ts'
import { writeQueryResponse } from '../../formats/hl7v3/write-query-response.ts'
import { SERVICE } from '../../formats/soap/codes.ts'
import type { HttpPosted } from '../http-post.ts'
import type { QueryOutcome } from '../outcomes.ts'
import { miniServiceClient } from './mini-service-client.ts'
import type { QueryClient } from './query-client.ts'
import { soapClient } from './soap-client.ts'
import { type Agreement, takeAnswers } from './take-answers.ts'
import { ADA, ASID, CHILD, facingInterface, now } from './testing.ts'
import { waitingQueries } from './waiting-queries.ts'

/** Bytes of an answer, with some of them cut out, and others in their place. Positions are parts of a thousand. */
const anyDamage = fc
  .record({ at: fc.nat(999), length: fc.nat(300), by: fc.uint8Array({ maxLength: 4 }) })
  .map(({ at, length, by }) => (bytes: Uint8Array) => {
    const from = Math.floor((bytes.length * at) / 1_000)
    return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + length)])
  })

const interfaces: [string, (change: (reply: HttpPosted) => HttpPosted) => QueryClient][] = [
  [
    'SOAP',
    change => {
      const { poster } = facingInterface(openApi({ now, answer: ANSWER }).server)
      const post: typeof poster.post = async (...sent) => change(await poster.post(...sent))
      const settings = {
        url: 'https://cp-is.example/sync-service',
        asid: ASID,
        spineAsid: SPINE,
        author: ADA,
      }
      return soapClient({ ...settings, poster: { ...poster, post } })
    },
  ],
  [
    'a mini service',
    change => {
      const { poster } = facingInterface(openMiniService({ now, answer: ANSWER }).server)
      const post: typeof poster.post = async (...sent) => change(await poster.post(...sent))
      const settings = { url: 'https://cp-is.example/smsp/cpis', odsCode: 'X9Z01', author: ADA }
      return miniServiceClient({ ...settings, poster: { ...poster, post } })
    },
  ],
]

test.each(interfaces)('plans that come damaged over %s are never taken for nothing', async (_name, open) => {
  const kinds = new Set<string>()
  await fc.assert(
    fc.asyncProperty(anyDamage, fc.constantFrom(200, 200, 200, 500), async (damage, status) => {
      const client = open(reply => ({ ...reply, status, body: damage(reply.body) }))
      const outcome = await client.query(CHILD)
      kinds.add(outcome.kind)
      expect(['held', 'could-not-look']).toContain(outcome.kind)
    }),
    { numRuns: 150 },
  )
  expect(kinds).toContain('could-not-look')
})

test('whatever is posted to a callback is dealt with, and damaged plans are never taken for nothing', async () => {
  const agreement: Agreement = {
    cpaId: 'S0011A999001',
    reliability: 'reliable',
    partyKey: 'X9Z01-999001',
    spinePartyKey: 'X26-999001',
  }
  const id = 'AAAAAAAA-0000-4000-8000-000000000001'
  const wrapper = {
    id: 'EEEEEEEE-0000-4000-8000-000000000001',
    createdAt: new Date('2026-03-10T09:30:00Z'),
    requestId: id,
    receiverAsid: ASID,
    senderAsid: SPINE,
  }
  const { contentType, bytes } = writeEbxmlMessage(
    {
      from: agreement.spinePartyKey,
      to: agreement.partyKey,
      cpaId: agreement.cpaId,
      conversationId: id,
      service: SERVICE,
      action: 'REPC_IN000007GB01',
      messageId: wrapper.id,
      timestamp: wrapper.createdAt,
      refToMessageId: id,
      reliability: 'reliable',
    },
    writeQueryResponse({ ...wrapper, responseId: ANSWER.id, answer: ANSWER }),
  )
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        anyDamage,
        fc.uint8Array().map(any => () => any),
      ),
      async damage => {
        const waiting = waitingQueries()
        const outcomes: QueryOutcome[] = []
        const answered = waiting.wait({ id, nhsNumber: CHILD, asid: ASID }).then(o => outcomes.push(o))
        const { status } = await takeAnswers(agreement, waiting)({ contentType, bytes: damage(bytes) })
        statuses.add(status)
        await Promise.race([answered, Promise.resolve()])
        for (const { kind } of outcomes) expect(['held', 'could-not-look']).toContain(kind)
      },
    ),
    { numRuns: 300 },
  )
  expect([...statuses].sort()).toEqual([200, 500])
})
