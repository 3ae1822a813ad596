import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect } from '../../test/support/bytes.ts'
import type { OdsCode } from '../domain/organisation.ts'
import type { RecordAsSent } from '../domain/upload/upload.ts'
import { writeUpload } from '../formats/hl7v3/write-upload.ts'
import { numberAt } from '../sandbox/number-line.ts'
import { type Difference, diffUploads, type UploadToDiff } from './diff-uploads.ts'
import { NOW, surveyedRows } from './testing.ts'

const authority = { odsCode: '886' as OdsCode, name: 'Sandbox Council', dutyPhone: '01632960001' }

/** An upload of the rows, made to look as large as it is told. */
async function uploadOf(rows: readonly string[], size?: number): Promise<UploadToDiff> {
  const records: RecordAsSent[] = []
  for await (const { record } of (await surveyedRows(...rows)).records()) records.push(record)
  const head = { authority, sequence: 1, createdAt: NOW, recordCount: records.length }
  const pieces = await collect(writeUpload(head, records))
  return { size: size ?? Buffer.concat(pieces).length, open: () => piecesOf(pieces) }
}

async function* piecesOf(pieces: readonly Uint8Array[]) {
  yield* pieces
}

async function differences(
  earlier: readonly string[],
  later: readonly string[],
  sizes: [number?, number?] = [],
) {
  const found: Difference[] = []
  const [a, b] = [await uploadOf(earlier, sizes[0]), await uploadOf(later, sizes[1])]
  const outcome = await diffUploads(a, b, difference => found.push(difference))
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.fault))
  return { found, same: outcome.value.same }
}

const row = (nth: number, type = 'CPP', start = '13/6/2021', end = '', name = 'Ada') =>
  `${numberAt(nth)},${name},Test,13/5/2019,${type},${start},${end}`

describe.each([
  ['the later file held', [2, 1]],
  ['the earlier file held', [1, 2]],
] as [string, [number, number]][])('with %s', (_which, sizes) => {
  test('what was added, is gone and was changed is named by person and plan', async () => {
    const earlier = [row(0), row(1), row(2), row(2, 'LAC'), row(3), row(4)]
    const later = [
      row(0),
      row(1, 'CPP', '13/6/2021', '1/7/2022'),
      row(2),
      row(2, 'CPP', '1/1/2023'),
      row(3, 'CPP', '13/6/2021', '', 'Bea'),
      row(5),
    ]
    const { found, same } = await differences(earlier, later, sizes)
    expect(same).toBe(1)
    expect(
      found.toSorted((a, b) => `${a.nhsNumber}${a.kind}`.localeCompare(`${b.nhsNumber}${b.kind}`)),
    ).toEqual([
      {
        nhsNumber: numberAt(1),
        kind: 'plan-changed',
        plan: 'CPP',
        start: '202106130000',
        changes: [{ date: 'end', to: '202207010000' }],
      },
      { nhsNumber: numberAt(2), kind: 'plan-added', plan: 'CPP', start: '202301010000' },
      { nhsNumber: numberAt(2), kind: 'plan-gone', plan: 'LAC', start: '202106130000' },
      { nhsNumber: numberAt(3), kind: 'person-changed', items: ['given name'] },
      { nhsNumber: numberAt(4), kind: 'record-gone', plans: 1 },
      { nhsNumber: numberAt(5), kind: 'record-added', plans: 1 },
    ])
  })
})

test('whichever file is held, the differences are the same', async () => {
  const rows = fc.array(
    fc.record({
      nth: fc.integer({ min: 0, max: 4 }),
      type: fc.constantFrom('CPP', 'LAC'),
      start: fc.constantFrom('13/6/2021', '14/6/2021', '15/6/2021', '16/6/2021'),
      end: fc.constantFrom('', '13/6/2022'),
    }),
    { minLength: 1, maxLength: 15 },
  )
  const unlike = (made: { nth: number; type: string; start: string; end: string }[]) => [
    ...new Map(
      made.map(one => [`${one.nth} ${one.type} ${one.start}`, row(one.nth, one.type, one.start, one.end)]),
    ).values(),
  ]
  const sorted = (found: Difference[]) =>
    found.map(difference => JSON.stringify(Object.entries(difference).toSorted())).toSorted()
  await fc.assert(
    fc.asyncProperty(rows, rows, async (a, b) => {
      const one = await differences(unlike(a), unlike(b), [1, 2])
      const other = await differences(unlike(a), unlike(b), [2, 1])
      expect(sorted(one.found)).toEqual(sorted(other.found))
      expect(one.same).toBe(other.same)
      expect((await differences(unlike(a), unlike(a))).found).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test('a file that cannot be read is named', async () => {
  const broken: UploadToDiff = { size: 5, open: () => piecesOf([Buffer.from('<File')]) }
  expect(await diffUploads(await uploadOf([row(0)]), broken, () => undefined)).toMatchObject({
    ok: false,
    fault: { which: 'later', fault: { kind: 'not-readable' } },
  })
})
