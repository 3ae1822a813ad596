// One file: every test sends and collects through the same mailboxes.
/** More than 300 lines: the published table of calls, row by row and in both versions. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ALPHA,
  BETA,
  CPIS,
  caller,
  type MeshBench,
  OPEN,
  openMeshBench,
  tokenOf,
  UPLOAD,
} from '../../../test/support/mesh.ts'
import type { LookUpCaller } from '../../flows/mailbox/look-up-endpoints.ts'

let bench: MeshBench
let lookUpCaller: LookUpCaller | undefined
beforeAll(async () => {
  bench = await openMeshBench({ mayLookUp: () => lookUpCaller })
})
afterAll(() => bench.close())
beforeEach(async () => {
  lookUpCaller = undefined
  await bench.audited()
})

const call = caller(() => bench)
const label = (more: Record<string, string> = {}) => ({ 'mex-to': BETA, 'mex-workflowid': OPEN, ...more })
const CLIENT = { 'mex-clientversion': 'test==1', 'mex-osname': 'Linux', 'mex-osversion': '6' }
const V2 = 'application/vnd.mesh.v2+json'
const typeOf = (type: unknown) => String(type).split(';')[0]

async function send(headers: Record<string, string> = label(), body = 'content', as: string = ALPHA) {
  const sent = await call({ method: 'POST', as, headers, body }, `/${as}/outbox`)
  expect(sent.statusCode).toBe(202)
  return sent.json().message_id as string
}

async function emptyInbox(mailbox: string) {
  for (const id of (await call({ as: mailbox }, `/${mailbox}/inbox`)).json().messages) {
    await call({ method: 'PUT', as: mailbox }, `/${mailbox}/inbox/${id}/status/acknowledged`)
  }
}

describe('handshake', () => {
  test.each(['GET', 'POST'] as const)('by %s', async method => {
    const one = await call({ method, version: 1, headers: CLIENT }, `/${ALPHA}`)
    expect([one.statusCode, one.json()]).toEqual([200, { mailboxId: ALPHA }])
    const two = await call({ method, headers: CLIENT }, `/${ALPHA.toLowerCase()}`)
    expect([two.statusCode, two.body, two.headers['content-length']]).toEqual([200, '', '0'])
    expect(await bench.audited()).toEqual([
      { via: 'mesh', action: 'handshake', outcome: 'allowed', actor: ALPHA },
      { via: 'mesh', action: 'handshake', outcome: 'allowed', actor: ALPHA },
    ])
  })

  test.each([1, 2] as const)('names the headers that are missing, version %i', async version => {
    const { statusCode, json } = await call({ version, headers: { 'mex-osname': 'x' } }, `/${ALPHA}`)
    expect([statusCode, json()]).toEqual([
      400,
      {
        detail: ['mex-clientversion', 'mex-osversion'].map(name => ({
          loc: ['header', name],
          msg: 'field required',
          type: 'value_error.missing',
        })),
      },
    ])
    expect(await bench.audited()).toMatchObject([
      { action: 'handshake', outcome: 'refused', actor: ALPHA, reason: 'invalid-request' },
    ])
  })

  test('the version is by the Accept header', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/plain, */*']) {
      const { statusCode, json } = await call({ headers: { ...CLIENT, accept } }, `/${ALPHA}`)
      expect([statusCode, json()]).toEqual([200, { mailboxId: ALPHA }])
    }
  })

  test('a client may tell of itself, and anybody may ask whether the service runs', async () => {
    expect((await call({ method: 'POST', version: 1 }, `/${ALPHA}/update`)).json()).toEqual({
      mailboxId: ALPHA,
    })
    const ping = await bench.app.inject('/messageexchange/_ping')
    expect([ping.statusCode, ping.json()]).toEqual([
      200,
      { env: 'test', build_label: 'cp-is', status: 'running', outcome: {} },
    ])
    expect(await bench.audited()).toMatchObject([
      { action: 'update client', actor: ALPHA },
      { action: 'ping', outcome: 'allowed' },
    ])
  })
})

