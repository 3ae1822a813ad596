// One file: one table of requests that are refused, by the same mailboxes.
/** More than 300 lines: the published table of refusals, row by row and in both versions. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ALPHA,
  BETA,
  type Call,
  CPIS,
  caller,
  type MeshBench,
  OPEN,
  openMeshBench,
  tokenOf,
  UPLOAD,
} from '../../../test/support/mesh.ts'

let bench: MeshBench
beforeAll(async () => {
  bench = await openMeshBench({ maxRequestBytes: 1_000 })
})
afterAll(() => bench.close())
beforeEach(async () => {
  await bench.audited()
})

const call = caller(() => bench)
const HOUR = 3_600_000
const label = (more: Record<string, string> = {}) => ({ 'mex-to': BETA, 'mex-workflowid': OPEN, ...more })
const to = (mailbox: string, workflow: string) => ({ 'mex-to': mailbox, 'mex-workflowid': workflow })

async function send(headers: Record<string, string> = label(), body: string | Buffer = 'content') {
  const sent = await call({ method: 'POST', headers, body }, `/${ALPHA}/outbox`)
  expect(sent.statusCode).toBe(202)
  return sent.json().message_id as string
}

type Refusal = readonly [status: number, event: string, code: string, words: RegExp, reason: string]

/** Asks in both versions; each must be refused in its own form, with exactly one audit entry. */
async function expectRefusal(request: Call, path: string, [status, event, code, words, reason]: Refusal) {
  for (const version of [1, 2] as const) {
    await bench.audited()
    const { statusCode, json } = await call({ ...request, version }, path)
    const body = json()
    expect([statusCode, body]).toEqual([
      status,
      version === 1
        ? {
            errorEvent: event,
            errorCode: code,
            errorDescription: expect.stringMatching(words),
            ...idOf(body),
          }
        : {
            detail: [{ event, code, msg: expect.stringMatching(words) }],
            internal_id: expect.any(String),
            ...idOf(body),
          },
    ])
    expect(await bench.audited()).toMatchObject([{ via: 'mesh', outcome: 'refused', reason }])
  }
}

function idOf(body: Record<string, unknown>) {
  const { messageID, message_id } = body
  return { ...(messageID !== undefined && { messageID }), ...(message_id !== undefined && { message_id }) }
}

