import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import type { PlanTime } from '../../domain/english-time.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Acknowledgement, RecordResult } from '../../domain/upload/acknowledgement.ts'
import type { FileCode } from '../../domain/upload/apply-upload.ts'
import { codeOf, type RecordFault } from '../../domain/upload/record-faults.ts'
import { reasonOf } from '../../domain/upload/record-reasons.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import {
  readAcknowledgement,
  readWholeAcknowledgement,
  type WholeAcknowledgement,
} from './read-acknowledgement.ts'
import { canBeWritten } from './records.ts'
import {
  anyContact,
  anyGoodRecords,
  anyInstant,
  anyOrganisation,
  anyRecords,
  anySequence,
  anyText,
  fixture,
  rootOf,
  treeOf,
} from './testing.ts'
import { unlikePublished } from './unlike-published.ts'
import { writeAcknowledgement } from './write-acknowledgement.ts'

const FAULTS: readonly RecordFault[] = [
  { kind: 'nhs-number-unknown' },
  { kind: 'sensitive' },
  { kind: 'different-person', items: ['family name', 'date of birth'] },
  { kind: 'nhs-number-format' },
  { kind: 'superseded' },
  { kind: 'bad-birth-date' },
  { kind: 'delete-of-unknown-plan', plan: 'UCPP' },
]

async function* pagesOf<T>(items: readonly T[], size = 2): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}

function acknowledging(
  results: readonly RecordResult[],
  rest: Omit<Acknowledgement, 'results' | 'loaded' | 'failed'>,
): Acknowledgement {
  const failed = results.filter(({ fault }) => fault).length
  return { ...rest, loaded: results.length - failed, failed, results: () => pagesOf(results) }
}

/** An acknowledgement as it was before it was written: a fault is known by its reason. */
function asSent({ verdicts, records, ...rest }: WholeAcknowledgement): Acknowledgement {
  const results = records.map(({ record }, index): RecordResult => {
    const fault = FAULTS.find(fault => reasonOf(fault) === verdicts[index]?.reason)
    return fault ? { sent: record, fault } : { sent: record }
  })
  return acknowledging(results, rest)
}

test('a record that was loaded beside an older plan says so beside its code (rule 3.26)', async () => {
  const sent = { position: 1, plans: [], subjects: [{ kind: 'child' as const, nhsNumber: '9990000018' }] }
  const start = '202511010000' as PlanTime
  const written = writeAcknowledgement(
    acknowledging([{ sent, overlapped: { plan: 'CPP', start } }], {
      createdAt: new Date('2026-11-01T09:00:00Z'),
      sequence: 1,
      transmissionQuantity: 1,
      fileCode: 'CPF02',
      authority: { odsCode: 'X9A' as OdsCode, name: 'COUNCIL', dutyPhone: '01632960001' },
    }),
  )
  const read = await readWholeAcknowledgement(written)
  expect(read).toMatchObject({
    ok: true,
    value: {
      verdicts: [{ code: 'CPR06', reason: expect.stringContaining('from 01/11/2025 is still shown') }],
    },
  })
})

describe('as published', () => {
  async function golden(name: string) {
    const read = await readWholeAcknowledgement(inPieces(fixture(name)))
    if (!read.ok) throw new Error(JSON.stringify(read.fault))
    const written = await textOfPieces(writeAcknowledgement(asSent(read.value)))
    return { read: read.value, written: await treeOf(written), expected: await treeOf(fixture(name)) }
  }

  test('a file loaded in part: every record has its code, a failed one its reason and its content (rule 3.20)', async () => {
    const { read, written, expected } = await golden('acknowledgement.xml')
    expect(written).toEqual(expected)
    expect(read).toMatchObject({
      sequence: 42,
      transmissionQuantity: 3,
      fileCode: 'CPF03',
      loaded: 1,
      failed: 2,
      authority: { odsCode: '9Z1', dutyPhone: '+441632960002', officePhone: '01632960001' },
    })
    expect(read.verdicts.map(({ position, code }) => [position, code])).toEqual([
      [1, 'CPR06'],
      [2, 'CPR01'],
      [3, 'CPR07'],
    ])
    expect(read.records.map(({ loaded, record }) => [loaded, record.plans.length])).toEqual([
      [true, 0],
      [false, 1],
      [false, 1],
    ])
  })

  test('a file that could not be read: -1, the reason, and an authority whose numbers are not known', async () => {
    const { read, written, expected } = await golden('acknowledgement-of-unreadable-file.xml')
    expect(written).toEqual(expected)
    expect(read).toMatchObject({
      sequence: -1,
      transmissionQuantity: -1,
      fileCode: 'CPF01',
      fileReason: 'Records: the file holds none. Send a file with at least one record.',
      verdicts: [],
      records: [],
    })
  })
})

/** Records of a file, some of them with faults. */
function anyResultsOf(records: fc.Arbitrary<readonly RecordAsSent[]>): fc.Arbitrary<readonly RecordResult[]> {
  const anyFault = fc.option(fc.constantFrom(...FAULTS), { nil: undefined })
  return records.chain(records =>
    fc.array(anyFault, { minLength: records.length, maxLength: records.length }).map(faults =>
      records.map((sent, index): RecordResult => {
        const fault = faults[index]
        return fault ? { sent, fault } : { sent }
      }),
    ),
  )
}