describe('what servers compare without case (rule 7.1)', () => {
  const parts = (token: string) => {
    const [scheme = '', fields = ''] = token.split(' ')
    const [mailbox, nonce, count, time, hash = ''] = fields.split(':')
    return { scheme, fields: [mailbox, nonce, count, time], hash }
  }

  test.each([
    ['the hash in capitals', (hash: string) => hash.toUpperCase(), 'NHSMESH'],
    [
      'the hash in capitals in part',
      (hash: string) => hash.replace(/[a-f]/, sign => sign.toUpperCase()),
      'NHSMESH',
    ],
    ['the scheme in small letters', (hash: string) => hash, 'nhsmesh'],
  ])('%s', async (_name, written, scheme) => {
    const { fields, hash } = parts(tokenOf(ALPHA))
    const authorization = `${scheme} ${[...fields, written(hash)].join(':')}`
    expect((await call({ headers: { authorization } }, `/${ALPHA}/inbox`)).statusCode).toBe(200)
    // In other letters it is still the same token, and used up (rule 7.3).
    const again = `NHSMESH ${[...fields, hash].join(':')}`
    expect((await call({ headers: { authorization: again } }, `/${ALPHA}/inbox`)).statusCode).toBe(403)
  })
})

test.each([
  ['YES', 'Y'],
  ['off', 'N'],
  ['N/A', undefined],
])('the flag %s is taken and delivered as %s (rule 7.15)', async (sent, delivered) => {
  const id = await send(label({ 'mex-content-compressed': sent, 'mex-content-encrypted': sent }))
  const { headers } = await call({ as: BETA, version: 1 }, `/${BETA}/inbox/${id}`)
  const { 'mex-content-compressed': compressed, 'mex-content-encrypted': encrypted } = headers
  expect([compressed, encrypted]).toEqual([delivered, delivered])
  const tracked = await call({ version: 1 }, `/${ALPHA}/outbox/tracking?messageID=${id}`)
  expect(tracked.json().compressFlag).toBe(delivered)
})

