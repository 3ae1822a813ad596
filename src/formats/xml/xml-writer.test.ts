import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import type { XmlElement } from './xml-element.ts'
import { readXml } from './xml-reader.ts'
import { element, renderXml, streamed, writeXml, type XmlNode } from './xml-writer.ts'

async function reread(text: string): Promise<XmlElement | undefined> {
  for await (const item of readXml(inPieces(text))) {
    if (item.kind === 'fault') throw new Error(item.fault.detail)
    return item.element
  }
  return undefined
}

describe('escaping', () => {
  test('markup in values stays a value', () => {
    const node = element('a', { b: `"<&>'\n\t\r` }, '<c>&amp;</c>\r]]>')
    expect(renderXml(node)).toBe(
      `<a b="&quot;&lt;&amp;&gt;'&#10;&#9;&#13;">&lt;c&gt;&amp;amp;&lt;/c&gt;&#13;]]&gt;</a>`,
    )
  })

  test('what XML cannot hold becomes the replacement character', () => {
    expect(renderXml(element('a', { b: 'x\u0000y' }, '\u001b[1m\ud800 \uffff😀'))).toBe(
      '<a b="x�y">�[1m� �😀</a>',
    )
  })

  test('any text and attribute comes back as it was', async () => {
    const character = fc.constantFrom(...'&<>"\'\r\n\t ]', 'é', '😀', '\u0085', '\u2028', ']]>', 'a')
    const text = fc.oneof(
      fc.array(character).map(characters => characters.join('')),
      fc.string({ unit: 'grapheme' }),
    )
    await fc.assert(
      fc.asyncProperty(text, text, async (attribute, inner) => {
        const read = await reread(renderXml(element('a', { b: attribute }, inner)))
        expect([read?.attributes.get('b'), read?.text]).toEqual([replaced(attribute), replaced(inner)])
      }),
    )
  })

  function replaced(text: string): string {
    return [...text]
      .map(one => (/[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(one) ? one : '\ufffd'))
      .join('')
  }
})

test('what is undefined is left out', () => {
  expect(renderXml(element('a', { b: undefined, c: '' }, undefined, element('d'), undefined))).toBe(
    '<a c=""><d/></a>',
  )
})

describe('streaming', () => {
  test('parts are asked for one at a time, only as they are written', async () => {
    let asked = 0
    async function* many(): AsyncGenerator<XmlNode> {
      while (asked < 1000) yield element('c', {}, String(asked++))
    }
    const pieces = writeXml(
      streamed('a', { x: '1' }, element('b'), streamed('d', {}, many()), undefined),
      100,
    )
    await pieces.next()
    expect(asked).toBeLessThan(20)
    for await (const piece of pieces) expect(piece.length).toBeLessThan(200)
    expect(asked).toBe(1000)
  })

  test('each part stands on its own line', async () => {
    async function* two(): AsyncGenerator<XmlNode> {
      yield element('c')
      yield element('c', {}, 'x')
    }
    expect(await textOfPieces(writeXml(streamed('a', {}, element('b'), two())))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n<b/>\n<c/>\n<c>x</c>\n</a>\n',
    )
  })
})