describe('who calls (rules 7.1 to 7.3)', () => {
  const other = `/${ALPHA}/inbox`
  test.each<[string, () => Record<string, string>, Refusal]>([
    ['no token', () => ({ authorization: '' }), [403, '', '', /Error reading from/, 'unreadable-token']],
    [
      'a token of four fields',
      () => ({ authorization: tokenOf(ALPHA).replace(/:[^:]*$/, '') }),
      [403, '', '', /Error reading from/, 'unreadable-token'],
    ],
    [
      'another scheme',
      () => ({ authorization: tokenOf(ALPHA).replace('NHSMESH', 'Bearer') }),
      [403, '', '', /Error reading from/, 'unreadable-token'],
    ],
    [
      'a time that does not exist',
      () => ({ authorization: tokenOf(ALPHA).replace(/:\d{12}:/, ':202602301200:') }),
      [403, '', '', /Error reading from/, 'unreadable-token'],
    ],
    [
      'the token of another mailbox',
      () => ({ authorization: tokenOf(BETA) }),
      [403, '', '', /does not match token/, 'other-mailbox'],
    ],
    [
      'a wrong hash',
      () => ({ authorization: tokenOf(ALPHA).replace(/.{4}$/, 'beef') }),
      [403, '', '', /Invalid Authentication Token/, 'wrong-hash'],
    ],
    [
      'a hash cut short',
      () => ({ authorization: tokenOf(ALPHA).slice(0, -1) }),
      [403, '', '', /Invalid Authentication Token/, 'wrong-hash'],
    ],
    [
      'a token of three hours ago',
      () => ({ authorization: tokenOf(ALPHA, { at: new Date(Date.now() - 3 * HOUR) }) }),
      [403, '', '', /within two hours/, 'stale-token'],
    ],
    [
      'a token of three hours hence',
      () => ({ authorization: tokenOf(ALPHA, { at: new Date(Date.now() + 3 * HOUR) }) }),
      [403, '', '', /within two hours/, 'stale-token'],
    ],
  ])('%s opens nothing', async (_name, headers, refusal) => {
    await expectRefusal({ headers: headers() }, other, refusal)
  })

  test('a mailbox that is not there has its own code', async () => {
    await expectRefusal({ as: 'NOBODY' }, '/NOBODY/inbox', [
      403,
      'SEND',
      'EPL-151',
      /No mailbox matched/,
      'unknown-mailbox',
    ])
  })

  test('a token opens one request; the next count of the same nonce opens another', async () => {
    const authorization = tokenOf(ALPHA, { nonce: 'same' })
    expect((await call({ headers: { authorization } }, other)).statusCode).toBe(200)
    const again = await call({ headers: { authorization } }, other)
    expect([again.statusCode, again.json().detail[0].msg]).toEqual([
      403,
      'Error Duplicated Authentication Token',
    ])
    const next = tokenOf(ALPHA, { nonce: 'same', count: 1 })
    expect((await call({ headers: { authorization: next } }, other)).statusCode).toBe(200)
    expect(await bench.audited()).toMatchObject([
      { outcome: 'allowed', actor: ALPHA },
      { outcome: 'refused', reason: 'spent-token', details: { claimedMailbox: ALPHA } },
      { outcome: 'allowed', actor: ALPHA },
    ])
  })

  test('one token sent many times at once opens one', async () => {
    const authorization = tokenOf(ALPHA)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call({ headers: { authorization } }, other)),
    )
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  })

  test.each([-119, 119])('a clock that is %i minutes off is close enough', async minutes => {
    const authorization = tokenOf(ALPHA, { at: new Date(Date.now() + minutes * 60_000) })
    expect((await call({ headers: { authorization } }, other)).statusCode).toBe(200)
  })

  test('the version is looked at before the token, and the token before the headers', async () => {
    const nonsense = { accept: 'application/vnd.mesh.vX+json', authorization: 'none' }
    const first = await call({ headers: nonsense }, `/${ALPHA}`)
    expect([first.statusCode, first.json().errorDescription]).toEqual([
      400,
      'Accept header api format incorrect',
    ])
    expect((await call({ headers: { authorization: 'none' } }, `/${ALPHA}`)).statusCode).toBe(403)
    expect(
      (await call({ method: 'POST', body: '', headers: { authorization: 'x' } }, `/${ALPHA}/outbox`))
        .statusCode,
    ).toBe(403)
  })
})

