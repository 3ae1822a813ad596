import { readFileSync } from 'node:fs'
import { SaxesParser } from 'saxes'
import type { Result } from '../src/domain/result.ts'
import type { RecordResult } from '../src/domain/upload/acknowledgement.ts'
import { readAccessNotification } from '../src/formats/hl7v3/read-access-notification.ts'
import { readAcknowledgement, readWholeAcknowledgement } from '../src/formats/hl7v3/read-acknowledgement.ts'
import { readApplicationAcknowledgement } from '../src/formats/hl7v3/read-application-acknowledgement.ts'
import { readInactiveNumberNotification } from '../src/formats/hl7v3/read-inactive-number-notification.ts'
import { readQuery } from '../src/formats/hl7v3/read-query.ts'
import { readQueryFailure } from '../src/formats/hl7v3/read-query-failure.ts'
import { readQueryResponse } from '../src/formats/hl7v3/read-query-response.ts'
import { readUpload } from '../src/formats/hl7v3/read-upload.ts'
import { writeAccessNotification } from '../src/formats/hl7v3/write-access-notification.ts'
import { writeAcknowledgement } from '../src/formats/hl7v3/write-acknowledgement.ts'
import { writeApplicationAcknowledgement } from '../src/formats/hl7v3/write-application-acknowledgement.ts'
import { writeInactiveNumberNotification } from '../src/formats/hl7v3/write-inactive-number-notification.ts'
import { writeQuery } from '../src/formats/hl7v3/write-query.ts'
import { writeQueryFailure } from '../src/formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../src/formats/hl7v3/write-query-response.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import type { XmlElement } from '../src/formats/xml/xml-element.ts'
import { readXml } from '../src/formats/xml/xml-reader.ts'
import { renderXml, XML_DECLARATION, type XmlNode } from '../src/formats/xml/xml-writer.ts'
import { collect, inPieces } from '../test/support/bytes.ts'
import { type Measurement, rate } from './support.ts'

const RECORDS = 4_000
const NOTIFIED = 500
const ACCESSES = 25
const ROUNDS = 5
const ROUND_MS = 200
const PIECE = 65_536
const MEGABYTE = 1024 * 1024

/** One kind of message at a size it has in use. */
interface Sample {
  readonly what: string
  readonly write: () => Promise<readonly Uint8Array[]>
  /** Reads it whole, and throws where that fails. */
  readonly read: (bytes: Uint8Array) => Promise<void>
}

/**
 * Every message of the format, read and written, each against the parser alone over the same bytes: what reading costs beside
 * it is the decoding, the limits, the elements and what is made of them. The best of several rounds, taken in turns.
 */
export async function measureMessages(): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const { what, read, write } of await samples()) {
    const bytes = Buffer.concat(await write())
    const works = { parsing: async () => parse(bytes), reading: () => read(bytes), writing: write }
    const best = { parsing: 0, reading: 0, writing: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of ['parsing', 'reading', 'writing'] as const) {
        best[name] = Math.max(best[name], (await timesASecond(works[name])) * (bytes.length / MEGABYTE))
      }
    }
    for (const name of ['reading', 'writing'] as const) {
      measurements.push({
        what: `${name} ${what}, ${size(bytes.length)}`,
        value: rate(best[name], 'MB'),
        peer: `saxes alone: ${rate(best.parsing, 'MB')}`,
        ratio: (best[name] / best.parsing).toFixed(2),
      })
    }
  }
  return measurements
}

function size(bytes: number): string {
  return bytes < MEGABYTE ? `${Math.round(bytes / 1024)} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`
}

async function timesASecond(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  let times = 0
  let elapsed = 0
  do {
    await work()
    times += 1
    elapsed = performance.now() - begun
  } while (elapsed < ROUND_MS)
  return (times / elapsed) * 1000
}

/** The parser by itself: text in, nothing kept. */
function parse(bytes: Uint8Array): void {
  const parser = new SaxesParser({ xmlns: true })
  const decoder = new TextDecoder()
  parser.on('error', error => {
    throw error
  })
  for (let at = 0; at < bytes.length; at += PIECE) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true }))
  }
  parser.close()
}

