import { describe, expect, test } from 'vitest'
import { collect, inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import { renderXml } from '../xml/xml-writer.ts'
import { readWholeAcknowledgement } from './read-acknowledgement.ts'
import { readQueryResponse } from './read-query-response.ts'
import { readUpload } from './read-upload.ts'
import { fixture, rootOf, treeOf } from './testing.ts'
import { writeAcknowledgement } from './write-acknowledgement.ts'
import { writeQueryResponse } from './write-query-response.ts'
import { writeUpload } from './write-upload.ts'

const ROUND_TRIPS: readonly (readonly [string, string, (document: string) => Promise<string>])[] = [
  ['an upload', fixture('upload.xml'), againUpload],
  ['an acknowledgement', fixture('acknowledgement-of-unreadable-file.xml'), againAcknowledgement],
  ['the response to a query', fixture('query-response.xml'), againResponse],
]

async function againUpload(document: string): Promise<string> {
  const items = await collect(readUpload(inPieces(document)))
  const header = items.find(item => item.kind === 'header')?.header
  if (!header) throw new Error('The file has a header')
  const records = items.flatMap(item => (item.kind === 'record' ? [item.record] : []))
  return textOfPieces(writeUpload(header, records))
}

async function againAcknowledgement(document: string): Promise<string> {
  const read = await readWholeAcknowledgement(inPieces(document))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return textOfPieces(writeAcknowledgement({ ...read.value, results: async function* () {} }))
}

async function againResponse(document: string): Promise<string> {
  const read = readQueryResponse(await rootOf(document))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return renderXml(writeQueryResponse(read.value))
}

const OFFICE = '<telecom use="WP" value="tel:01632960001"/>'
const DUTY = '<telecom use="EC" value="tel:+441632960002"/>'

/** A document whose first authority has these telephones, or another one these where it had none. */
function withPhones(document: string, ...telecoms: string[]): string {
  return document
    .replaceAll(/\s*<telecom.*>/g, '')
    .replace(/(<organisation>\s*<id.*>\s*<name>.*<\/name>)/g, `$1${telecoms.join('')}`)
}

describe('telephones stay in the order in which they were sent (rule 12.7)', () => {
  describe.each(ROUND_TRIPS)('%s', (_, document, again) => {
    test.each([
      ['the office first, as published', [OFFICE, DUTY]],
      ['the duty team first', [DUTY, OFFICE]],
      ['the duty team alone', [DUTY]],
    ])('%s', async (_, telecoms) => {
      const sent = withPhones(document, ...telecoms)
      expect(sent).toContain(telecoms.join(''))
      expect(await treeOf(await again(sent))).toEqual(await treeOf(sent))
    })
  })
})
