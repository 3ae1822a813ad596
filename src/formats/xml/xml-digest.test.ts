import { expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { readTree } from './read-tree.ts'
import { xmlDigest } from './xml-digest.ts'

const digestOf = async (document: string | Uint8Array) =>
  xmlDigest(
    expectValue(
      await readTree(typeof document === 'string' ? new TextEncoder().encode(document) : document, {}),
    ),
  )

const DOCUMENT = '<a xmlns="urn:x" b="1" c="2"><d>text</d><e/></a>'

test('a digest is of what a document says, however it is written (rule 11.9)', async () => {
  const digest = await digestOf(DOCUMENT)
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  for (const same of [
    '<?xml version="1.0"?>\n<a xmlns="urn:x" c="2" b=\'1\'>\r\n  <d> text\n</d>\n  <!-- x --><e></e>\n</a>\n',
    '<y:a xmlns:y="urn:x" b="1" c="&#50;"><y:d>te<![CDATA[xt]]></y:d><y:e/></y:a>',
  ]) {
    expect(await digestOf(same)).toBe(digest)
  }
  expect(await digestOf(Buffer.from(`\ufeff${DOCUMENT}`, 'utf16le'))).toBe(digest)
})

test.each([
  ['another name', '<a xmlns="urn:x" b="1" c="2"><d>text</d><f/></a>'],
  ['another namespace', '<a xmlns="urn:y" b="1" c="2"><d>text</d><e/></a>'],
  ['another attribute', '<a xmlns="urn:x" b="1" c="3"><d>text</d><e/></a>'],
  ['one attribute less', '<a xmlns="urn:x" b="1"><d>text</d><e/></a>'],
  ['attributes exchanged', '<a xmlns="urn:x" b="2" c="1"><d>text</d><e/></a>'],
  ['another text', '<a xmlns="urn:x" b="1" c="2"><d>te xt</d><e/></a>'],
  ['another order', '<a xmlns="urn:x" b="1" c="2"><e/><d>text</d></a>'],
  ['another depth', '<a xmlns="urn:x" b="1" c="2"><d>text<e/></d></a>'],
  ['one element more', '<a xmlns="urn:x" b="1" c="2"><d>text</d><e/><e/></a>'],
])('a document with %s has another', async (_name, document) => {
  expect(await digestOf(document)).not.toBe(await digestOf(DOCUMENT))
})
