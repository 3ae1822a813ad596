import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { parseContentType } from './content-type.ts'
import type { MimeProblem } from './mime-fault.ts'
import { MIME_LIMITS, readMultipart } from './read-multipart.ts'
import { writeMultipart } from './write-multipart.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const RELATED = 'multipart/related; boundary="b"'

/** What is read of a message that is written by hand, its lines ended as said. */
function read(lines: readonly string[], { type = RELATED, end = '\r\n' } = {}) {
  return readMultipart(type, utf8(lines.join(end)))
}
const PLAIN = ['--b', 'Content-Id: <a@x>', '', 'one', '--b', 'Content-Id: <b@x>', '', 'two', '--b--', '']

describe('a multipart', () => {
  test.each(['\r\n', '\n'])('is its parts, whichever way its lines end: %j', end => {
    const { parts, root } = expectValue(read(PLAIN, { end }))
    expect(parts.map(({ contentId, bytes }) => [contentId, textOf(bytes)])).toEqual([
      ['a@x', 'one'],
      ['b@x', 'two'],
    ])
    expect(root).toBe(parts[0])
  })

  test.each([
    'multipart/related; boundary="--=_MIME-Boundary"; type=text/xml; start=second@x',
    'multipart/related; boundary="--=_MIME-Boundary"; charset="UTF-8"; type="text/xml"; start="<second@x>"',
    'Multipart/Related;BOUNDARY=--=_MIME-Boundary;Start=<second@x>;',
  ])('starts with the part that its content type names: %s', type => {
    const lines = ['first@x', 'second@x'].flatMap(id => ['----=_MIME-Boundary', `content-id: ${id}`, '', id])
    const { root } = expectValue(read([...lines, '----=_MIME-Boundary--'], { type }))
    expect(textOf(root.bytes)).toBe('second@x')
  })

  test('ignores what stands before and after it, and what only looks like its boundary', () => {
    const lines = [
      'before',
      '--bb',
      ...['--b \t', 'Content-Id: <a@x>', '', '-', '--', '--c', '--bb', '--b--b', ' --b', 'x--b'],
      ...['--b-- ', 'after', '--b', 'no part'],
    ]
    const { parts } = expectValue(read(lines))
    expect(parts.map(({ bytes }) => textOf(bytes))).toEqual([
      '-\r\n--\r\n--c\r\n--bb\r\n--b--b\r\n --b\r\nx--b',
    ])
  })

  test('may have a boundary of 70 characters, blanks and colons among them', () => {
    const boundary = `${'a: '.repeat(23)}?`
    const lines = [`--${boundary}`, '', 'one', `--${boundary}--`]
    const { parts } = expectValue(read(lines, { type: `multipart/related; boundary="${boundary}"` }))
    expect(parts.map(({ bytes }) => textOf(bytes))).toEqual(['one'])
  })

  test('has header fields that go on on the next line', () => {
    const lines = [
      '--b',
      'Content-Type: text/xml;',
      '\tcharset=UTF-8',
      'Content-Id:',
      ' <a@x>',
      '',
      '',
      '--b--',
    ]
    expect(expectValue(read(lines)).root).toMatchObject({
      contentId: 'a@x',
      contentType: 'text/xml;\tcharset=UTF-8',
    })
  })

  test.each([
    ['7bit', '=3D =', '=3D ='],
    ['8BIT', 'é', 'é'],
    ['binary', '\u0000', '\u0000'],
    ['base64', 'w6kg\r\n 8J+YgA==\r\n', 'é 😀'],
    ['quoted-printable', '=C3=A9=3d \t\r\n two=\r\n lines= \r\n', 'é=\r\n two lines'],
  ])('has parts in %s', (encoding, sent, meant) => {
    const lines = ['--b', `Content-Transfer-Encoding: ${encoding}`, '', sent, '--b--']
    expect(textOf(expectValue(read(lines)).root.bytes)).toBe(meant)
  })

  test('has a part that says how long it is, where that is true', () => {
    expect(read(['--b', 'Content-Length: 4', '', 'é é'.slice(1), '--b--']).ok).toBe(false)
    expect(read(['--b', 'Content-Length: 5', '', 'é é', '--b--']).ok).toBe(true)
  })
})