describe('sending', () => {
  test('both versions answer with the message id', async () => {
    const request = { method: 'POST', headers: label(), body: 'content' } as const
    const one = await call({ ...request, version: 1 }, `/${ALPHA}/outbox`)
    const two = await call(request, `/${ALPHA}/outbox`)
    const id = expect.stringMatching(/^\d{20}_[0-9A-F]{6}$/)
    expect([one.statusCode, one.json()]).toEqual([202, { messageID: id }])
    expect([two.statusCode, two.json()]).toEqual([202, { message_id: id }])
    expect(typeOf(two.headers['content-type'])).toBe('application/json')
    expect(await bench.audited()).toEqual([
      {
        via: 'mesh',
        action: 'send message',
        outcome: 'allowed',
        actor: ALPHA,
        subject: one.json().messageID,
      },
      {
        via: 'mesh',
        action: 'send message',
        outcome: 'allowed',
        actor: ALPHA,
        subject: two.json().message_id,
      },
    ])
  })

  test('a message in chunks arrives when the last one does', async () => {
    await emptyInbox(BETA)
    const id = await send(label({ 'mex-chunk-range': '1:3' }), 'one ')
    const chunk = (n: number, version: 1 | 2, body: string) =>
      call(
        { method: 'POST', version, headers: { 'mex-chunk-range': `${n}:3` }, body },
        `/${ALPHA}/outbox/${id}/${n}`,
      )
    const second = await chunk(2, 1, 'two ')
    expect([second.statusCode, second.json()]).toEqual([202, { messageID: id, blockID: 2 }])
    expect((await call({ as: BETA }, `/${BETA}/inbox`)).json().messages).toEqual([])
    const third = await chunk(3, 2, 'three')
    expect([third.statusCode, third.json()]).toEqual([202, { message_id: id }])
    expect((await call({ as: BETA }, `/${BETA}/inbox`)).json().messages).toEqual([id])

    const parts = []
    for (const path of [id, `${id}/1`, `${id}/2`, `${id}/3`]) {
      const { statusCode, body, headers } = await call({ as: BETA }, `/${BETA}/inbox/${path}`)
      parts.push([statusCode, body, headers['mex-chunk-range']])
    }
    expect(parts).toEqual([
      [206, 'one ', '1:3'],
      [206, 'one ', '1:3'],
      [206, 'two ', '2:3'],
      [200, 'three', '3:3'],
    ])
    expect((await call({ as: BETA }, `/${BETA}/inbox/${id}/4`)).statusCode).toBe(404)
  })

  test('a chunk may come out of turn or again until the message is whole', async () => {
    const id = await send(label({ 'mex-chunk-range': '1:3' }), 'one ')
    const chunk = (n: number, body: string) =>
      call({ method: 'POST', headers: { 'mex-chunk-range': `${n}:3` }, body }, `/${ALPHA}/outbox/${id}/${n}`)
    expect((await chunk(3, 'three')).statusCode).toBe(417)
    expect((await chunk(1, 'ONE ')).statusCode).toBe(202)
    expect((await chunk(2, 'wrong ')).statusCode).toBe(202)
    expect((await chunk(2, 'two ')).statusCode).toBe(202)
    expect((await chunk(3, 'three')).statusCode).toBe(202)
    const bodies = [1, 2, 3].map(n => call({ as: BETA }, `/${BETA}/inbox/${id}/${n}`))
    expect((await Promise.all(bodies)).map(({ body }) => body)).toEqual(['ONE ', 'two ', 'three'])
    const tracked = await call({}, `/${ALPHA}/outbox/tracking?messageID=${id}`)
    expect(tracked.json().status).toBe('accepted')
    expect((await bench.storage.messages.find(id))?.size).toBe('ONE two three'.length)
  })

  test('an upload under a workflow id in small letters gets its job too (rule 7.16)', async () => {
    const before = await bench.jobs()
    const id = await send(label({ 'mex-to': CPIS.toLowerCase(), 'mex-workflowid': UPLOAD.toLowerCase() }))
    expect(await bench.jobs()).toEqual([...before, id])
  })

  test('an upload for CP-IS gets its job, other messages do not', async () => {
    const before = await bench.jobs()
    const id = await send(label({ 'mex-to': CPIS, 'mex-workflowid': UPLOAD }))
    await send()
    expect(await bench.jobs()).toEqual([...before, id])
    const chunked = await send(
      label({ 'mex-to': CPIS, 'mex-workflowid': UPLOAD, 'mex-chunk-range': '1:2' }),
      'a',
    )
    expect(await bench.jobs()).toEqual([...before, id])
    const last = { method: 'POST', headers: { 'mex-chunk-range': '2:2' }, body: 'b' } as const
    await call(last, `/${ALPHA}/outbox/${chunked}/2`)
    expect(await bench.jobs()).toEqual([...before, id, chunked])
  })

  test('a body is taken as it is, whatever its type; a type that is none is refused', async () => {
    for (const type of [
      'application/json',
      'text/xml; charset=utf-16',
      'application/x-www-form-urlencoded',
    ]) {
      const id = await send(label({ 'content-type': type }), '{broken')
      expect((await call({ as: BETA }, `/${BETA}/inbox/${id}`)).body).toBe('{broken')
    }
    await bench.audited()
    const headers = label({ 'content-type': 'nonsense' })
    expect((await call({ method: 'POST', headers, body: 'x' }, `/${ALPHA}/outbox`)).statusCode).toBe(400)
    expect(await bench.audited()).toMatchObject([{ outcome: 'refused', reason: 'unreadable-request' }])
  })
})

