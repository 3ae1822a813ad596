import { afterEach, describe, expect, test } from 'vitest'
import type { EbxmlHeader } from '../../formats/ebxml/ebxml-header.ts'
import type { EbxmlError } from '../../formats/ebxml/message-error.ts'
import { writeSoapFault } from '../../formats/soap/soap-fault.ts'
import type { HttpPosted } from '../http-post.ts'
import {
  CPA,
  closeAll,
  connect,
  denied,
  messageError,
  nothing,
  plans,
  SPINE_PARTY,
  taken,
  WARD_PARTY,
} from './ebxml.testing.ts'
import type { EbxmlClientSettings } from './ebxml-client.ts'
import { CHILD, replied } from './testing.ts'

afterEach(closeAll)

describe('asking by messages', () => {
  test('the answer comes later, and is acknowledged by its id', async () => {
    const told: unknown[] = []
    const { client, questions } = await connect((question, callback) => {
      setTimeout(() => callback.answer(plans(question)).then(reply => told.push(reply)), 20)
      return taken(question)
    })
    expect(await client.query(CHILD)).toMatchObject({
      kind: 'held',
      plans: [{ type: 'CPP', state: 'ended' }],
      accesses: [{ viewer: 'Nurse Ada EXAMPLE' }],
    })
    await expect
      .poll(() => told)
      .toEqual([
        {
          status: 200,
          reply: { kind: 'acknowledgment', refToMessageId: 'EEEEEEEE-0000-4000-8000-000000000001' },
        },
      ])
    expect(questions).toMatchObject([
      {
        from: { key: WARD_PARTY },
        to: { key: SPINE_PARTY },
        cpaId: CPA,
        action: 'QUPC_IN000006GB01',
        reliability: { duplicateElimination: true },
      },
    ])
  })

  test('nothing held, and access denied; also where the answer is there before the receipt', async () => {
    const { client } = await connect(async (question, callback) => {
      await callback.answer(nothing(question))
      return taken(question)
    })
    expect(await client.query(CHILD)).toEqual({ kind: 'nothing-held' })
    const other = await connect(async (question, callback) => {
      await callback.answer(denied(question))
      return taken(question)
    })
    expect(await other.client.query(CHILD)).toMatchObject({ kind: 'refused', codes: ['1'] })
  })

  test('several questions at once each get their own answer, in whatever order', async () => {
    const waiting: (() => Promise<unknown>)[] = []
    const { client } = await connect(async (question, callback) => {
      const number = waiting.length
      waiting.push(() => callback.answer(number === 0 ? plans(question) : nothing(question)))
      if (waiting.length === 3) for (const answer of [...waiting].reverse()) await answer()
      return replied(202, '')
    })
    const outcomes = await Promise.all([client.query(CHILD), client.query(CHILD), client.query(CHILD)])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['held', 'nothing-held', 'nothing-held'])
  })

  test('under an express contract a 202 is all that is said, either way', async () => {
    const told: unknown[] = []
    const { client, questions } = await connect(
      async (question, callback) => {
        told.push(await callback.answer(plans(question)))
        return replied(202, '')
      },
      { reliability: 'express' },
    )
    expect((await client.query(CHILD)).kind).toBe('held')
    await expect.poll(() => told).toEqual([{ status: 202, reply: { kind: 'neither' } }])
    expect(questions[0]?.reliability.duplicateElimination).toBe(false)
  })
})

describe('a question that is not taken', () => {
  const failure = (): HttpPosted => replied(500, writeSoapFault({ kind: 'system-failure' }))

  test('is sent again by a reliable contract, the same each time', async () => {
    let sendings = 0
    const { client, questions } = await connect(async (question, callback) => {
      sendings++
      if (sendings === 1) throw new Error('no connection')
      if (sendings === 2) return failure()
      await callback.answer(nothing(question))
      return taken(question)
    })
    expect(await client.query(CHILD)).toEqual({ kind: 'nothing-held' })
    expect(new Set(questions.map(({ messageId }) => messageId)).size).toBe(1)
    expect(questions).toHaveLength(3)
  })

  test('is answered all the same where only the receipt was lost, and not sent again', async () => {
    const { client, questions } = await connect(
      async (question, callback) => {
        await callback.answer(plans(question))
        throw new Error('the connection was cut')
      },
      { retryIntervalSeconds: 60 },
    )
    expect((await client.query(CHILD)).kind).toBe('held')
    await new Promise(resolve => setImmediate(resolve))
    expect(questions).toHaveLength(1)
  })

  test.each<[string, Partial<EbxmlClientSettings>, number]>([
    ['as often as the contract says', { retries: 3 }, 4],
    ['once, where it has no retries', { retries: 0 }, 1],
    ['once under an express contract', { reliability: 'express', retries: 3 }, 1],
  ])('ends in "could not look" after it was sent %s', async (_name, settings, sendings) => {
    const { client, questions } = await connect(failure, settings)
    expect(await client.query(CHILD)).toMatchObject({ kind: 'could-not-look', codes: ['200'] })
    expect(questions).toHaveLength(sendings)
  })

  test.each<[string, (question: EbxmlHeader) => HttpPosted]>([
    ['a page of somebody else', () => replied(200, '<html>Welcome</html>')],
    ['nothing, under a status that promises nothing', () => replied(200, '')],
    ['a receipt for another question', question => taken({ ...question, messageId: 'ANOTHER' })],
    ['a gateway’s failure', () => replied(502, '')],
  ])('is not taken by %s', async (_name, reply) => {
    const { client } = await connect(reply, { retries: 1 })
    expect((await client.query(CHILD)).kind).toBe('could-not-look')
  })

  test.each<[string, Partial<EbxmlError>, string, number]>([
    ['that there is no such contract', {}, 'refused', 1],
    ['that it failed', { errorCode: '200' }, 'could-not-look', 2],
    ['that it could not deliver it', { errorCode: 'DeliveryFailure' }, 'could-not-look', 2],
  ])('with an error %s', async (_name, error, kind, sendings) => {
    const { client, questions } = await connect(question => replied(200, messageError(question, error)), {
      retries: 1,
    })
    expect((await client.query(CHILD)).kind).toBe(kind)
    expect(questions).toHaveLength(sendings)
  })

  test('is taken with a warning', async () => {
    const { client } = await connect(async (question, callback) => {
      await callback.answer(nothing(question))
      return replied(202, messageError(question, { severity: 'Warning' }))
    })
    expect(await client.query(CHILD)).toEqual({ kind: 'nothing-held' })
  })

  test('with a fault of the request is refused at once', async () => {
    const { client, questions } = await connect(() => replied(500, writeSoapFault({ kind: 'wrong-version' })))
    expect(await client.query(CHILD)).toMatchObject({ kind: 'refused', codes: ['201'] })
    expect(questions).toHaveLength(1)
  })
})

test('whoever waits when the client is closed could not look, and so could whoever gives up', async () => {
  const { client } = await connect(taken)
  const waiting = client.query(CHILD)
  expect(await client.query(CHILD, { signal: AbortSignal.timeout(20) })).toEqual({
    kind: 'could-not-look',
    message: 'The question was given up',
  })
  expect((await client.query(CHILD, { signal: AbortSignal.abort() })).kind).toBe('could-not-look')
  await client.close()
  expect((await waiting).kind).toBe('could-not-look')
})

test('an address that is taken is an error at once', async () => {
  const { client } = await connect(taken)
  const listen = { host: '127.0.0.1', port: client.port, path: '/answers' }
  await expect(connect(taken, { listen })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
