import { afterAll, describe, expect, test } from 'vitest'
import { collect } from '../../../test/support/bytes.ts'
import { localDay } from '../../domain/english-time.ts'
import { readUpload } from '../../formats/hl7v3/read-upload.ts'
import { writeUpload } from '../../formats/hl7v3/write-upload.ts'
import { sandboxAuthorities } from '../../sandbox/authorities.ts'
import { makePopulation } from '../../sandbox/population.ts'
import { type ReadingThreads, startReadingThreads } from './reading-threads.ts'

const limits = { threads: 2, cpuMs: 20_000, uploadCharacters: 10_000_000 }

describe('reading in threads of their own', () => {
  const threads = startReadingThreads(limits)
  const others: ReadingThreads[] = []
  const withLimits = (changed: Partial<typeof limits>) => {
    const started = startReadingThreads({ ...limits, ...changed })
    others.push(started)
    return started
  }
  afterAll(() => Promise.all([threads, ...others].map(each => each.close())))

  test('an upload is read as it is without a thread', async () => {
    const bytes = await uploadOf(450)
    const plain = await collect(readUpload(inPieces(bytes)))
    expect(plain).toHaveLength(452)
    expect(await collect(threads.readUpload(inPieces(bytes)))).toEqual(plain)
  })

  test('so is a fault, after which nothing comes', async () => {
    const bytes = (await uploadOf(5)).subarray(0, 3_000)
    expect(await collect(threads.readUpload(inPieces(bytes)))).toEqual(
      await collect(readUpload(inPieces(bytes))),
    )
  })

  test('more files than threads are read one after the other', async () => {
    const bytes = await uploadOf(120)
    const read = await Promise.all(
      Array.from({ length: 6 }, () => collect(threads.readUpload(inPieces(bytes)))),
    )
    expect(read.map(items => items.length)).toEqual(Array(6).fill(122))
  })

  test('an error of the content is thrown on, and the thread reads the next file', async () => {
    const lost = new Error('The database is gone')
    const broken = async function* () {
      yield (await uploadOf(5)).subarray(0, 500)
      throw lost
    }
    await expect(collect(threads.readUpload(broken()))).rejects.toBe(lost)
    expect(await collect(threads.readUpload(inPieces(await uploadOf(3))))).toHaveLength(5)
  })

  test('nobody has to read to the end', async () => {
    let closed = false
    const watched = async function* () {
      try {
        yield* inPieces(await uploadOf(450))
      } finally {
        closed = true
      }
    }
    for await (const item of threads.readUpload(watched())) if (item.kind === 'header') break
    expect(closed).toBe(true)
    expect(await collect(threads.readUpload(inPieces(await uploadOf(3))))).toHaveLength(5)
  })

  test('a file that takes too long is a fault of the file (rule 3.21)', async () => {
    const bytes = await uploadOf(2_000)
    const items = await collect(withLimits({ cpuMs: 1 }).readUpload(inPieces(bytes)))
    expect(items.at(-1)).toEqual({ kind: 'fault', fault: { kind: 'too-much-work' }, head: {} })
  })

  test('a table is surveyed and its records are made', async () => {
    const table = Buffer.from(
      'NHS number,Given name,Family name,Date of birth,Plan type,Start date\n' +
        '999 000 0018,Pippin,Applecore,01/05/2019,CPP,01/01/2026\n' +
        ',Nobody,,,CPP,01/01/2026\n',
    )
    const read = await threads.readTable(table, new Date('2026-06-01T12:00:00Z'))
    if (!read.ok) throw new Error(read.fault)
    expect(read.value).toMatchObject({ rows: 2, recordCount: 1, rowsLeftOut: 1 })
    expect(await collect(read.value.records())).toMatchObject([{ position: 1 }])
  })

  test('what is no table is told in words', async () => {
    expect(await threads.readTable(Buffer.from('hello'), new Date())).toMatchObject({ ok: false })
  })
})

async function uploadOf(children: number): Promise<Buffer> {
  const authorities = sandboxAuthorities(1)
  const [made] = makePopulation({ seed: 1, authorities, children, today: localDay(new Date()) }).uploads
  if (!made) throw new Error('The population has no upload')
  const records = [...made.records]
  const header = { ...made.header, createdAt: new Date(), sequence: 1, recordCount: records.length }
  return Buffer.concat(await collect(writeUpload(header, records)))
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536)
}