describe('the inbox', () => {
  test('both versions list what waits, and count it', async () => {
    await emptyInbox(BETA)
    const ids = [await send(), await send()]
    const path = `/${BETA}/inbox?max_results=10`
    expect((await call({ as: BETA, version: 1 }, path)).json()).toEqual({ messages: ids })
    const two = await call({ as: BETA }, path)
    expect(typeOf(two.headers['content-type'])).toBe(V2)
    expect(two.json()).toEqual({
      messages: ids,
      links: { self: `/messageexchange${path}` },
      approx_inbox_count: 2,
    })
    expect((await call({ as: BETA, version: 1 }, `/${BETA}/count`)).json()).toEqual({
      count: 2,
      internalID: expect.any(String),
      allResultsIncluded: true,
    })
    expect((await call({ as: BETA }, `/${BETA}/count`)).json()).toEqual({ count: 2 })
    expect((await bench.audited()).slice(-2)).toEqual([
      { via: 'mesh', action: 'count inbox', outcome: 'allowed', actor: BETA, details: { messages: 2 } },
      { via: 'mesh', action: 'count inbox', outcome: 'allowed', actor: BETA, details: { messages: 2 } },
    ])
  })

  test('pages follow each other, by links or by the last id, also when a message is taken meanwhile', async () => {
    await emptyInbox(BETA)
    const ids: string[] = []
    for (let n = 0; n < 23; n++) ids.push(await send(label({ 'mex-workflowid': n % 2 ? OPEN : 'OPEN_ACK' })))
    const pages: string[][] = []
    let next: string | undefined = `/${BETA}/inbox?workflow_filter=*P*&max_results=10`
    while (next !== undefined) {
      const page: { messages: string[]; links: { next?: string } } = (
        await call({ as: BETA }, next.replace('/messageexchange', ''))
      ).json()
      pages.push(page.messages)
      await call({ method: 'PUT', as: BETA }, `/${BETA}/inbox/${page.messages.at(-1)}/status/acknowledged`)
      next = page.links.next
    }
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 3])
    expect(pages.flat()).toEqual(ids)
    const left = (await call({ as: BETA }, `/${BETA}/inbox`)).json().messages
    const rest = await call(
      { as: BETA, version: 1 },
      `/${BETA}/inbox?continue_from=${ids[9]}&max_results=5000`,
    )
    expect(rest.json().messages).toEqual(left.filter((id: string) => ids.indexOf(id) > 9))
    const acknowledgements = await call({ as: BETA }, `/${BETA}/inbox?workflow_filter=!*API*`)
    expect(acknowledgements.json().approx_inbox_count).toBe(
      left.filter((id: string) => ids.indexOf(id) % 2 === 0).length,
    )
  })

  test('the rich lists say what each message is', async () => {
    await emptyInbox(BETA)
    await send()
    const since = new Date(bench.deps.clock.now().getTime() + 1).toISOString()
    await new Promise(resolve => setTimeout(resolve, 5))
    const id = await send(label({ 'mex-localid': 'OURS-1' }))
    const row = {
      message_id: id,
      message_type: 'DATA',
      sender: ALPHA,
      recipient: BETA,
      workflow_id: OPEN,
      local_id: 'OURS-1',
      status: 'accepted',
      total_chunks: 1,
      file_size: 7,
    }
    const inbox = await call({ as: BETA }, `/${BETA}/inbox/rich?start_time=${since}`)
    expect(inbox.json()).toMatchObject({ messages: [row], links: { self: expect.any(String) } })
    const outbox = await call({}, `/${ALPHA}/outbox/rich?start_time=${since}`)
    expect(outbox.json()).toMatchObject({ messages: [row] })
    const first = await call({}, `/${ALPHA}/outbox/rich?max_results=10`)
    const second = await call({}, first.json().links.next.replace('/messageexchange', ''))
    expect(second.json().messages[0].message_id).not.toBe(first.json().messages.at(-1).message_id)
  })
})