const anyHead = fc.record(
  {
    createdAt: anyInstant,
    sequence: fc.oneof(anySequence, fc.constant(-1)),
    transmissionQuantity: fc.integer({ min: -1, max: 100_000 }),
    fileCode: fc.constantFrom<FileCode>('CPF01', 'CPF02', 'CPF03', 'CPF04', 'CPF05', 'CPF06'),
    fileReason: anyText,
    authority: anyContact,
  },
  { requiredKeys: ['createdAt', 'sequence', 'transmissionQuantity', 'fileCode', 'authority'] },
)

test('any acknowledgement is read as it was written, and writing it again gives the same bytes', async () => {
  const anyResults = fc.oneof(anyResultsOf(anyRecords), fc.constant([]))
  const anyAuthority = fc.oneof(anyContact, anyOrganisation)
  await fc.assert(
    fc.asyncProperty(anyHead, anyAuthority, anyResults, async (someHead, authority, results) => {
      const head = { ...someHead, authority }
      const acknowledgement = acknowledging(results, head)
      const written = await textOfPieces(writeAcknowledgement(acknowledgement))
      const { loaded, failed } = acknowledgement
      const read = await readWholeAcknowledgement(inPieces(written))
      expect(read).toEqual({
        ok: true,
        value: {
          ...head,
          loaded,
          failed,
          verdicts: results.map(({ sent: { position }, fault }) =>
            fault ? { position, code: codeOf(fault), reason: reasonOf(fault) } : { position, code: 'CPR06' },
          ),
          records: results
            .filter(({ sent, fault }) => canBeWritten(sent, fault ? 'all' : 'subjects'))
            .map(({ sent, fault }, index) => ({
              loaded: !fault,
              record: { ...sent, position: index + 1, plans: fault ? sent.plans : [] },
            })),
        },
      })
      // What was left out cannot be written again.
      if (read.ok && read.value.records.length === results.length)
        expect(await textOfPieces(writeAcknowledgement(asSent(read.value)))).toBe(written)
    }),
  )
})

// Whatever else records say is held to the published schemas, which CI asks about every message that a test writes.
test('any acknowledgement of whole records is written as published (rule 3.20)', async () => {
  await fc.assert(
    fc.asyncProperty(anyHead, anyResultsOf(anyGoodRecords), async (head, results) => {
      const written = await textOfPieces(writeAcknowledgement(acknowledging(results, head)))
      expect(unlikePublished(await rootOf(written))).toEqual([])
    }),
  )
})

test('a long acknowledgement is written and read in step, a few records at a time', async () => {
  const count = 20_000
  const sent: RecordAsSent = {
    position: 1,
    plans: [{ type: 'CPP', start: '202601050900' }],
    subjects: [
      { kind: 'child', nhsNumber: '9990000018', birthTime: '20190501', given: 'Tansy', family: 'Testcase' },
    ],
  }
  const read = { verdict: 0, record: 0 }
  let passes = 0
  let produced = 0
  let furthestAhead = 0
  async function* results(): AsyncGenerator<readonly RecordResult[]> {
    passes += 1
    for (produced = 0; produced < count; produced += 10) {
      const position = produced
      yield Array.from({ length: 10 }, (_, index) => ({ sent: { ...sent, position: position + index + 1 } }))
    }
  }
  const pieces = writeAcknowledgement({
    createdAt: new Date('2026-06-02T08:31:05Z'),
    sequence: 42,
    transmissionQuantity: count,
    fileCode: 'CPF02',
    authority: { odsCode: '9Z1' as never, name: 'EXAMPLE COUNCIL' },
    loaded: count,
    failed: 0,
    results,
  })
  for await (const item of readAcknowledgement(pieces)) {
    if (item.kind === 'verdict' || item.kind === 'record') read[item.kind] += 1
    if (read.verdict < count) furthestAhead = Math.max(furthestAhead, produced - read.verdict)
    else if (read.record > 0) furthestAhead = Math.max(furthestAhead, produced - read.record)
  }
  expect(read).toEqual({ verdict: count, record: count })
  expect(passes).toBe(2)
  expect(furthestAhead).toBeLessThan(200)
})

describe('what is not an acknowledgement', () => {
  test.each([
    ['another root', '<File xmlns="urn:hl7-org:v3"/>', { kind: 'not-readable', problem: 'wrong-root' }],
    [
      'an empty one',
      '<FileResponse xmlns="urn:hl7-org:v3"/>',
      { kind: 'incomplete', element: 'acknowledgementFile' },
    ],
    [
      'an unknown file code',
      fixture('acknowledgement.xml').replace('CPF03', 'CPF99'),
      { kind: 'incomplete', element: 'acknowledgementFile' },
    ],
    [
      'an unknown record code',
      fixture('acknowledgement.xml').replace('CPR01', 'CPR99'),
      { kind: 'incomplete', element: 'code' },
    ],
    [
      'a location that names no record',
      fixture('acknowledgement.xml').replace('record[2]', 'record'),
      { kind: 'incomplete', element: 'location' },
    ],
    [
      'no totals',
      fixture('acknowledgement.xml').replace(/<failed[\s\S]*?<\/failed.*>/, ''),
      { kind: 'incomplete', element: 'failedReturnedCP-ISRecords' },
    ],
    [
      'cut off',
      fixture('acknowledgement.xml').slice(0, 3000),
      { kind: 'not-readable', problem: 'malformed' },
    ],
  ])('%s', async (_, text, fault) => {
    expect((await collect(readAcknowledgement(inPieces(text)))).at(-1)).toMatchObject({
      kind: 'fault',
      fault,
    })
    expect(await readWholeAcknowledgement(inPieces(text))).toMatchObject({ ok: false, fault })
  })
})
