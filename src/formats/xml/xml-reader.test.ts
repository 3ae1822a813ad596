import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../../../test/support/bytes.ts'
import type { XmlElement } from './xml-element.ts'
import { readXml, type XmlItem, type XmlReading } from './xml-reader.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

function utf16(text: string, order: 'le' | 'be', mark = true): Uint8Array {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, 'utf16le')
  return new Uint8Array(order === 'le' ? bytes : bytes.swap16())
}

async function read(bytes: Uint8Array, reading?: XmlReading, size?: number): Promise<XmlItem[]> {
  return collect(readXml(inPieces(bytes, size), reading))
}

async function faultOf(document: string | Uint8Array, reading?: XmlReading) {
  const items = await read(typeof document === 'string' ? utf8(document) : document, reading)
  const last = items.at(-1)
  return last?.kind === 'fault' ? last.fault : undefined
}

function elementsOf(items: readonly XmlItem[]): XmlElement[] {
  return items.flatMap(item => (item.kind === 'element' ? [item.element] : []))
}

describe('what is read', () => {
  test('a whole document is one element, with names, namespaces, attributes, text and lines', async () => {
    const [root] = elementsOf(
      await read(
        utf8(
          '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="urn:x" xmlns:n="urn:y" b="1" n:c="2">\n <n:d>x &amp; <![CDATA[<y>]]></n:d>\n <d/>\n</a>',
        ),
      ),
    )
    expect(root).toMatchObject({ name: 'a', namespace: 'urn:x', line: 2 })
    expect([...(root?.attributes ?? [])]).toEqual([
      ['b', '1'],
      ['{urn:y}c', '2'],
    ])
    expect(root?.children.map(({ name, namespace, text, line }) => [name, namespace, text, line])).toEqual([
      ['d', 'urn:y', 'x & <y>', 3],
      ['d', 'urn:x', '', 4],
    ])
  })

  test('the children of the elements on the path come one by one', async () => {
    const items = await read(utf8('<r><a/><many><b>1</b><b>2</b></many><c/><many><b>3</b></many></r>'), {
      path: ['r', 'many'],
    })
    expect(elementsOf(items).map(({ name, text }) => name + text)).toEqual(['a', 'b1', 'b2', 'c', 'b3'])
  })

  test.each([
    ['UTF-8', utf8('<a>é😀</a>')],
    ['UTF-8 with a byte order mark', utf8('\ufeff<?xml version="1.0" encoding="utf-8"?><a>é😀</a>')],
    ['UTF-16, little end first', utf16('<?xml version="1.0" encoding="UTF-16"?><a>é😀</a>', 'le')],
    ['UTF-16, big end first', utf16('<a>é😀</a>', 'be')],
  ])('%s, however it is cut into pieces', async (_, bytes) => {
    for (let size = 1; size <= bytes.length; size++) {
      expect(elementsOf(await read(bytes, {}, size)).map(({ text }) => text)).toEqual(['é😀'])
    }
  })

  test.each([
    ['ISO-8859-1', [0xe9, 0xfc], 'éü'],
    ['iso-8859-1', [0xe9], 'é'],
    ['latin1', [0xe9], 'é'],
    ['windows-1252', [0x80, 0x92, 0xe9], '€’é'],
    ['ISO-8859-15', [0xa4], '€'],
    ['ISO-8859-2', [0xb3], 'ł'],
    ['US-ASCII', [0x65], 'e'],
  ])('%s where the document declares it, however it is cut into pieces (rule 3.13)', async (name, letters, text) => {
    const head = `<?xml version='1.0' encoding='${name}' standalone="yes"?>\n<a>`
    const bytes = new Uint8Array([...utf8(head), ...letters, ...utf8('</a>')])
    for (let size = 1; size <= bytes.length; size++) {
      expect(elementsOf(await read(bytes, {}, size)).map(element => element.text)).toEqual([text])
    }
  })

  test.each([
    ['UTF-7', 'declares the encoding UTF-7 '],
    ['EBCDIC-CP-US', 'declares the encoding EBCDIC-CP-US, which is not read here'],
    ['Shift_JIS', 'declares the encoding Shift_JIS, which is not read here'],
    ['UTF-16', 'declares the encoding UTF-16 and is not in it'],
    ['Zaphod', 'declares an encoding that is not known'],
  ])('the encoding %s is refused by name where it has one (rule 3.13)', async (name, words) => {
    const fault = await faultOf(`<?xml version="1.0" encoding="${name}"?><a/>`)
    expect(fault).toMatchObject({ problem: 'encoding', detail: expect.stringContaining(words) })
  })

  test('a byte that US-ASCII does not have, and archives, are said to be that', async () => {
    const ascii = '<?xml version="1.0" encoding="US-ASCII"?>\n<a>'
    const detailOf = async (bytes: Uint8Array) => (await faultOf(bytes))?.detail
    expect(await detailOf(new Uint8Array([...utf8(ascii), 0xe9, ...utf8('</a>')]))).toContain(
      'US-ASCII does not allow',
    )
    expect(await detailOf(new Uint8Array([0x50, 0x4b, 3, 4, 20, 0]))).toContain('ZIP archive')
    expect(await detailOf(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]))).toContain('gzip')
  })

  test('characters cut by the pieces the parser is given', async () => {
    const text = '😀é€'.repeat(9000)
    for (const bytes of [
      utf8(`<a>${text}</a>`),
      utf16(`<a>${text}</a>`, 'le'),
      utf16(`<a>-${text}</a>`, 'be'),
    ]) {
      const [root] = elementsOf(await read(bytes, {}, 10_007))
      expect(root?.text.replace('-', '')).toBe(text)
    }
  })
})