describe('what is sent (rule 7.11)', () => {
  const refused: [string, Record<string, string>, string | Buffer, Refusal][] = [
    ['a blank recipient', label({ 'mex-to': ' ' }), 'x', [400, 'SEND', '08', /TO_DTS/, 'recipient-missing']],
    [
      'an address as recipient',
      label({ 'mex-to': 'http://x' }),
      'x',
      [400, 'TRANSFER', '06', /MalformedControlFile/, 'malformed-header'],
    ],
    [
      'a control character in the workflow',
      label({ 'mex-workflowid': 'A\tB' }),
      'x',
      [400, 'TRANSFER', '06', /MalformedControlFile/, 'malformed-header'],
    ],
    [
      'an address as checksum',
      label({ 'mex-content-checksum': 'https://x' }),
      'x',
      [400, 'TRANSFER', '06', /MalformedControlFile/, 'malformed-header'],
    ],
    [
      'a checksum of other characters',
      label({ 'mex-content-checksum': 'md5=00' }),
      'x',
      [400, 'SEND', '', /Invalid checksum/, 'bad-checksum'],
    ],
    ['another sender', label({ 'mex-from': BETA }), 'x', [417, 'SEND', '07', /Invalid From/, 'wrong-sender']],
    [
      'a report',
      label({ 'mex-messagetype': 'REPORT' }),
      'x',
      [417, 'SEND', '11', /message type/, 'wrong-message-type'],
    ],
    [
      'an unknown recipient',
      to('NOBODY', OPEN),
      'x',
      [417, 'SEND', '12', /Unregistered to address/, 'unknown-recipient'],
    ],
    [
      'a recipient that no mailbox is named',
      to('no body!', OPEN),
      'x',
      [417, 'SEND', '12', /Unregistered to address/, 'unknown-recipient'],
    ],
    ['an unknown workflow', to(BETA, 'NONE'), 'x', [417, 'SEND', '16', /Sender not/, 'sender-not-allowed']],
    [
      'a workflow that the recipient has no part in',
      to(BETA, UPLOAD),
      'x',
      [417, 'SEND', '17', /not registered/, 'recipient-not-allowed'],
    ],
    ['nothing', label(), '', [417, 'COLLECT', '02', /Data file is missing/, 'empty']],
    [
      'a range that is none',
      label({ 'mex-chunk-range': 'all' }),
      'x',
      [417, 'SEND', 'InvalidHeaderChunks', /n:total/, 'bad-chunk-range'],
    ],
    [
      'a later chunk first',
      label({ 'mex-chunk-range': '2:2' }),
      'x',
      [417, 'SEND', 'InvalidHeaderChunks', /n:total/, 'bad-chunk-range'],
    ],
    [
      'another encoding',
      label({ 'content-encoding': 'br' }),
      'x',
      [422, 'SEND', 'UnsupportedContentEncoding', /only be gzip/, 'unsupported-encoding'],
    ],
    [
      'gzip that is none',
      label({ 'content-encoding': 'GZIP' }),
      'plain',
      [422, 'SEND', 'UnsupportedContentEncoding', /not gzip/, 'not-gzip'],
    ],
    ['too much', label(), 'x'.repeat(1_001), [413, 'SEND', '', /send it in chunks/, 'body-too-large']],
  ]
  test.each(refused)('%s is refused and nothing is kept', async (_name, headers, body, refusal) => {
    await expectRefusal({ method: 'POST', headers, body }, `/${ALPHA}/outbox`, refusal)
    const [kept] = await bench.database.statement<{ count: number }>(
      'kept',
      'select (select count(*) from message) + (select count(*) from payload_piece) as count',
      [],
    )
    expect(kept?.count).toBe(0)
  })

  test('a mailbox that may only receive may not send (rule 7.6)', async () => {
    await expectRefusal(
      { method: 'POST', as: BETA, headers: to(CPIS, UPLOAD), body: 'x' },
      `/${BETA}/outbox`,
      [417, 'SEND', '16', /Sender not/, 'sender-not-allowed'],
    )
  })

  test.each<[Record<string, string>, unknown[]]>([
    [
      {},
      [
        ['header', 'mex-to'],
        ['header', 'mex-workflowid'],
      ],
    ],
    [{ 'mex-to': BETA }, [['header', 'mex-workflowid']]],
    [label({ 'mex-to': 'A'.repeat(101) }), [['header', 'mex-to']]],
    [label({ 'mex-workflowid': 'A'.repeat(301) }), [['header', 'mex-workflowid']]],
    [label({ 'mex-localid': 'A'.repeat(301) }), [['header', 'mex-localid']]],
    [label({ 'mex-subject': 'A'.repeat(501) }), [['header', 'mex-subject']]],
    [label({ 'mex-partnerid': 'A'.repeat(501) }), [['header', 'mex-partnerid']]],
    [label({ 'mex-filename': 'A'.repeat(301) }), [['header', 'mex-filename']]],
    [label({ 'mex-content-type': 'A'.repeat(101) }), [['header', 'mex-content-type']]],
    [label({ 'mex-content-checksum': 'A'.repeat(101) }), [['header', 'mex-content-checksum']]],
    [label({ 'mex-chunk-range': '1'.repeat(21) }), [['header', 'mex-chunk-range']]],
    [label({ 'mex-content-encrypted': 'y'.repeat(21) }), [['header', 'mex-content-encrypted']]],
  ])('headers that are missing or too long are named: %j', async (headers, locations) => {
    for (const version of [1, 2] as const) {
      const answer = await call({ method: 'POST', version, headers, body: 'x' }, `/${ALPHA}/outbox`)
      expect(answer.statusCode).toBe(400)
      expect(answer.json().detail.map(({ loc }: { loc: unknown }) => loc)).toEqual(locations)
    }
  })

  test('labels of the greatest length are taken', async () => {
    await send(
      label({
        'mex-localid': 'A'.repeat(300),
        'mex-subject': 'A'.repeat(500),
        'mex-partnerid': 'A'.repeat(500),
        'mex-filename': 'A'.repeat(300),
        'mex-content-checksum': 'A'.repeat(100),
      }),
    )
  })
})