describe('collecting', () => {
  test('a message carries its labels, in lower case, and what was not said is left out', async () => {
    const id = await send(
      label({
        'mex-localid': 'OURS-2',
        'mex-partnerid': 'P',
        'mex-subject': 'S',
        'mex-filename': 'plans.xml',
        'mex-content-encrypted': 'N',
        'mex-checksum': 'md5 00:ff',
        'content-type': 'text/xml',
      }),
    )
    const one = await call({ as: BETA, version: 1 }, `/${BETA}/inbox/${id.toLowerCase()}`)
    expect([one.statusCode, one.body]).toEqual([200, 'content'])
    expect(one.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '7',
      'mex-from': ALPHA,
      'mex-to': BETA,
      'mex-workflowid': OPEN,
      'mex-chunk-range': '1:1',
      'mex-total-chunks': '1',
      'mex-addresstype': 'ALL',
      'mex-localid': 'OURS-2',
      'mex-partnerid': 'P',
      'mex-filename': 'plans.xml',
      'mex-subject': 'S',
      'mex-version': '1.0',
      'mex-messagetype': 'DATA',
      'mex-messageid': id,
      'mex-statuscode': '00',
      'mex-statusevent': 'TRANSFER',
      'mex-statusdescription': 'Transferred to recipient mailbox',
      'mex-statussuccess': 'SUCCESS',
      'mex-statustimestamp': expect.stringMatching(/^\d{14}$/),
      'mex-content-encrypted': 'N',
      'mex-content-checksum': 'md5 00:ff',
      'last-modified': expect.stringMatching(/GMT$/),
    })
    expect(one.headers).not.toHaveProperty('mex-linkedmsgid')
    expect(one.headers).not.toHaveProperty('mex-content-compressed')
    const two = await call({ as: BETA }, `/${BETA}/inbox/${id}/1`)
    expect([two.statusCode, two.body, typeOf(two.headers['content-type'])]).toEqual([
      200,
      'content',
      'text/xml',
    ])
    const plain = await call({ as: BETA }, `/${BETA}/inbox/${await send()}`)
    expect(plain.headers['mex-filename']).toBe(`${plain.headers['mex-messageid']}.dat`)
  })

  test('recipient and sender may look at the headers alone', async () => {
    const id = await send()
    for (const as of [ALPHA, BETA]) {
      const head = await call({ method: 'HEAD', as }, `/${as}/inbox/${id}`)
      expect([head.statusCode, head.body, head.headers['mex-messageid']]).toEqual([200, '', id])
    }
    expect((await bench.audited()).slice(-1)).toMatchObject([
      { action: 'inspect message', actor: BETA, subject: id },
    ])
  })

  test('acknowledged is gone from the inbox and cannot be collected again (rule 7.9)', async () => {
    await emptyInbox(BETA)
    const id = await send()
    const path = `/${BETA}/inbox/${id}/status/acknowledged`
    const headers = { 'content-type': 'application/octet-stream' }
    const one = await call({ method: 'PUT', as: BETA, version: 1, headers, body: '{"messageId":1}' }, path)
    expect([one.statusCode, one.json()]).toEqual([200, { messageId: id }])
    const two = await call({ method: 'PUT', as: BETA }, path)
    expect([two.statusCode, two.body, two.headers['content-length']]).toEqual([200, '', '0'])
    expect((await call({ as: BETA }, `/${BETA}/inbox`)).json().messages).toEqual([])
    expect((await call({ as: BETA }, `/${BETA}/inbox/${id}`)).statusCode).toBe(410)
    const tracked = await call({}, `/${ALPHA}/outbox/tracking?messageID=${id}`)
    expect(tracked.json().status).toBe('acknowledged')
  })
})