describe('what is refused', () => {
  test.each([
    ['an empty file', '', 'malformed', 1],
    ['only white space', '\n\n', 'malformed', 3],
    ['no end', '<a>\n<b>', 'malformed', 2],
    ['ends inside a tag', '<a>\n<b', 'malformed', 2],
    ['wrong end tag', '<a>\n<b></c></a>', 'malformed', 2],
    ['two roots', '<a/>\n<b/>', 'malformed', 2],
    ['text after the root', '<a/>\nx', 'malformed', 2],
    ['unknown entity', '<a>\n&nbsp;</a>', 'malformed', 2],
    ['plain ampersand', '<a>\nA & B</a>', 'malformed', 2],
    ['attribute without quotes', '<a>\n<b c=1/></a>', 'malformed', 2],
    ['repeated attribute', '<a>\n<b c="1" c="2"/></a>', 'malformed', 2],
    ['a "<" in an attribute', '<a>\n<b c="<"/></a>', 'malformed', 2],
    ['undeclared prefix', '<a>\n<x:b/></a>', 'malformed', 2],
    ['a control character', '<a>\n\u0001</a>', 'malformed', 2],
    ['a reference to a control character', '<a>\n&#1;</a>', 'malformed', 2],
    ['a declaration that is not first', '\n<?xml version="1.0"?><a/>', 'malformed', 2],
    ['a document type', '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">\n<a/>', 'document-type', 1],
    [
      'entities that multiply',
      `<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "${'&b;'.repeat(50)}"><!ENTITY d "${'&c;'.repeat(50)}">]>\n<a>&d;</a>`,
      'document-type',
      1,
    ],
    [
      'a file entity',
      '<!DOCTYPE a [\n<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
      'document-type',
      2,
    ],
    ['UTF-16 by its word, UTF-8 in fact', '<?xml version="1.0" encoding="UTF-16"?><a/>', 'encoding', 1],
  ])('%s', async (_, document, problem, line) => {
    expect(await faultOf(document)).toMatchObject({ problem, line })
  })

  test.each([
    ['Latin-1 bytes', new Uint8Array([...utf8('<a>\n<b>'), 0xe9, ...utf8('</b></a>')]), 2],
    ['a character cut off by the end', new Uint8Array([...utf8('<a>\n\n'), 0xe2, 0x82]), 3],
    ['an overlong form', new Uint8Array([...utf8('<a>'), 0xc0, 0xbc, ...utf8('</a>')]), 1],
    ['an unpaired surrogate in UTF-16', utf16('<a>\n\ud800</a>', 'le'), 2],
    ['half a UTF-16 character', utf16('<a/>\n', 'be').subarray(0, -1), 1],
    ['UTF-16 without a mark', utf16('<a/>', 'le', false), 1],
    ['UTF-16 without a mark, big end first', utf16('<a/>', 'be', false), 1],
    ['UTF-32', new Uint8Array([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]), 1],
    ['UTF-8 by its word, UTF-16 in fact', utf16('<?xml version="1.0" encoding="utf-8"?><a/>', 'le'), 1],
    ['a byte wrong far into the file', new Uint8Array([...utf8(`<a>${'\n'.repeat(20_000)}`), 0xff]), 20_001],
  ])('%s', async (_, document, line) => {
    expect(await faultOf(document)).toMatchObject({ problem: 'encoding', line })
  })

  test('a root of another name or namespace, before anything else of it is read', async () => {
    const reading = { namespace: 'urn:x', path: ['a'] }
    expect(await faultOf('<b xmlns="urn:x"/>', reading)).toMatchObject({ problem: 'wrong-root' })
    expect(await faultOf('<a xmlns="urn:y"/>', reading)).toMatchObject({ problem: 'wrong-root' })
    expect(await faultOf('<a/>', reading)).toMatchObject({ problem: 'wrong-root' })
    expect(await faultOf('<a xmlns="urn:x"/>', reading)).toBeUndefined()
  })

  test('no fault ever quotes the document', async () => {
    const secret = 'Zaphod'
    const broken = [
      `<${secret}>`,
      `<${secret}></b>`,
      `<a ${secret}="1" ${secret}="2"/>`,
      `<a>&${secret};</a>`,
      `<${secret}:a/>`,
      `<a ${secret}/>`,
      `<a></${secret}></a>`,
      `<a x:${secret}="1" y:${secret}="2"/>`,
      `<?xml ${secret}="1"?><a/>`,
      `<?xml version="1.0" encoding="${secret}"?><a/>`,
      `<!DOCTYPE ${secret}><a/>`,
      `<a:${secret}:b/>`,
    ]
    for (const document of broken) {
      const fault = await faultOf(document)
      expect(fault?.detail).toMatch(/^[A-Z].*\.$/)
      expect(JSON.stringify(fault)).not.toContain(secret)
    }
  })
})

