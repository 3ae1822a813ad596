import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ACCEPT,
  ALPHA,
  BETA,
  type MeshBench,
  OPEN,
  openMeshBench,
  tokenOf,
} from '../../../test/support/mesh.ts'

const MEGABYTE = 1024 * 1024

let bench: MeshBench
let port: number
beforeAll(async () => {
  bench = await openMeshBench({ onDisk: true })
  await bench.app.listen({ host: '127.0.0.1', port: 0 })
  port = (bench.app.server.address() as AddressInfo).port
})
afterAll(() => bench.close())
beforeEach(async () => {
  await bench.audited()
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  rawHeaders: string[]
  size: number
  body: Buffer
}

/** Over a real socket, with the body streamed and the answer taken piece by piece; only its start is kept. */
function exchange(
  method: string,
  path: string,
  options: { as?: string; version?: 1 | 2; headers?: Record<string, string>; body?: Readable } = {},
): Promise<Answer> {
  const { as = ALPHA, version = 2, headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: `/messageexchange${path}`,
        headers: { accept: ACCEPT[version], authorization: tokenOf(as), ...headers },
      },
      answer => {
        const kept: Buffer[] = []
        let size = 0
        answer.on('data', (part: Buffer) => {
          if (size < MEGABYTE) kept.push(part)
          size += part.length
        })
        answer.on('end', () => {
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            rawHeaders: answer.rawHeaders,
            size,
            body: Buffer.concat(kept),
          })
        })
        answer.on('error', reject)
      },
    )
    sent.on('error', reject)
    if (body) body.pipe(sent)
    else sent.end()
  })
}

const label = (more: Record<string, string> = {}) => ({ 'mex-to': BETA, 'mex-workflowid': OPEN, ...more })

/** Bytes that are made while they are sent. */
function generated(size: number): Readable {
  const part = randomBytes(64 * 1024)
  let left = size
  return new Readable({
    read() {
      const next = part.subarray(0, Math.min(left, part.length))
      left -= next.length
      this.push(next.length > 0 ? next : null)
    },
  })
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Bytes that somebody still holds on to: what could be let go is let go first. */
function held(): number {
  // Twice: what the first lets go of may be what the second can.
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function send(body: Buffer, headers: Record<string, string> = {}) {
  const sent = await exchange('POST', `/${ALPHA}/outbox`, {
    headers: label(headers),
    body: Readable.from([body]),
  })
  expect(sent.status).toBe(202)
  return JSON.parse(sent.body.toString()).message_id as string
}

async function count(what: 'message' | 'payload_piece') {
  const [row] = await bench.database.statement<{ count: number }>(what, `select count(*) from ${what}`, [])
  return row?.count
}

describe('large messages', () => {
  test('48 MB go in and come out in a memory that stays flat', async () => {
    const size = 48 * MEGABYTE
    let highest = 0
    const before = held()
    const watch = setInterval(() => {
      highest = Math.max(highest, held())
    }, 250)
    const sent = await exchange('POST', `/${ALPHA}/outbox`, { headers: label(), body: generated(size) })
    const { message_id: id } = JSON.parse(sent.body.toString())
    const found = await exchange('GET', `/${BETA}/inbox/${id}`, { as: BETA })
    clearInterval(watch)
    expect([sent.status, found.status, found.size]).toEqual([202, 200, size])
    expect(highest).toBeGreaterThan(0)
    // Some buffers are freed late, in another thread: the message as a whole would be 48 MB and more.
    expect((highest - before) / MEGABYTE).toBeLessThan(40)
  })

  test.each([
    ['announced', { 'content-length': String(101 * MEGABYTE) }, 413],
    ['not announced', {}, 413],
  ])('more than 100 MB, %s, is refused with a word and nothing is kept', async (_name, headers, status) => {
    const before = [await count('message'), await count('payload_piece')]
    const body = generated(101 * MEGABYTE)
    const answer = await exchange('POST', `/${ALPHA}/outbox`, { headers: label(headers), body })
    expect([answer.status, JSON.parse(answer.body.toString()).detail[0].msg]).toEqual([
      status,
      'The body is too large for one request; send it in chunks',
    ])
    expect([await count('message'), await count('payload_piece')]).toEqual(before)
    expect(await bench.audited()).toMatchObject([{ outcome: 'refused', reason: 'body-too-large' }])
  })

  test('a caller that is not let in gets its answer though it is still sending', async () => {
    const headers = label({ authorization: tokenOf(BETA) })
    const answer = await exchange('POST', `/${ALPHA}/outbox`, { headers, body: generated(5 * MEGABYTE) })
    expect(answer.status).toBe(403)
  })
})

test('a sender that goes away half-way leaves nothing but an audit entry', async () => {
  const before = [await count('message'), await count('payload_piece')]
  const sent = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: `/messageexchange/${ALPHA}/outbox`,
    headers: { accept: ACCEPT[2], authorization: tokenOf(ALPHA), ...label() },
  })
  sent.on('error', () => undefined)
  sent.write(randomBytes(MEGABYTE))
  await sleep(200)
  sent.destroy()
  let entries: unknown[] = []
  for (let tries = 0; entries.length === 0 && tries < 100; tries++) {
    await sleep(20)
    entries = await bench.audited()
  }
  expect(entries).toMatchObject([{ action: 'send message', outcome: 'refused', reason: 'body-broken-off' }])
  expect([await count('message'), await count('payload_piece')]).toEqual(before)
})