describe('further chunks (rule 7.13)', () => {
  const path = (id: string, chunk: number | string, as: string = ALPHA) => `/${as}/outbox/${id}/${chunk}`
  const range = (text: string) => ({ 'mex-chunk-range': text })

  test('of a message that is not there, or not the sender’s, are not found', async () => {
    const id = await send(label(range('1:2')))
    const chunk = { method: 'POST', headers: range('2:2'), body: 'x' } as const
    const notFound: Refusal = [404, '', '', /Not Found/, 'unknown-upload']
    await expectRefusal(chunk, path('NO_SUCH', 2), notFound)
    await expectRefusal({ ...chunk, as: BETA }, path(id, 2, BETA), notFound)
    await expectRefusal(chunk, path('no%20such', 2), notFound)
  })

  test.each<[string, number, Record<string, string>, string, Refusal]>([
    ['beyond the total', 4, range('4:4'), 'x', [406, 'SEND', '', /fewer/, 'chunk-beyond-total']],
    ['without a range', 2, {}, 'x', [417, 'SEND', 'InvalidHeaderChunks', /missing/, 'bad-chunk-range']],
    [
      'of another range',
      2,
      range('3:3'),
      'x',
      [417, 'SEND', 'InvalidHeaderChunks', /agree/, 'wrong-chunk-range'],
    ],
    [
      'of another total',
      2,
      range('2:5'),
      'x',
      [417, 'SEND', 'InvalidHeaderChunks', /agree/, 'wrong-chunk-range'],
    ],
    [
      'the last, too early',
      3,
      range('3:3'),
      'x',
      [417, 'SEND', 'InvalidHeaderChunks', /Earlier/, 'chunks-missing'],
    ],
    ['empty', 2, range('2:3'), '', [417, 'COLLECT', '02', /missing/, 'empty']],
    [
      'compressed, when the first was not',
      2,
      { ...range('2:3'), 'content-encoding': 'gzip' },
      'x',
      [417, 'SEND', 'UnsupportedContentEncoding', /Cannot change/, 'encoding-changed'],
    ],
    ['too large', 2, range('2:3'), 'x'.repeat(1_001), [413, 'SEND', '', /chunks/, 'body-too-large']],
  ])('%s are refused', async (_name, chunk, headers, body, refusal) => {
    const id = await send(label(range('1:3')))
    await expectRefusal({ method: 'POST', headers, body }, path(id, chunk), refusal)
    expect(await bench.storage.messages.find(id)).toMatchObject({ status: 'uploading' })
  })

  test('after the last are refused', async () => {
    const id = await send(label(range('1:2')))
    const last = { method: 'POST', headers: range('2:2'), body: 'x' } as const
    expect((await call(last, path(id, 2))).statusCode).toBe(202)
    await expectRefusal(last, path(id, 2), [423, 'SEND', '', /already accepted/, 'upload-finished'])
    expect((await call({ as: BETA }, `/${BETA}/inbox/${id}/2`)).body).toBe('x')
  })

  test('of a compressed message are compressed whether they say so or not', async () => {
    const id = await send(label({ ...range('1:3'), 'content-encoding': 'gzip' }), gzipSync('one'))
    const chunk = { method: 'POST', headers: range('2:3') } as const
    expect((await call({ ...chunk, body: 'not gzip' }, path(id, 2))).statusCode).toBe(422)
    expect((await call({ ...chunk, body: gzipSync('two') }, path(id, 2))).statusCode).toBe(202)
    const third = { ...range('3:3'), 'content-encoding': 'gzip' }
    await call({ method: 'POST', headers: third, body: gzipSync('three') }, path(id, 3))
    expect((await call({ as: BETA }, `/${BETA}/inbox/${id}/2`)).body).toBe('two')
  })

  test.each(['0', 'two', '1.5', '-1'])('with the number %s are not understood', async chunk => {
    const answer = await call({ method: 'POST', headers: range('1:1'), body: 'x' }, path('ANY', chunk))
    expect([answer.statusCode, answer.json().detail[0].loc]).toEqual([400, ['path', 'chunk_num']])
  })
})