describe('limits', () => {
  const reading = {
    path: ['f'],
    limits: { depth: 8, elements: 500_000, element: 5_000, token: 1_000, total: 1_000_000 },
  }

  /** Endless input that counts how much of it was asked for. */
  function endless(start: string, again: string) {
    const taken = { bytes: 0 }
    async function* bytes() {
      yield utf8(start)
      const chunk = utf8(again.repeat(Math.ceil(16_384 / again.length)))
      for (;;) {
        taken.bytes += chunk.length
        yield chunk
      }
    }
    return { taken, bytes: bytes() }
  }

  test.each([
    ['an attribute', '<f><a b="', 'x'],
    ['a tag name', '<f><', 'x'],
    ['an attribute name', '<f><a ', 'x'],
    ['white space in a tag', '<f><a', ' '],
    ['a comment', '<f><!--', 'x'],
    ['a processing instruction', '<f><?p ', 'x'],
    ['a text', '<f><a>', 'x'],
    ['CDATA', '<f><![CDATA[', 'x'],
    ['white space between records', '<f>', '\n'],
    ['an entity name', '<f><a>&', 'x'],
    ['a document type', '<!DOCTYPE f [', ' '],
    ['an XML declaration', '<?xml version="1.0', '0'],
    ['attributes of the root', '<f ', ''],
    ['one record', '<f><a>', '<b/>'],
    ['comments in one record', '<f><a>', '<!--x-->'],
    ['the attributes of one element', '<f><a>', '<b c="1" d="2"/>'],
    ['the file itself', '<f>', '<a></a>'],
    ['elements inside one another', '<f>', '<a>'],
  ])('%s without end is not swallowed', async (name, start, again) => {
    let more = 0
    const source =
      name === 'attributes of the root'
        ? { taken: { bytes: 0 }, bytes: manyAttributes(() => more++) }
        : endless(start, again)
    const items = []
    for await (const item of readXml(source.bytes, reading)) if (item.kind === 'fault') items.push(item)
    expect(items).toHaveLength(1)
    expect(items[0]?.fault.problem).toBe(again === '<a>' ? 'too-deep' : 'too-large')
    expect(source.taken.bytes).toBeLessThan(name === 'the file itself' ? 1_100_000 : 40_000)
    expect(more).toBeLessThan(100)
  })

  async function* manyAttributes(count: () => number) {
    yield utf8('<f')
    for (;;) yield utf8(` a${count()}="${'x'.repeat(900)}"`)
  }

  test('what keeps within them is read, whatever the pieces', async () => {
    const record = `<a b="${'x'.repeat(900)}">${'<c/>'.repeat(900)}</a>`
    const document = utf8(`<f>${`${record}<!--${'y'.repeat(990)}-->`.repeat(100)}</f>`)
    for (const size of [100, 4_000, document.length]) {
      expect(elementsOf(await read(document, reading, size))).toHaveLength(100)
    }
  })

  test('elements are counted in all, wherever they stand, and no further is read', async () => {
    const limits = { elements: 1_000 }
    const within = utf8(`<f>${'<a><b/></a>'.repeat(499)}<a/></f>`)
    expect(elementsOf(await read(within, { path: ['f'], limits }, 100))).toHaveLength(500)
    const { taken, bytes } = endless('<f>', '<a><b/></a>')
    const items = []
    for await (const item of readXml(bytes, { path: ['f'], limits })) items.push(item)
    expect(items.at(-1)).toMatchObject({ fault: { problem: 'too-large' } })
    expect(items.length).toBeLessThanOrEqual(500)
    expect(taken.bytes).toBeLessThan(40_000)
  })

  test('a limit is passed at the same place whatever the pieces', async () => {
    const document = utf8(`<f><a>${'x'.repeat(1_001)}</a></f>`)
    for (const size of [7, 100, 4_000]) {
      expect((await read(document, reading, size)).at(-1)).toMatchObject({ fault: { problem: 'too-large' } })
    }
  })
})

test('whatever the bytes, reading ends with elements or one fault at the end, the same for any pieces', async () => {
  const seed =
    '<?xml version="1.0"?>\n<a xmlns="urn:x" b="1"><!--c--><d e=\'2\'>&lt;<![CDATA[f]]></d><?g h?></a>'
  const damage = fc.record({
    at: fc.nat(seed.length),
    cut: fc.nat(4),
    put: fc.string({ unit: 'binary', maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(damage, { maxLength: 3 }),
      fc.integer({ min: 1, max: 40 }),
      async (damages, size) => {
        const text = damages.reduce(
          (was, { at, cut, put }) => was.slice(0, at) + put + was.slice(at + cut),
          seed,
        )
        const whole = await read(utf8(text))
        expect(whole.length).toBeGreaterThan(0)
        expect(whole.slice(0, -1).every(item => item.kind === 'element')).toBe(true)
        expect(await read(utf8(text), {}, size)).toEqual(whole)
      },
    ),
    { numRuns: 500 },
  )
})