async function samples(): Promise<readonly Sample[]> {
  const [query, response] = [
    await messageOf('query', readQuery),
    await messageOf('query-response', readQueryResponse),
  ]
  const failed = await messageOf('query-failure', readQueryFailure)
  const acknowledged = await messageOf('application-acknowledgement', readApplicationAcknowledgement)
  const accessed = taken(await readAccessNotification(fixture('access-notification')))
  const inactive = taken(await readInactiveNumberNotification(fixture('inactive-number-notification')))
  const { answer } = response
  const fullResponse = { ...response, answer: { ...answer, accesses: repeated(answer.accesses, ACCESSES) } }
  const fullAccessed = { ...accessed, notifications: repeated(accessed.notifications, NOTIFIED) }
  const [first, ...others] = repeated(inactive.numbers, NOTIFIED)
  if (!first) throw new Error('The published notification names a number')
  const fullInactive = { ...inactive, numbers: [first, ...others] as const }
  return [
    ...(await uploadSamples()),
    wrapped('a query', () => writeQuery(query), readQuery),
    wrapped(
      `a response with ${ACCESSES} accesses`,
      () => writeQueryResponse(fullResponse),
      readQueryResponse,
    ),
    wrapped('a query failure', () => writeQueryFailure(failed), readQueryFailure),
    wrapped(
      'an application acknowledgement',
      () => writeApplicationAcknowledgement(acknowledged),
      readApplicationAcknowledgement,
    ),
    {
      what: `a notification of ${NOTIFIED} accesses`,
      write: () => collect(writeAccessNotification(fullAccessed)),
      read: async bytes => void taken(await readAccessNotification(inPieces(bytes, PIECE))),
    },
    {
      what: `a notification of ${NOTIFIED} inactive numbers`,
      write: () => collect(writeInactiveNumberNotification(fullInactive)),
      read: async bytes => void taken(await readInactiveNumberNotification(inPieces(bytes, PIECE))),
    },
  ]
}

/** A file and its acknowledgement, in which every tenth record failed. */
async function uploadSamples(): Promise<readonly Sample[]> {
  const items = await collect(readUpload(fixture('upload')))
  const header = items.find(item => item.kind === 'header')?.header
  if (!header) throw new Error('The published file has a header')
  const published = items.flatMap(item => (item.kind === 'record' ? [item.record] : []))
  const records = repeated(published, RECORDS).map((record, index) => ({ ...record, position: index + 1 }))
  const results = records.map(
    (sent): RecordResult =>
      sent.position % 10 === 0 ? { sent, fault: { kind: 'nhs-number-unknown' } } : { sent },
  )
  const acknowledgement = {
    ...taken(await readWholeAcknowledgement(fixture('acknowledgement'))),
    results: () => inPages(results),
  }
  return [
    {
      what: `an upload of ${RECORDS} records`,
      write: () => collect(writeUpload({ ...header, recordCount: RECORDS }, records)),
      read: bytes => drained(readUpload(inPieces(bytes, PIECE))),
    },
    {
      what: `its acknowledgement`,
      write: () => collect(writeAcknowledgement(acknowledgement)),
      read: bytes => drained(readAcknowledgement(inPieces(bytes, PIECE))),
    },
  ]
}

/** A message that is read from its root element, as the interfaces have it. */
function wrapped(
  what: string,
  write: () => XmlNode,
  read: (root: XmlElement) => Result<unknown, unknown>,
): Sample {
  return {
    what,
    write: async () => [Buffer.from(XML_DECLARATION + renderXml(write()))],
    read: async bytes => void taken(read(await rootOf(inPieces(bytes, PIECE)))),
  }
}

function fixture(name: string): AsyncIterable<Uint8Array> {
  return inPieces(readFileSync(new URL(`../src/formats/hl7v3/fixtures/${name}.xml`, import.meta.url)))
}

async function messageOf<T, F>(name: string, read: (root: XmlElement) => Result<T, F>): Promise<T> {
  return taken(read(await rootOf(fixture(name))))
}

async function rootOf(bytes: AsyncIterable<Uint8Array>): Promise<XmlElement> {
  for await (const item of readXml(bytes)) {
    if (item.kind === 'element') return item.element
  }
  throw new Error('A message is a document')
}

async function drained(items: AsyncIterable<{ readonly kind: string }>): Promise<void> {
  let last = ''
  for await (const { kind } of items) last = kind
  if (last !== 'done') throw new Error(`Reading ended with "${last}"`)
}

async function* inPages<T>(items: readonly T[], length = 200): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += length) yield items.slice(at, at + length)
}

function repeated<T>(items: readonly T[], length: number): readonly T[] {
  return Array.from({ length: Math.ceil(length / items.length) }, () => items)
    .flat()
    .slice(0, length)
}

function taken<T, F>(result: Result<T, F>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.fault))
  return result.value
}