describe('what is none (rule 13.11)', () => {
  const part = (...header: string[]) => ['--b', ...header, '', 'one', '--b--']
  const type = (text: string | undefined) => ({ type: text })
  const big = 'x'.repeat(MIME_LIMITS.part)
  test.each<[string, MimeProblem, readonly string[], { type?: string | undefined }?]>([
    ['another type', 'not-multipart', PLAIN, type('multipart/form-data; boundary=b')],
    ['XML', 'not-multipart', ['<a/>'], type('text/xml')],
    ['a type that is none', 'content-type', PLAIN, type('related; boundary=b')],
    ['no type', 'content-type', PLAIN, type('')],
    ['two boundaries', 'content-type', PLAIN, type('multipart/related; boundary=b; boundary=c')],
    ['a quote left open', 'content-type', PLAIN, type('multipart/related; boundary="b')],
    ['an endless type', 'content-type', PLAIN, type(`${RELATED}; a="${'x'.repeat(1_024)}"`)],
    ['no boundary', 'boundary', PLAIN, type('multipart/related')],
    ['an empty boundary', 'boundary', PLAIN, type('multipart/related; boundary=""')],
    ['a boundary of 71', 'boundary', PLAIN, type(`multipart/related; boundary=${'b'.repeat(71)}`)],
    ['a boundary that ends blank', 'boundary', PLAIN, type('multipart/related; boundary="b "')],
    ['a line end in the boundary', 'boundary', PLAIN, type('multipart/related; boundary="b\r\nb"')],
    ['nothing', 'no-parts', []],
    ['another boundary', 'no-parts', PLAIN, type('multipart/related; boundary=c')],
    ['a closing boundary alone', 'no-parts', ['--b--']],
    ['no closing boundary', 'not-closed', PLAIN.slice(0, -2)],
    ['a closing boundary cut short', 'not-closed', [...PLAIN.slice(0, -2), '--b-']],
    ['four parts', 'too-many-parts', [...PLAIN.slice(0, -2), ...PLAIN.slice(0, -2), '--b--']],
    ['a bomb of parts', 'too-many-parts', '--b\n\n'.repeat(100_000).split('\n')],
    ['a part too long', 'too-large', ['--b', '', `${big}x`, '--b--']],
    ['parts too long together', 'too-large', ['--b', '', big, '--b', '', big, '--b--']],
    ['a header too long', 'part-header-too-large', part(`A: ${'x'.repeat(MIME_LIMITS.header)}`)],
    ['a header of too many lines', 'part-header-too-large', part(...Array(4_096).fill('A:'))],
    ['a header without end', 'part-header', ['--b', 'Content-Id: <a@x>', '--b--']],
    ['a part without anything', 'part-header', ['--b', '--b--']],
    ['a line of no name', 'part-header', part('Content-Id <a@x>')],
    ['a first line that goes on', 'part-header', part(' Content-Id: <a@x>')],
    ['a control character', 'part-header', part('Content-Id: <a\u0000@x>')],
    ['a field twice', 'repeated-field', part('Content-Id: <a@x>', 'CONTENT-ID: <b@x>')],
    ['a type of no part', 'content-type', part('Content-Type: xml')],
    ['parts in a part', 'nested-multipart', part('Content-Type: Multipart/Mixed; boundary=c')],
    ['an id of two', 'content-id', part('Content-Id: <a@x> <b@x>')],
    ['an id left open', 'content-id', part('Content-Id: <a@x')],
    ['no id', 'content-id', part('Content-Id: <>')],
    ['an id twice', 'repeated-content-id', PLAIN.map(line => line.replace('<b@x>', 'a@x'))],
    ['a start that is not there', 'no-root', PLAIN, type(`${RELATED}; start="<c@x>"`)],
    ['a start that is none', 'no-root', part(), type(`${RELATED}; start="<>"`)],
    ['an encoding nobody knows', 'transfer-encoding', part('Content-Transfer-Encoding: x-gzip')],
    ['base64 cut short', 'transfer-encoding', part('Content-Transfer-Encoding: base64')],
    [
      'a code of no character',
      'transfer-encoding',
      ['--b', 'Content-Transfer-Encoding: quoted-printable', '', '=ZZ', '--b--'],
    ],
    ['a length too short', 'wrong-length', part('Content-Length: 2')],
    ['a length too long', 'wrong-length', part('Content-Length: 9999999999')],
    ['a length that is none', 'wrong-length', part('Content-Length: three')],
  ])('%s', (_name, problem, lines, options) => {
    const outcome = read(lines, options as { type?: string })
    expect(outcome).toMatchObject({ ok: false, fault: { problem } })
    if (!outcome.ok) expect(outcome.fault.detail).toMatch(/^[a-z].*\.$/)
  })

  test('is an absent content type', () => {
    expect(readMultipart(undefined, utf8(PLAIN.join('\n')))).toMatchObject({ ok: false })
  })
})

const line = fc.constantFrom(
  '--',
  '-',
  '=_MIME-Boundary',
  '----=_MIME-Boundary',
  '\r',
  '\n',
  '\r\n',
  'é',
  '-1',
)
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(line, { maxLength: 30 }).map(lines => utf8(lines.join(''))),
)

test('whatever is written is read again, byte for byte', () => {
  fc.assert(
    fc.property(fc.array(someBytes, { minLength: 1, maxLength: 3 }), ([first, ...others]) => {
      const part = (bytes: Uint8Array, index: number) => ({
        contentId: `part-${index}@x`,
        contentType: 'text/xml; charset=UTF-8',
        bytes,
      })
      const parts = [
        part(first ?? new Uint8Array(), 0),
        ...others.map((bytes, index) => part(bytes, index + 1)),
      ]
      const { contentType, bytes } = writeMultipart(parts as [(typeof parts)[0]])
      expect(expectValue(readMultipart(contentType, bytes))).toEqual({ parts, root: parts[0] })
    }),
    { numRuns: 500 },
  )
})

test('whatever is damaged is read or refused, and never more than was sent', () => {
  const { contentType, bytes } = writeMultipart([
    { contentId: 'a@x', contentType: 'text/xml', bytes: utf8('<a/>') },
    { contentId: 'b@x', contentType: 'text/xml', bytes: utf8('<b/>\r\n') },
  ])
  const sent = new TextDecoder('latin1').decode(bytes)
  const damage = fc.record({
    at: fc.nat(sent.length),
    cut: fc.nat(30),
    put: fc.string({ unit: 'binary', maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), damages => {
      const text = damages.reduce(
        (was, { at, cut, put }) => was.slice(0, at) + put + was.slice(at + cut),
        sent,
      )
      const outcome = readMultipart(contentType, utf8(text))
      const read = outcome.ok ? outcome.value.parts.reduce((sum, part) => sum + part.bytes.length, 0) : 0
      expect(read).toBeLessThanOrEqual(utf8(text).length)
    }),
    { numRuns: 1_000 },
  )
})

test('a content type without quotes keeps its letters, and one with quotes loses what escapes them', () => {
  expect(parseContentType('Text/XML;A="b\\"\\\\;c" ; Dd=E@f ')).toEqual({
    mediaType: 'text/xml',
    parameters: new Map([
      ['a', 'b"\\;c'],
      ['dd', 'E@f'],
    ]),
  })
})