test('our header names are in lower case on the wire', async () => {
  const id = await send(Buffer.from('content'))
  const { rawHeaders } = await exchange('GET', `/${BETA}/inbox/${id}`, { as: BETA })
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  expect(names).toContain('mex-messageid')
  expect(names.filter(name => /^(mex-|content-|last-)/i.test(name) && name !== name.toLowerCase())).toEqual(
    [],
  )
})

describe('compression', () => {
  const plain = Buffer.from('<plans/>'.repeat(5_000))
  const download = (id: string, version: 1 | 2, acceptEncoding?: string) =>
    exchange('GET', `/${BETA}/inbox/${id}`, {
      as: BETA,
      version,
      headers: acceptEncoding ? { 'accept-encoding': acceptEncoding } : {},
    })

  test.each([
    [1, 'gzip, deflate', true],
    [2, 'gzip', true],
    [2, '*', true],
    [1, undefined, false],
    [2, undefined, false],
    [2, 'gzip;q=0, br', false],
    [2, 'identity', false],
  ] as const)('a compressed message, version %i, accepting %s', async (version, accept, compressed) => {
    const id = await send(gzipSync(plain), { 'content-encoding': 'GZIP' })
    const { headers, body } = await download(id, version, accept)
    expect(headers['content-encoding']).toBe(compressed ? 'gzip' : undefined)
    expect(headers['mex-content-compressed']).toBe(compressed ? 'Y' : undefined)
    expect((compressed ? gunzipSync(body) : body).equals(plain)).toBe(true)
  })

  test.each([
    [1, 'gzip', false],
    [2, 'gzip', true],
    [2, undefined, false],
  ] as const)('a plain message, version %i, accepting %s', async (version, accept, compressed) => {
    const id = await send(plain, { 'mex-content-compressed': 'n' })
    const { headers, body } = await download(id, version, accept)
    expect(headers['content-encoding']).toBe(compressed ? 'gzip' : undefined)
    expect(headers['mex-content-compressed']).toBe(compressed ? 'Y' : 'N')
    expect((compressed ? gunzipSync(body) : body).equals(plain)).toBe(true)
  })

  test('damaged compression breaks the download off instead of ending it well', async () => {
    const damaged = gzipSync(randomBytes(200_000)).subarray(0, 100_000)
    const id = await send(damaged, { 'content-encoding': 'gzip' })
    await expect(download(id, 2)).rejects.toThrow()
    expect((await download(id, 2, 'gzip')).body.equals(damaged)).toBe(true)
  })
})
