import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { capturedLog } from '../../test/support/capture.ts'
import { writeEarlyRefusal } from '../api/fhir/early-refusal.ts'
import { openApi, PREFIX } from '../api/fhir/testing.ts'
import { r4Judges } from '../formats/fhir/testing.ts'
import { createServer } from './server.ts'

const PATH = `${PREFIX}/CareTeam?patient=9990000018`
const judge = r4Judges()
const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

/** The FHIR API on the server of the service, and what it leaves on record. */
async function listening({ auditIsDown = false, auditTakesMs = 0, longestHeaders = 64 * 1024 } = {}) {
  const early: [via: string, refusal: string][] = []
  const server = createServer({
    logger: capturedLog().logger,
    otherwise: 'web',
    longestHeaders,
    onRefused: async (via, refusal) => {
      if (auditIsDown) throw new Error('the audit log cannot be written')
      early.push([via, refusal])
      await new Promise(resolve => setTimeout(resolve, auditTakesMs))
    },
    writeRefusal: (via, refusal) => (via === 'fhir' ? writeEarlyRefusal(refusal, 'e1') : undefined),
  })
  const { stage } = openApi({}, server)
  opened.push(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const send = (...pieces: (string | Buffer)[]) => exchange(port, pieces)
  const recorded = () => [...early.map(([via, reason]) => ({ via, reason })), ...stage.entries]
  return { send, recorded }
}

/** Writes bytes to the server and reads until it ends the connection. */
async function exchange(port: number, pieces: readonly (string | Buffer)[]) {
  const socket = connect(port, '127.0.0.1')
  const received: Buffer[] = []
  socket.on('data', piece => received.push(piece))
  const ended = new Promise(resolve => socket.on('close', resolve))
  socket.on('error', () => undefined)
  for (const piece of pieces) {
    await new Promise(resolve => socket.write(piece, resolve))
    // So that each piece arrives by itself.
    if (pieces.length > 1) await new Promise(resolve => setTimeout(resolve, 5))
  }
  await ended
  const [head = '', body = ''] = Buffer.concat(received).toString().split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body }
}

const request = (target: string, ...headers: string[]) =>
  [`GET ${target} HTTP/1.1`, 'Connection: close', 'Authorization: Bearer both', ...headers, '', ''].join(
    '\r\n',
  )
const HOST = 'Host: cp-is.example'

describe('headers of a clinician with many roles (rule 9.9)', () => {
  test('are read up to the limit', async () => {
    const { send } = await listening()
    const { status, body } = await send(request(PATH, HOST, `X-Long: ${'x'.repeat(60_000)}`))
    expect([status, JSON.parse(body).resourceType]).toEqual([200, 'Bundle'])
  })

  test('are read as far as is set, and no further', async () => {
    const { send } = await listening({ longestHeaders: 20_000 })
    expect((await send(request(PATH, HOST, `X-Long: ${'x'.repeat(18_000)}`))).status).toBe(200)
    expect((await send(request(PATH, HOST, `X-Long: ${'x'.repeat(21_000)}`))).status).toBe(431)
  })
})

test('a connection that goes on sending what cannot be read is refused once (rule 8.1)', async () => {
  const { send, recorded } = await listening({ auditTakesMs: 300 })
  const parts = Array.from({ length: 20 }, () => 'NOT A REQUEST\r\n')
  const { status } = await send(...parts)
  expect([status, recorded().length]).toEqual([400, 1])
})

describe('what keeps a request from the FHIR API is an OperationOutcome, and on record (rule 8.6)', () => {
  const long = (length: number) => request(PATH, HOST, `X-Long: ${'x'.repeat(length)}`)
  const cases: [string, string | Buffer, number, string, string][] = [
    ['headers that are too long', long(70_000), 431, 'HEADERS_TOO_LONG', 'too-long'],
    ['headers that are much too long', long(300_000), 431, 'HEADERS_TOO_LONG', 'headers-too-long'],
    [
      'an address that cannot be decoded',
      request(`${PREFIX}/%ZZ`, HOST),
      400,
      'INVALID_REQUEST',
      'malformed-address',
    ],
    [
      'a target that is not ASCII',
      Buffer.from(request(`${PREFIX}/CareTeam?patient=café`, HOST), 'utf8'),
      400,
      'INVALID_REQUEST',
      'malformed-address',
    ],
    [
      'an expectation that nobody knows',
      request(PATH, HOST, 'Expect: a-miracle'),
      417,
      'EXPECTATION_FAILED',
      'unknown-expectation',
    ],
    ['no host', request(PATH), 400, 'INVALID_REQUEST', 'unreadable-request'],
    ['two hosts', request(PATH, HOST, 'Host: other.example'), 400, 'INVALID_REQUEST', 'unreadable-request'],
    ['a header without a name', request(PATH, HOST, ': x'), 400, 'INVALID_REQUEST', 'unreadable-request'],
  ]
  test.each(cases)('%s', async (_, bytes, expected, code, reason) => {
    const { send, recorded } = await listening()
    const { status, head, body } = await send(bytes)
    expect(status).toBe(expected)
    expect(head).toContain('content-type: application/fhir+json')
    const outcome = JSON.parse(body)
    expect(judge(outcome)).toEqual([])
    expect(outcome).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] })
    expect(outcome.issue[0].details.coding[0].code).toBe(code)
    expect(recorded()).toMatchObject([{ via: 'fhir', reason }])
  })

  test('elsewhere it is the form of no interface, and on record all the same', async () => {
    const { send, recorded } = await listening()
    const { status, body } = await send(request('/messageexchange/%ZZ', HOST))
    expect([status, Object.keys(JSON.parse(body))]).toEqual([400, ['error']])
    expect(recorded()).toEqual([{ via: 'mesh', reason: 'malformed-address' }])
  })

  test('that cannot be put on record is "could not look" (rule 8.1)', async () => {
    const { send } = await listening({ auditIsDown: true })
    const { status, body } = await send(request(`${PREFIX}/%ZZ`, HOST))
    expect([status, JSON.parse(body).issue[0].code]).toEqual([503, 'transient'])
  })

  test('100-continue is understood', async () => {
    const { send } = await listening()
    const form = 'patient=9990000018'
    const { head } = await send(
      [
        `POST ${PREFIX}/CareTeam/_search HTTP/1.1`,
        HOST,
        'Connection: close',
        'Authorization: Bearer both',
        'Expect: 100-continue',
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${form.length}`,
        '',
        form,
      ].join('\r\n'),
    )
    expect(head).toContain('100 continue')
  })
})