describe('what is asked for', () => {
  test('a message that is not there, or somebody else’s (rule 7.5)', async () => {
    const id = await send()
    const missing: Refusal = [404, 'RECEIVE', '20', /does not exist/, 'unknown-message']
    const forbidden: Refusal = [403, '', '', /Forbidden/, 'not-yours']
    await expectRefusal({}, `/${ALPHA}/inbox/NO_SUCH`, missing)
    await expectRefusal({ as: BETA }, `/${BETA}/inbox/${id}/2`, missing)
    await expectRefusal({ method: 'PUT' }, `/${ALPHA}/inbox/NO_SUCH/status/acknowledged`, missing)
    await expectRefusal({}, `/${ALPHA}/inbox/${id}`, forbidden)
    await expectRefusal({ method: 'PUT' }, `/${ALPHA}/inbox/${id}/status/acknowledged`, forbidden)
    expect((await call({ method: 'HEAD', as: CPIS }, `/${CPIS}/inbox/${id}`)).statusCode).toBe(403)
    expect((await call({ method: 'HEAD', as: CPIS }, `/${CPIS}/inbox/NO_SUCH`)).statusCode).toBe(404)
    const notFound: Refusal = [404, '', '', /Not Found/, 'unknown-sent-message']
    await expectRefusal({ as: BETA }, `/${BETA}/outbox/tracking?messageID=${id}`, notFound)
    await expectRefusal({}, `/${ALPHA}/outbox/tracking?messageID=NO_SUCH`, notFound)
    await expectRefusal({}, `/${ALPHA}/outbox/tracking/NO_SUCH`, notFound)
  })

  test('a message that is still coming in', async () => {
    const id = await send(label({ 'mex-chunk-range': '1:2' }))
    const gone: Refusal = [410, 'SEND', '', /no longer available/, 'message-gone']
    await expectRefusal({ as: BETA }, `/${BETA}/inbox/${id}`, gone)
    await expectRefusal({ method: 'PUT', as: BETA }, `/${BETA}/inbox/${id}/status/acknowledged`, gone)
  })

  test('one local id of two messages', async () => {
    for (const _ of [1, 2]) await send(label({ 'mex-localid': 'TWICE' }))
    await expectRefusal({}, `/${ALPHA}/outbox/tracking/TWICE`, [
      300,
      '',
      '',
      /Multiple Choices/,
      'several-messages',
    ])
  })

  test.each([
    ['max_results=9', 'value_error.number.not_ge'],
    ['max_results=5001', 'value_error.number.not_le'],
    ['max_results=some', 'type_error.integer'],
    ['continue_from=short', 'value_error.any_str.min_length'],
    [`continue_from=${'A'.repeat(1001)}`, 'value_error.any_str.max_length'],
    [`continue_from=${'!'.repeat(30)}`, 'value_error.const'],
    ['workflow_filter=A', 'value_error.any_str.min_length'],
    [`workflow_filter=${'A'.repeat(256)}`, 'value_error.any_str.max_length'],
    ['workflow_filter=*AB', 'value_error.const'],
    ['workflow_filter=A*B', 'value_error.const'],
  ])('a list by %s', async (query, type) => {
    const answer = await call({}, `/${ALPHA}/inbox?${query}`)
    const name = query.split('=')[0]
    expect([answer.statusCode, answer.json().detail]).toEqual([
      400,
      [{ loc: ['query', name], msg: expect.any(String), type }],
    ])
  })

  test('a page that follows another mailbox’s message, a time that is none, no message id', async () => {
    const id = await send()
    expect((await call({}, `/${ALPHA}/inbox?continue_from=${id}`)).statusCode).toBe(400)
    expect((await call({ as: BETA }, `/${BETA}/outbox/rich?continue_from=${id}`)).statusCode).toBe(400)
    expect((await call({}, `/${ALPHA}/outbox/rich?start_time=noon`)).statusCode).toBe(400)
    expect((await call({}, `/${ALPHA}/outbox/tracking`)).json().detail[0].loc).toEqual(['query', 'messageID'])
    expect((await call({}, '/endpointlookup/not-a-code/WF')).statusCode).toBe(400)
  })

  test('an address or a method that is not served', async () => {
    await expectRefusal({}, `/${ALPHA}/nothing/of/the/kind`, [404, '', '', /Not Found/, 'not-found'])
    for (const [method, path, allowed] of [
      ['DELETE', `/${ALPHA}`, 'GET, POST'],
      ['PUT', `/${ALPHA}/inbox/ANY`, 'GET, HEAD'],
      ['POST', `/${ALPHA}/inbox`, 'GET'],
      ['HEAD', `/${ALPHA}/inbox`, 'GET'],
      ['GET', `/${ALPHA}/outbox`, 'POST'],
      ['POST', '/_ping', 'GET'],
    ] as const) {
      const { statusCode, headers } = await call({ method }, path)
      expect([method, path, statusCode, headers['allow']]).toEqual([method, path, 405, allowed])
    }
    expect(await bench.audited()).toHaveLength(6)
  })
})

