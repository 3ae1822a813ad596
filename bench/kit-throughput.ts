import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'csv-parse'
import { SaxesParser } from 'saxes'
import { checkUpload, fileSheet, makeUpload } from '../src/kit/index.ts'
import { sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { numberAt } from '../src/sandbox/number-line.ts'
import { type Measurement, rate } from './support.ts'

const [SMALL, LARGE] = [4_000, 200_000]
const MEGABYTE = 1024 * 1024

/**
 * An upload made of a table, and checked: of the largest authority's size, and of fifty times that. Each against what the
 * reading alone would cost: `make` reads its table twice, and is measured against the CSV parser reading it once.
 */
export async function measureKit(): Promise<Measurement[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-bench-kit-'))
  try {
    const measurements: Measurement[] = []
    let smallPeak = 0
    for (const rows of [SMALL, LARGE]) {
      const table = join(directory, `${rows}.csv`)
      const upload = join(directory, `${rows}.xml`)
      writeTable(table, rows)
      const words = rows.toLocaleString('en-GB')
      const rounds = rows === SMALL ? 5 : 1
      const making = await best(
        rounds,
        () => make(table, upload, rows),
        () => parseTable(table),
      )
      measurements.push(row(`making an upload of ${words} rows`, rows, making, 'csv-parse alone'))
      const checking = await best(
        rounds,
        () => check(upload, rows),
        () => parseUpload(upload),
      )
      measurements.push(row(`checking the upload of ${words} records`, rows, checking, 'saxes alone'))
      const peak = await peakOfMaking(directory, table)
      measurements.push({
        what: `peak memory of cpis upload make, ${words} rows`,
        value: `${Math.round(peak / MEGABYTE)} MB`,
        peer: smallPeak
          ? `with ${SMALL.toLocaleString('en-GB')} rows: ${Math.round(smallPeak / MEGABYTE)} MB`
          : `the table: ${(statSync(table).size / MEGABYTE).toFixed(1)} MB`,
        ratio: (peak / (smallPeak || statSync(table).size)).toFixed(2),
      })
      smallPeak ||= peak
    }
    return measurements
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Seconds {
  readonly ours: number
  readonly peer: number
}

function row(what: string, rows: number, { ours, peer }: Seconds, name: string): Measurement {
  return {
    what,
    value: rate(rows / ours, 'records'),
    peer: `${name}: ${rate(rows / peer, 'records')}`,
    ratio: (peer / ours).toFixed(2),
  }
}

/** The best of several rounds, taken in turns. */
async function best(rounds: number, ours: () => Promise<void>, peer: () => Promise<void>): Promise<Seconds> {
  const seconds = { ours: Number.POSITIVE_INFINITY, peer: Number.POSITIVE_INFINITY }
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of [
      ['ours', ours],
      ['peer', peer],
    ] as const) {
      const begun = performance.now()
      await work()
      seconds[name] = Math.min(seconds[name], (performance.now() - begun) / 1000)
    }
  }
  return seconds
}

/** One row a person, in the form that authorities' systems export. */
function writeTable(path: string, rows: number): void {
  const lines = ['NHS No,Forename,Surname,Date of birth,Plan type,Start date,End date,Person ID']
  for (let nth = 0; nth < rows; nth++) {
    const day = String(1 + (nth % 28)).padStart(2, '0')
    lines.push(
      `${numberAt(nth)},Quince,"Test, the ${nth}th",${day}/05/2019,Child Protection Plan,${day}/06/2021,,P${nth}`,
    )
  }
  writeFileSync(path, lines.join('\r\n'))
}

const [authority] = sandboxAuthorities(1)

async function make(table: string, upload: string, rows: number): Promise<void> {
  if (!authority) throw new Error('There is an authority')
  const { odsCode, name, dutyPhone } = authority
  const now = new Date()
  const head = { authority: { odsCode, name, dutyPhone }, sequence: 1, createdAt: now }
  const made = await makeUpload(fileSheet(table), head, upload, { now })
  if (!made.ok || made.value.recordCount !== rows) throw new Error('Every row makes a record')
}

async function check(upload: string, rows: number): Promise<void> {
  const { passed } = await checkUpload(createReadStream(upload), new Date())
  if (passed !== rows) throw new Error('Every record is good')
}

async function parseTable(table: string): Promise<void> {
  let rows = 0
  for await (const _ of createReadStream(table).pipe(parse())) rows += 1
  if (rows === 0) throw new Error('The table has rows')
}

async function parseUpload(upload: string): Promise<void> {
  const parser = new SaxesParser({ xmlns: true })
  const decoder = new TextDecoder()
  for await (const piece of createReadStream(upload)) parser.write(decoder.decode(piece, { stream: true }))
  parser.close()
}

/** The most memory that the command has at any time, by itself in a process. */
async function peakOfMaking(directory: string, table: string): Promise<number> {
  if (!authority) throw new Error('There is an authority')
  const file = join(directory, 'authority.json')
  writeFileSync(
    file,
    JSON.stringify({ odsCode: authority.odsCode, name: authority.name, dutyPhone: authority.dutyPhone }),
  )
  const args = [
    'upload',
    'make',
    table,
    '--authority-file',
    file,
    '--sequence',
    '1',
    '-o',
    join(directory, 'peak.xml'),
  ]
  const child = spawn(process.execPath, ['src/cli/cpis.ts', ...args], { stdio: 'ignore' })
  let peak = 0
  while (child.exitCode === null) {
    peak = Math.max(peak, peakMemory(child.pid))
    await sleep(10)
  }
  if (child.exitCode !== 0) throw new Error('The upload could not be made')
  return peak
}

function peakMemory(pid: number | undefined): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
