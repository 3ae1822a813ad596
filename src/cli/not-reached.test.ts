import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificateAuthority, type TestCertificate } from '../../test/support/certificates.ts'
import { connectionProblem } from '../client/connection-problem.ts'
import { acknowledgementOf, HEADINGS } from '../kit/testing.ts'
import { runCli } from './testing.ts'

const authority = makeCertificateAuthority('not-reached')
const directory = mkdtempSync(join(tmpdir(), 'cpis-not-reached-'))
const servers: Server[] = []
const sockets = createTcpServer(socket => socket.end('no TLS here\r\n'))
let trusted = ''
let expired = ''
let wanting = ''
let plain = ''

async function listening(certificate: TestCertificate, more: object = {}): Promise<string> {
  const { cert, key } = certificate
  const server = createServer({ cert, key, ...more }, (_request, reply) => reply.end('{"messages":[]}'))
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve))
  return String((server.address() as AddressInfo).port)
}

beforeAll(async () => {
  const certificate = authority.issue('service')
  trusted = await listening(certificate)
  expired = await listening(authority.issue('expired', -1))
  wanting = await listening(certificate, { requestCert: true, rejectUnauthorized: true, ca: authority.cert })
  await new Promise<void>(resolve => sockets.listen(0, '127.0.0.1', resolve))
  plain = String((sockets.address() as AddressInfo).port)
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  sockets.close()
  authority.remove()
  rmSync(directory, { recursive: true, force: true })
})

const inbox = (url: string, ...more: string[]): ReturnType<typeof runCli> =>
  runCli(['inbox', '--mailbox', 'LA886', '--password', 'x', '--url', url, ...more])
const believing = (): string[] => ['--ca', authority.certificateFile]

const CASES: readonly (readonly [
  what: string,
  url: () => string,
  options: () => string[],
  code: number,
  words: string,
  remedy: string | RegExp,
])[] = [
  ['is trusted by its authority', () => `https://127.0.0.1:${trusted}`, believing, 0, '', ''],
  [
    'has a certificate that is not trusted',
    () => `https://127.0.0.1:${trusted}`,
    () => [],
    2,
    'the certificate of the service is not trusted',
    /NODE_EXTRA_CA_CERTS.*--ca/,
  ],
  [
    'has a certificate of another name',
    () => `https://127.0.0.2:${trusted}`,
    believing,
    2,
    'is for another host name',
    'Use the host name',
  ],
  [
    'has an expired certificate',
    () => `https://127.0.0.1:${expired}`,
    believing,
    2,
    'certificate of the service has expired',
    'renew',
  ],
  [
    'wants a client certificate',
    () => `https://127.0.0.1:${wanting}`,
    believing,
    2,
    'wants a client certificate',
    'Show a certificate',
  ],
  [
    'does not speak HTTPS',
    () => `https://127.0.0.1:${plain}`,
    believing,
    2,
    'does not speak HTTPS',
    'http://',
  ],
  ['is not there', () => 'https://127.0.0.1:1', believing, 2, 'the connection was refused', 'npm start'],
  [
    'has no such name',
    () => 'https://no-such-host.invalid',
    believing,
    2,
    'the host name was not found',
    'DNS',
  ],
]

test.each(
  CASES,
)('a server that %s is said to be just that', async (_what, url, options, code, words, remedy) => {
  const { exitCode, err } = await inbox(url(), ...options())
  expect({ exitCode, err }).toMatchObject({ exitCode: code, err: expect.stringContaining(words) })
  expect(err).toMatch(remedy)
})

test('every command that talks to a server says that its certificate is not trusted, and how to name its authority', async () => {
  const url = `https://127.0.0.1:${trusted}`
  const at = (name: string, content: string) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  const table = at('people.csv', `${HEADINGS}\n9990000018,Ada,Test,13/5/2019,CPP,20/6/2021,\n`)
  const authorityFile = at(
    'authority.json',
    JSON.stringify({ odsCode: '886', name: 'X', dutyPhone: '01632960001' }),
  )
  const system = join('docs', 'examples', 'asking-system.json')
  const mailbox = ['--mailbox', 'LA886', '--password', 'x', '--url', url]
  const state = ['--state', join(directory, 'state')]
  const child = '9990000018'
  for (const args of [
    ['inbox', ...mailbox],
    ['upload', 'send', at('any.xml', await acknowledgementOf(1)), ...mailbox],
    ['upload', 'send', at('any.xml', await acknowledgementOf(1)), ...state, ...mailbox],
    ['upload', 'collect', ...state, ...mailbox],
    ['upload', 'day', table, '--authority-file', authorityFile, ...state, ...mailbox],
    ['upload', 'trace', table, '--pds-url', url],
    ['query', child, '--url', url],
    ['query', child, '--url', url, '--token', 'x'],
    ['query', child, '--url', url, '--token', 'x', '--history'],
    ['query', child, '--url', url, '--via', 'soap', '--system', system],
    ['query', child, '--url', url, '--via', 'smsp', '--system', system],
    ['appointment', 'missed', child, '--start', '2026-03-09T14:00:00Z', '--url', url, '--token', 'x'],
    ['launch', child, '--url', url],
  ]) {
    const variables = { CPIS_PDS_RETRIES: '0', CPIS_PDS_PATIENCE_MS: '1' }
    const { exitCode, out, err } = await runCli(args, { variables })
    expect({ args, exitCode, said: `${out} ${err}`.replace(/\s+/g, ' ') }).toEqual({
      args,
      exitCode: 2,
      said: expect.stringMatching(/the certificate of the service is not trusted.*NODE_EXTRA_CA_CERTS/),
    })
  }
}, 30_000)

test('what went wrong is found within what wraps it', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  expect(connectionProblem(new TypeError('fetch failed', { cause: new AggregateError([refused]) }))).toBe(
    'refused',
  )
  expect(connectionProblem(new TypeError('fetch failed'))).toBeUndefined()
  expect(connectionProblem('ECONNREFUSED')).toBeUndefined()
})