describe('without an audit entry there is no answer (rule 8.1)', () => {
  test.each<[string, Call, string]>([
    ['a list', {}, `/${ALPHA}/inbox`],
    ['a message', { method: 'POST', headers: label(), body: 'x' }, `/${ALPHA}/outbox`],
    ['a refusal', { headers: { authorization: 'none' } }, `/${ALPHA}/inbox`],
    ['an address that is not served', {}, '/a/b/c/d/e'],
    ['a ping', {}, '/_ping'],
  ])('%s', async (_name, request, path) => {
    const before = (await bench.storage.messages.inbox({ mailbox: BETA, limit: 0 })).total
    bench.breakAudit(true)
    const answer = await call(request, path)
    bench.breakAudit(false)
    expect(answer.statusCode).toBe(503)
    expect(answer.body).not.toContain('messages')
    expect((await bench.storage.messages.inbox({ mailbox: BETA, limit: 0 })).total).toBe(before)
    expect(bench.failures.length).toBeGreaterThan(0)
  })

  test('what breaks inside is an error without details, on record as failed', async () => {
    const { messages } = bench.storage
    const inbox = messages.inbox
    Object.assign(messages, { inbox: () => Promise.reject(new Error('secret detail')) })
    const answer = await call({}, `/${ALPHA}/inbox`)
    Object.assign(messages, { inbox })
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret')
    expect(await bench.audited()).toMatchObject([
      { action: 'list inbox', outcome: 'failed', reason: 'internal-error', actor: ALPHA },
    ])
  })
})
