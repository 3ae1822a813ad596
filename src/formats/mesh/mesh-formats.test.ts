import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAccept } from './api-version.ts'
import { readChunkRange, writeChunkRange } from './chunk-range.ts'
import { readContinueToken, writeContinueToken } from './continue-token.ts'
import { readFlag } from './flag.ts'
import { MOST_CHUNKS } from './limits.ts'
import { newMessageId, readMessageId } from './message-id.ts'
import { readToken, writeToken } from './token.ts'

const AT = new Date('2026-03-02T23:59:58.123Z')

describe('tokens (rule 7.1)', () => {
  // Worked out with another implementation: printf … | openssl dgst -sha256 -hmac TestKey
  const known =
    'NHSMESH X26ABC1:nonce-1:7:202603022359:021f2e63212d2d61e8650a879a85c5293edabbfd6beebfe252504a6b14a70cd2'

  test('a token is what the published recipe makes of it', () => {
    const caller = { mailbox: 'X26ABC1', password: 'password', sharedKey: 'TestKey' }
    expect(writeToken(caller, { nonce: 'nonce-1', count: 7, at: AT })).toBe(known)
  })

  test('what is written is read', () => {
    expect(readToken(known)).toEqual({
      ok: true,
      value: {
        mailbox: 'X26ABC1',
        nonce: 'nonce-1',
        count: '7',
        timestamp: '202603022359',
        at: new Date('2026-03-02T23:59:00Z'),
        hash: known.split(':')[4],
      },
    })
  })

  test.each([
    undefined,
    '',
    'NHSMESH',
    known.replace('NHSMESH ', ''),
    known.replace('NHSMESH ', 'NHSMESH  '),
    known.replace(':7:', ':seven:'),
    known.replace(':7:', ':-7:'),
    known.replace('202603022359', '20260302235958'),
    known.replace('202603022359', '202602302359'),
    known.replace('202603022359', '202603022460'),
    known.replace('nonce-1', ''),
    known.replace('nonce-1', 'n'.repeat(201)),
    `${known}:more`,
    `${known} more`,
  ])('%j is no token', header => {
    expect(readToken(header)).toEqual({ ok: false, fault: 'unreadable-token' })
  })

  test('no text makes the reader throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 7 }), fields => {
        expect(typeof readToken(`NHSMESH ${fields.join(':')}`).ok).toBe('boolean')
      }),
    )
  })
})

test.each([
  [undefined, 1],
  ['*/*', 1],
  ['application/json', 1],
  ['text/html', 1],
  ['application/vnd.mesh.v1+json', 1],
  ['application/vnd.mesh.v2+json', 2],
  ['Application/VND.MESH.V2+JSON;q=0.9', 2],
  ['application/json, application/vnd.mesh.v2+json', 2],
  ['application/vnd.mesh.v3+json', 2],
  ['application/vnd.mesh.vX+json', 'bad-accept'],
  ['application/vnd.mesh.v0+json', 'bad-accept'],
  ['application/vnd.mesh.v2', 'bad-accept'],
])('Accept: %s asks for version %s', (accept, version) => {
  const read = readAccept(accept)
  expect(read.ok ? read.value : read.fault).toBe(version)
})

describe('message ids', () => {
  test('begin with their time and differ', () => {
    const ids = Array.from({ length: 500 }, () => newMessageId(AT))
    expect(new Set(ids).size).toBe(500)
    for (const id of ids) expect(id).toMatch(/^20260302235958123\d{3}_[0-9A-F]{6}$/)
  })

  test.each([
    ['20260302_abcdef', '20260302_ABCDEF'],
    ['A'.repeat(64), 'A'.repeat(64)],
    ['A'.repeat(65), undefined],
    ['', undefined],
    ['../x', undefined],
  ])('%j is read as %j', (text, id) => {
    expect(readMessageId(text)).toBe(id)
  })
})

test('a page continues after the message it is told of, by our value or by its id', () => {
  const id = newMessageId(AT)
  const token = writeContinueToken(id)
  expect(token).toMatch(/^[A-Za-z0-9_-]{24,1000}$/)
  expect(token).not.toContain(id)
  expect(readContinueToken(token)).toBe(id)
  expect(readContinueToken(id)).toBe(id)
  for (const text of ['', 'with spaces', writeContinueToken('../x'), 'A'.repeat(70)]) {
    expect(readContinueToken(text)).toBeUndefined()
  }
})

test.each([
  ['1:1', { chunk: 1, total: 1 }],
  [' 2:3 ', { chunk: 2, total: 3 }],
  [`1:${MOST_CHUNKS}`, { chunk: 1, total: MOST_CHUNKS }],
  [`1:${MOST_CHUNKS + 1}`, undefined],
  ['0:1', undefined],
  ['1:0', undefined],
  ['3:2', undefined],
  ['1', undefined],
  ['1:2:3', undefined],
  ['-1:2', undefined],
])('the chunk range %j', (text, range) => {
  expect(readChunkRange(text)).toEqual(range)
  if (range) expect(writeChunkRange(range)).toBe(text.trim())
})

test.each([
  [true, ['Y', 'y', 'YES', 'yes', 'T', 'TRUE', 'true', 'ON', 'on', '1', ' 1 ']],
  [false, ['N', 'n', 'NO', 'F', 'False', 'OFF', '0']],
  [undefined, ['N/A', 'none', 'ja', 'perhaps', '', undefined]],
])('flags that say %s (rule 7.15)', (said, sent) => {
  expect(sent.map(readFlag)).toEqual(sent.map(() => said))
})
