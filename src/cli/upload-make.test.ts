import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './testing.ts'

const now = () => new Date('2026-03-02T12:00:00Z')
const HEADINGS = 'NHS No.;Forename;Surname;D.O.B.;Plan type;Start date;Case no'
const ADA = '999 000 0018;Ada;Test;13/5/2019;Child Protection Plan;20 June 2021;A1'
const BEA = '999 000 0026;Bea;Test;14/5/2019;LAC;21/6/2021;B1'

describe('cpis upload make', () => {
  let directory = ''
  const at = (name: string) => join(directory, name)
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'cpis-test-'))
    writeFileSync(
      at('authority.json'),
      JSON.stringify({ odsCode: 'x9a', name: 'Sandbox Council', dutyPhone: '(01632) 960-001' }),
    )
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const make = (name: string, rows: readonly string[], ...more: string[]) => {
    writeFileSync(at(`${name}.csv`), rows.join('\r\n'))
    return runCli(
      [
        'upload',
        'make',
        at(`${name}.csv`),
        '--authority-file',
        at('authority.json'),
        '-o',
        at(`${name}.xml`),
        ...more,
      ],
      { now },
    )
  }

  test('makes a file that the service would take, for its owner only', async () => {
    const { exitCode, out } = await make('good', [HEADINGS, ADA, BEA], '--sequence', '7')
    expect(exitCode).toBe(0)
    expect(out).toContain('good.xml: file 7, 2 records with 2 plans of 2 rows.')
    expect(statSync(at('good.xml')).mode & 0o077).toBe(0)
    const checked = await runCli(['upload', 'check', at('good.xml'), '--json'], { now })
    expect(checked.exitCode).toBe(0)
    expect(JSON.parse(checked.out)).toMatchObject({
      header: { sequence: 7, authority: { odsCode: 'X9A', dutyPhone: '01632960001' } },
      passed: 2,
    })
    expect(readFileSync(at('good.xml'), 'utf8')).toContain('assigningAuthorityName="X9A:Sandbox Council"')
  })

  test('a row that is left out is named by row and column, in words and as JSON, and the others are made', async () => {
    const rows = [HEADINGS, ADA, BEA.replace('14/5/2019', '31/4/2019')]
    const words = await make('some', rows, '--sequence', '7')
    expect(words.exitCode).toBe(1)
    expect(words.out).toContain('row 3, D.O.B.\n       There is no such day. Correct it.')
    expect(words.err).toContain('1 row left out of the file.')
    const json = JSON.parse((await make('some', rows, '--sequence', '7', '--json')).out)
    expect(json).toMatchObject({ recordCount: 1, rowsLeftOut: 1, leftOut: [{ row: 3, column: 'D.O.B.' }] })
    expect((await runCli(['upload', 'check', at('some.xml')], { now })).exitCode).toBe(0)
    const table = await runCli(['upload', 'check', at('some.csv')], { now })
    expect(table).toMatchObject({ exitCode: 1, err: expect.stringContaining('1 row would be left out.') })
  })

  test('(rule 17.9) rows of a legal status that CP-IS does not hold are said, and keep nobody waiting', async () => {
    const rows = [HEADINGS, ADA, BEA.replace('LAC', 'E1')]
    const words = await make('statuses', rows, '--sequence', '7')
    expect(words.exitCode).toBe(0)
    expect(words.out).toMatch(/not held by CP-IS +legal status E1 \(row 3\)/)
    const json = JSON.parse((await make('statuses', rows, '--sequence', '7', '--json')).out)
    expect(json).toMatchObject({
      recordCount: 1,
      rowsLeftOut: 0,
      skipped: { notHeld: [{ row: 3, status: 'E1' }] },
    })
  })

  test('where no row can be used there is no file', async () => {
    const { exitCode, err } = await make('none', [HEADINGS, ADA.replace('0018', '0019')], '--sequence', '7')
    expect(exitCode).toBe(1)
    expect(err).toContain('No row could be used')
    expect(existsSync(at('none.xml'))).toBe(false)
  })

  test('headings of one’s own are named in a file', async () => {
    const rows = [HEADINGS.replace('Plan type', 'Category'), ADA]
    const without = await make('own', rows, '--sequence', '7')
    expect(without.err).toContain('No column was found for: plan type.')
    writeFileSync(at('map.json'), '{"Plan type": "category"}')
    expect((await make('own', rows, '--sequence', '7', '--columns', at('map.json'))).exitCode).toBe(0)
    writeFileSync(at('map.json'), '["category"]')
    expect((await make('own', rows, '--sequence', '7', '--columns', at('map.json'))).exitCode).toBe(1)
  })

  test('a number is given or counted, and is not given out again', async () => {
    expect((await make('number', [HEADINGS, ADA])).err).toContain('Under which sequence number?')
    const counted = () => make('number', [HEADINGS, ADA], '--state', at('state'), '--after', '41')
    expect((await counted()).out).toContain('file 42,')
    expect((await counted()).out).toContain('file 43,')
  })

  test('an authority that is not described whole is told what is missing', async () => {
    const path = at('half.json')
    writeFileSync(path, '{"odsCode": "?", "name": "Sandbox Council"}')
    const { exitCode, err } = await make('half', [HEADINGS, ADA], '--sequence', '7', '--authority-file', path)
    expect(exitCode).toBe(1)
    expect(err).toMatch(/odsCode: .*\n.*dutyPhone: /)
  })

  test('a later file is told from an earlier one', async () => {
    await make('earlier', [HEADINGS, ADA], '--sequence', '7')
    await make('later', [HEADINGS, ADA.replace('Ada', 'Ava'), BEA], '--sequence', '8')
    const { exitCode, out } = await runCli(['upload', 'diff', at('earlier.xml'), at('later.xml')])
    expect(exitCode).toBe(0)
    expect(out.split('\n')).toEqual([
      '~ 9990000018 (A1): another given name',
      '+ 9990000026 (B1): new, with 1 plan',
      '2 differences; 0 records the same in both.',
    ])
  })
})
