import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { element, renderXml, XML_DECLARATION } from '../xml/xml-writer.ts'
import type { SentHeader } from './ebxml-header.ts'
import { readEbxmlMessage } from './read-message.ts'
import { anySentHeader, headerAsRead, REQUEST, replacing } from './testing.ts'
import { type WrittenMessage, writeEbxmlMessage } from './write-message.ts'

const PAYLOAD = element('question', { xmlns: 'urn:example' })
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const read = async ({ contentType, bytes }: Pick<WrittenMessage, 'contentType' | 'bytes'>) => {
  const { header, payload } = expectValue(await readEbxmlMessage(contentType, bytes))
  return { header, payload: textOf(payload) }
}
/** The message as text, changed; every change has to find something to change. */
const changed = (...changes: ((text: string) => string)[]) => {
  const text = textOf(writeEbxmlMessage(REQUEST, PAYLOAD).bytes)
  return new TextEncoder().encode(changes.reduce((was, change) => change(was), text))
}
const { contentType: TYPE } = writeEbxmlMessage(REQUEST, PAYLOAD)
const HEADER_PART = /Content-Id: <ebXMLHeader.*?\r\n(?=----=)/s
const WHOLE = { header: headerAsRead(REQUEST), payload: XML_DECLARATION + renderXml(PAYLOAD) }

describe('a message', () => {
  test('that is written is read as it was, whatever its payload', async () => {
    const payload = fc.oneof(fc.string(), fc.constantFrom('----=_MIME-Boundary--', '\r\n', '\n', '<é/>\r\n'))
    await fc.assert(
      fc.asyncProperty(anySentHeader, payload, async (sent: SentHeader, text) => {
        expect(await read(writeEbxmlMessage(sent, text))).toEqual({
          header: headerAsRead(sent),
          payload: textOf(new TextEncoder().encode(text)),
        })
      }),
    )
  })

  test('stands on the wire as national systems have it', () => {
    const { contentType, soapAction, bytes } = writeEbxmlMessage(REQUEST, PAYLOAD)
    expect(soapAction).toBe('urn:nhs:names:services:cpisquery/QUPC_IN000006GB01')
    expect(contentType).toBe(
      'multipart/related; boundary="--=_MIME-Boundary"; type="text/xml"; start="<ebXMLHeader@spine.nhs.uk>"',
    )
    const lines = textOf(bytes).split('\r\n')
    const head = (id: string) => [
      '----=_MIME-Boundary',
      `Content-Id: <${id}@spine.nhs.uk>`,
      'Content-Type: text/xml; charset=UTF-8',
      'Content-Transfer-Encoding: 8bit',
      '',
    ]
    expect(lines.toSpliced(5, 1)).toEqual([
      ...head('ebXMLHeader'),
      ...head(REQUEST.messageId),
      WHOLE.payload,
      '----=_MIME-Boundary--',
      '',
    ])
  })

  const bare =
    'multipart/related; boundary="--=_MIME-Boundary"; type=text/xml; start=ebXMLHeader@spine.nhs.uk'
  test.each<[string, string, Uint8Array]>([
    ['with lines that end as elsewhere', bare, changed(text => text.replaceAll('\r\n', '\n'))],
    ['with ids without angle brackets', bare, changed(text => text.replaceAll(/Id: <(.*)>/g, 'Id: $1'))],
    ['with its header in the second place', TYPE, changed(swapParts)],
    ['with its header first, and no start', TYPE.replace(/; start=.*/, ''), changed()],
    [
      'with a third part that nobody refers to',
      TYPE,
      changed(replacing('----=_MIME-Boundary--', '----=_MIME-Boundary\r\n\r\nmore\r\n----=_MIME-Boundary--')),
    ],
    [
      'with a payload of another content type',
      TYPE,
      changed(
        replacing(
          /(uk>\r\nContent-Type: )text\/xml(; charset=UTF-8\r\n.*\r\n\r\n.*<que)/,
          '$1application/xml$2',
        ),
      ),
    ],
  ])('is read %s', async (_name, contentType, bytes) => {
    expect(await read({ contentType, bytes })).toEqual(WHOLE)
  })

  test('has no payload where its manifest does not name one part', async () => {
    for (const change of [
      replacing(/<eb:Manifest.*<\/eb:Manifest>/, ''),
      replacing(/<eb:Reference.*<\/eb:Reference>/, '$&$&'),
      replacing('cid:', 'https:'),
    ]) {
      const message = expectValue(await readEbxmlMessage(TYPE, changed(change)))
      expect(message.payload).toBeUndefined()
    }
  })

  test.each<[string, string | undefined, Uint8Array, RegExp]>([
    ['no content type', undefined, changed(), /^the content type/],
    ['an envelope alone', 'text/xml', changed(), /^a content type of multipart/],
    ['a message cut short', TYPE, changed().subarray(0, -30), /cut short/],
    ['a header that is no XML', TYPE, changed(replacing('<soap:Envelope', '<soap Envelope')), /^line 1: /],
    [
      'a header in the place of the payload',
      TYPE.replace('ebXMLHeader', REQUEST.messageId),
      changed(),
      /SOAP/,
    ],
    [
      'a payload that is not there',
      TYPE,
      changed(replacing(/Id: <A.*>/, 'Id: <b@x>')),
      /^the manifest names/,
    ],
    [
      'no payload',
      TYPE,
      changed(replacing(/----=_MIME-Boundary\r\nContent-Id: <A.*?(?=----=)/s, '')),
      /^the manifest names/,
    ],
    [
      'a header that is its own payload',
      TYPE,
      changed(replacing(/cid:[^"]*/, 'cid:ebXMLHeader@spine.nhs.uk')),
      /^the manifest names/,
    ],
  ])('of %s is refused', async (_name, contentType, bytes, detail) => {
    expect(await readEbxmlMessage(contentType, bytes)).toMatchObject({
      ok: false,
      fault: { kind: 'not-readable', detail: expect.stringMatching(detail) },
    })
  })

  function swapParts(text: string): string {
    const [header = ''] = HEADER_PART.exec(text) ?? []
    return replacing(
      /(?=----=_MIME-Boundary--)/,
      `----=_MIME-Boundary\r\n${header}`,
    )(replacing(`----=_MIME-Boundary\r\n${header}`, '')(text))
  }
})

test('whatever is damaged, a message is read with its ids as they stand in it, or refused', async () => {
  const sent = textOf(writeEbxmlMessage(REQUEST, PAYLOAD).bytes)
  const damage = fc.record({
    at: fc.nat(sent.length),
    cut: fc.nat(20),
    put: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('<eb:To/>', '</', '&#0;', '\r\n'),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { maxLength: 3 }), async damages => {
      const text = damages.reduce(
        (was, { at, cut, put }) => was.slice(0, at) + put + was.slice(at + cut),
        sent,
      )
      const outcome = await readEbxmlMessage(TYPE, new TextEncoder().encode(text))
      if (outcome.ok) expect(outcome.value.header.messageId).toMatch(/^[!-~]{1,128}$/)
      else expect(outcome.fault.kind).toMatch(/^(not-readable|wrong-version|not-understood)$/)
    }),
    { numRuns: 1_000 },
  )
})