describe('tracking and looking up', () => {
  test('a sender is told of a message in both versions', async () => {
    const id = await send(label({ 'mex-localid': 'TRACK-1', 'mex-subject': 'S' }))
    const two = await call({}, `/${ALPHA}/outbox/tracking?messageID=${id}`)
    expect(typeOf(two.headers['content-type'])).toBe(V2)
    expect(two.json()).toEqual({
      message_id: id,
      local_id: 'TRACK-1',
      workflow_id: OPEN,
      filename: `${id}.dat`,
      expiry_time: expect.stringMatching(/^\d{4}-.*Z$/),
      upload_timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      recipient: BETA,
      recipient_name: 'BETA COUNCIL',
      recipient_ods_code: 'X9B',
      recipient_org_code: 'X9B',
      recipient_org_name: 'BETA COUNCIL',
      status_success: true,
      status: 'accepted',
    })
    const one = {
      addressType: 'ALL',
      chunkCount: 1,
      dtsId: id,
      expiryTime: expect.stringMatching(/^\d{14}$/),
      fileName: `${id}.dat`,
      fileSize: 7,
      isCompressed: false,
      localId: 'TRACK-1',
      meshRecipientOdsCode: 'X9B',
      messageId: id,
      messageType: 'Data',
      recipient: BETA,
      recipientName: 'BETA COUNCIL',
      recipientOrgCode: 'X9B',
      recipientOrgName: 'BETA COUNCIL',
      sender: ALPHA,
      senderName: 'ALPHA COUNCIL',
      senderOdsCode: 'X9A',
      senderOrgCode: 'X9A',
      senderOrgName: 'ALPHA COUNCIL',
      status: 'Accepted',
      statusSuccess: 'SUCCESS',
      subject: 'S',
      uploadTimestamp: expect.stringMatching(/^\d{14}$/),
      version: '1.0',
      workflowId: OPEN,
    }
    expect((await call({ version: 1 }, `/${ALPHA}/outbox/tracking?messageID=${id}`)).json()).toEqual(one)
    expect((await call({}, `/${ALPHA}/outbox/tracking/TRACK-1`)).json()).toEqual(one)
  })

  test('mailboxes are found by organisation and workflow, in both versions', async () => {
    const [one, two, all, none] = await Promise.all([
      call({ version: 1 }, `/endpointlookup/x9b/${OPEN}`),
      call({}, `/endpointlookup/X9B/${OPEN}`),
      call({ version: 1 }, `/workflowsearch/${OPEN}`),
      call({}, '/endpointlookup/X9B/NO_SUCH'),
    ])
    expect(one.json()).toEqual({
      query_id: expect.any(String),
      results: [{ address: BETA, description: 'BETA COUNCIL', endpoint_type: 'MESH' }],
    })
    expect(two.json()).toEqual({ results: [{ mailbox_id: BETA, mailbox_name: 'BETA COUNCIL' }] })
    expect(all.json().results.map(({ mailbox_id }: { mailbox_id: string }) => mailbox_id)).toEqual([
      ALPHA,
      BETA,
    ])
    expect([none.statusCode, none.json()]).toEqual([200, { results: [] }])
    expect(await bench.audited()).toHaveLength(4)
  })

  test('without a token whoever may looks mailboxes up; a token that is shown is judged (rule 7.10)', async () => {
    lookUpCaller = { certificate: 'AB:CD' }
    for (const path of [`endpointlookup/X9B/${OPEN}`, `workflowsearch/${OPEN}`]) {
      const url = `/messageexchange/${path}`
      const found = await bench.app.inject({ url, headers: { accept: V2 } })
      expect([found.statusCode, found.json().results.at(-1)]).toEqual([
        200,
        { mailbox_id: BETA, mailbox_name: 'BETA COUNCIL' },
      ])
      const wrong = tokenOf(ALPHA).replace(/.{4}$/, 'beef')
      expect((await bench.app.inject({ url, headers: { authorization: wrong } })).statusCode).toBe(403)
    }
    expect(await bench.audited()).toEqual(
      [1, 2].flatMap(() => [
        {
          via: 'mesh',
          action: 'look up endpoints',
          outcome: 'allowed',
          details: { mailboxes: expect.any(Number), certificate: 'AB:CD' },
        },
        expect.objectContaining({ outcome: 'refused', reason: 'wrong-hash' }),
      ]),
    )
    // Nothing but looking up is open to them.
    expect((await bench.app.inject(`/messageexchange/${ALPHA}/inbox`)).statusCode).toBe(403)
  })

  test('without a token nobody else looks anything up (rule 7.10)', async () => {
    for (const path of [`endpointlookup/X9B/${OPEN}`, `workflowsearch/${OPEN}`]) {
      expect((await bench.app.inject(`/messageexchange/${path}`)).statusCode).toBe(403)
    }
  })
})
