import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import { parseNhsNumber } from '../../domain/nhs-number.ts'
import type { UploadItem } from '../../domain/upload/file-faults.ts'
import type { RecordAsSent, UploadHeader } from '../../domain/upload/upload.ts'
import { readUpload } from './read-upload.ts'
import { anyGoodRecords, anyHeader, anyRecords, fixture, rootOf, treeOf } from './testing.ts'
import { unlikePublished } from './unlike-published.ts'
import { writeUpload } from './write-upload.ts'

const read = (text: string | Uint8Array) => collect(readUpload(inPieces(text)))

function parts(items: readonly UploadItem[]) {
  const header = items.find(item => item.kind === 'header')?.header
  const records = items.flatMap(item => (item.kind === 'record' ? [item.record] : []))
  return { header, records }
}

describe('a file as published', () => {
  const header: UploadHeader = {
    createdAt: new Date('2026-06-02T08:30:00Z'),
    sequence: 42,
    recordCount: 3,
    authority: expect.objectContaining({
      odsCode: '9Z1',
      name: 'EXAMPLE COUNCIL',
      dutyPhone: '+441632960002',
      officePhone: '01632960001',
    }),
  }

  test('is read: header, records in order, done', async () => {
    const items = await read(fixture('upload.xml'))
    expect(items.map(item => item.kind)).toEqual(['header', 'record', 'record', 'record', 'done'])
    expect(items[0]).toEqual({ kind: 'header', header })
    expect(items[1]).toEqual({
      kind: 'record',
      record: {
        position: 1,
        plans: [
          { type: 'CPP', start: '202601050900' },
          { type: 'LAC', start: '202511010000', end: '202602280000', delete: '202603010815' },
        ],
        subjects: [
          {
            kind: 'child',
            nhsNumber: '9990000018',
            localId: 'CH/1',
            localIdAuthority: '9Z1:EXAMPLE COUNCIL',
            birthTime: '20190501',
            given: 'Tansy Mae',
            family: "O'Testcase",
          },
        ],
      },
    })
    expect(parts(items).records[1]).toEqual({
      position: 2,
      plans: [{ type: 'UCPP', start: '202601010000', end: '202609010000' }],
      subjects: [
        {
          kind: 'mother',
          nhsNumber: '9990001014',
          birthTime: '19950501',
          given: 'Zoë',
          family: 'Šample & Śon',
        },
      ],
    })
    expect(parts(items).records[2]?.subjects[0]).toMatchObject({ given: 'Rowan 😀', family: '<Testcase>' })
    expect(items.at(-1)).toEqual({ kind: 'done', recordCount: 3 })
    for (const { subjects } of parts(items).records) {
      expect(parseNhsNumber(subjects[0]?.nhsNumber ?? '').ok).toBe(true)
    }
  })

  test('is written as it was', async () => {
    const { header, records } = parts(await read(fixture('upload.xml')))
    if (!header) throw new Error('The fixture has a header')
    const written = await textOfPieces(writeUpload(header, records))
    expect(await treeOf(written)).toEqual(await treeOf(fixture('upload.xml')))
  })

  test.each([
    ['UTF-16', Buffer.from(`\ufeff${fixture('upload.xml').replace('UTF-8', 'UTF-16')}`, 'utf16le')],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${fixture('upload.xml')}`)],
  ])('reads the same in %s', async (_, bytes) => {
    expect(await read(new Uint8Array(bytes))).toEqual(await read(fixture('upload.xml')))
  })
})

test('any upload that is written is read as it was, and writing it again gives the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(anyHeader, anyRecords, async (someHeader, records) => {
      const header = { ...someHeader, recordCount: records.length }
      const written = await textOfPieces(writeUpload(header, records))
      const again = parts(await read(written))
      expect(again).toEqual({ header, records })
      expect(await textOfPieces(writeUpload(again.header ?? header, again.records))).toBe(written)
    }),
  )
})

test('any upload of whole records is written as published', async () => {
  await fc.assert(
    fc.asyncProperty(anyHeader, anyGoodRecords, async (header, records) => {
      const written = await textOfPieces(writeUpload({ ...header, recordCount: records.length }, records))
      expect(unlikePublished(await rootOf(written))).toEqual([])
    }),
  )
})

describe('a careless system is understood', () => {
  test('other prefixes and order, missing roots, no offset, spaces in numbers, several given names, empty dates', async () => {
    const { header, records } = parts(await read(fixture('upload-by-a-careless-system.xml')))
    expect(header).toEqual({
      createdAt: new Date('2026-07-01T08:30:00Z'),
      sequence: 43,
      recordCount: 2,
      authority: { odsCode: '9Z1', name: 'EXAMPLE COUNCIL', dutyPhone: '01632960002' },
    })
    expect(records).toEqual([
      {
        position: 1,
        plans: [{ type: 'CPP', start: '202601050900' }],
        subjects: [
          {
            kind: 'child',
            nhsNumber: '9990000018',
            localId: 'CH/1',
            birthTime: '201905010815',
            given: 'Tansy Mae Ann',
            family: 'Testcase',
          },
        ],
      },
      {
        position: 2,
        plans: [{ type: 'UCPP', start: '202601010000', end: '202609010000' }],
        subjects: [
          {
            kind: 'mother',
            nhsNumber: '9990001014',
            localId: 'M/2',
            birthTime: '19950501',
            given: 'Zoë',
            family: 'Sample',
          },
        ],
      },
    ])
  })

  test('and once written it is as published', async () => {
    const { header, records } = parts(await read(fixture('upload-by-a-careless-system.xml')))
    if (!header) throw new Error('The fixture has a header')
    const written = await textOfPieces(writeUpload(header, records))
    expect(parts(await read(written))).toEqual({ header, records })
    expect(unlikePublished(await rootOf(written))).toEqual([])
  })
})

test('a large file is written and read in step, a few records at a time', async () => {
  const count = 20_000
  const { header, records } = parts(await read(fixture('upload.xml')))
  const [first] = records
  if (!header || !first) throw new Error('The fixture has a header and records')
  let written = 0
  let furthestAhead = 0
  let readSoFar = 0
  function* many(record: RecordAsSent) {
    while (written < count) yield { ...record, position: ++written }
  }
  for await (const item of readUpload(writeUpload({ ...header, recordCount: count }, many(first)))) {
    if (item.kind === 'record') readSoFar += 1
    furthestAhead = Math.max(furthestAhead, written - readSoFar)
    if (item.kind === 'fault') throw new Error(JSON.stringify(item.fault))
  }
  expect(readSoFar).toBe(count)
  expect(furthestAhead).toBeLessThan(50)
})
