import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { textOfPieces } from '../../test/support/bytes.ts'
import type { CalendarDate } from '../domain/english-time.ts'
import type { RecordAsSent } from '../domain/upload/upload.ts'
import { writeUpload } from '../formats/hl7v3/write-upload.ts'
import { sandboxAuthorities } from '../sandbox/authorities.ts'
import { makePopulation } from '../sandbox/population.ts'
import { runCli } from './testing.ts'

const DAY = '2026-03-02' as CalendarDate
const now = () => new Date('2026-03-02T12:00:00Z')

/** The file of one authority and a hundred people: in its four rounds is one record with a number mistyped. */
async function uploadText(
  change: { createdAt?: Date; records?: (all: RecordAsSent[]) => RecordAsSent[] } = {},
) {
  const [upload] = makePopulation({
    seed: 1,
    authorities: sandboxAuthorities(1),
    children: 100,
    today: DAY,
  }).uploads
  if (!upload) throw new Error('One authority has one file')
  const records = (change.records ?? (all => all))([...upload.records])
  const { createdAt = upload.header.createdAt } = change
  return textOfPieces(writeUpload({ ...upload.header, createdAt, recordCount: records.length }, records))
}

/** The same plans, of somebody whose given name is another. */
const otherwise = (record: RecordAsSent): RecordAsSent => ({
  ...record,
  subjects: record.subjects.map(subject => ({ ...subject, given: 'Otherwise' })),
})

describe('cpis upload check', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'cpis-test-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const check = async (text: string, ...more: string[]) => {
    const path = join(directory, 'upload.xml')
    writeFileSync(path, text)
    return runCli(['upload', 'check', path, ...more], { now })
  }

  test('names each record that would be refused, with its code and what to correct', async () => {
    const { exitCode, out, err } = await check(await uploadText())
    expect(exitCode).toBe(1)
    expect(out).toContain('Kent County Council (sandbox) (886)')
    expect(out).toContain('CPR04  record 100 (P0000100)\n       NHS number: it must be ten digits')
    expect(out).toContain('99 records good, 1 to be refused.')
    expect(err).toContain('1 record would be refused.')
  })

  test('a record that stands there again, word for word, is good and counted once; refused ones too (rule 3.9)', async () => {
    const renumbered = (all: readonly RecordAsSent[]) =>
      all.map((record, index) => ({ ...record, position: index + 1 }))
    const again = await check(await uploadText({ records: all => renumbered([...all, ...all.slice(98)]) }))
    expect(again.out).toContain('99 records good, 1 to be refused.')
  })

  test('a file without a fault is good, as far as it was looked', async () => {
    const { exitCode, out, err } = await check(await uploadText({ records: all => all.slice(0, 99) }))
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain('99 records good, 0 to be refused.')
    expect(out).toContain('Only the service can say whether PDS')
  })

  test('a plan that an earlier record carried fails its record (rule 3.9)', async () => {
    const twice = await uploadText({
      records: ([first]) => (first ? [first, { ...otherwise(first), position: 2 }] : []),
    })
    const { exitCode, out } = await check(twice, '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      passed: 1,
      failed: [{ position: 2, code: 'CPR07' }],
      error: { kind: 'refused' },
    })
  })

  test.each([
    ['cut short', (xml: string) => xml.slice(0, 5000), 'ends before its last element does'],
    [
      'without its duty number',
      (xml: string) => xml.replace('use="EC"', 'use="WP"'),
      'Emergency duty number',
    ],
    [
      'with the wrong count',
      (xml: string) => xml.replace('transmissionQuantity value="100"', 'transmissionQuantity value="99"'),
      'the file says 99 and holds 100',
    ],
    ['that is no upload', () => '{"records": []}', 'Not well-formed XML'],
    ['that is empty', () => '', 'holds no XML element'],
  ])('a file %s would be refused as a whole', async (_how, broken, words) => {
    const { exitCode, out, err } = await check(broken(await uploadText()))
    expect(exitCode).toBe(1)
    expect(out.replace(/\s+/g, ' ')).toContain(words)
    expect(out).toContain('CPF01')
    expect(err).toContain('refused as a whole')
  })

  test('a file from more than a day ahead is refused before its records are read (rule 3.11)', async () => {
    const { exitCode, out } = await check(await uploadText({ createdAt: new Date('2026-03-03T12:00:01Z') }))
    expect(exitCode).toBe(1)
    expect(out).toContain('Creation time: it is more than 24 hours in the future.')
  })

  test('a file that is not there is a fault', async () => {
    const { exitCode, err } = await runCli(['upload', 'check', join(directory, 'nowhere.xml')])
    expect(exitCode).toBe(2)
    expect(err).toContain('nowhere.xml is not there.')
  })

  test('files of a population can be made, any number of them, the same each time', async () => {
    const make = (out: string) =>
      runCli(
        [
          'population',
          'make',
          '--children',
          '60',
          '--authorities',
          '2',
          '--day',
          DAY,
          '--out',
          out,
          '--json',
        ],
        { now },
      )
    const [first, second] = [await make(join(directory, 'a')), await make(join(directory, 'b'))]
    expect(first.exitCode).toBe(0)
    const [one, two] = [first, second].map(({ out }) => JSON.parse(out))
    expect(one.files).toHaveLength(2)
    expect(one.files.map((file: { bytes: number }) => file.bytes)).toEqual(
      two.files.map((file: { bytes: number }) => file.bytes),
    )
    for (const { path, records } of one.files) {
      const checked = await runCli(['upload', 'check', path, '--json'], { now })
      const { passed, failed } = JSON.parse(checked.out)
      expect(passed + failed.length).toBe(records)
    }
  })

  test.each([
    ['--children', '1'],
    ['--children', 'many'],
    ['--day', '2026-02-30'],
    ['--authorities', '154'],
    ['--seed', '-1'],
  ])('a population with %s %s is refused', async (option, value) => {
    const { exitCode, err } = await runCli(
      ['population', 'make', '--children', '60', '--out', directory, option, value],
      { now },
    )
    expect(exitCode).toBe(1)
    expect(err).toContain(option)
  })
})
