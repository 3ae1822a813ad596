import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type CalendarDate, localDay, parseCalendarDate } from '../domain/english-time.ts'
import { sandboxAuthorities } from '../sandbox/authorities.ts'
import { LARGEST_POPULATION, makePopulation } from '../sandbox/population.ts'
import { writeUploadFile } from '../sandbox/upload-file.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { startProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { counted } from './words.ts'

export interface PopulationCommandOptions {
  readonly authorities: number
  readonly children: number
  readonly seed: number
  readonly sequence: number
  readonly day?: string
  readonly out: string
}

interface WrittenFile {
  readonly path: string
  readonly authority: string
  readonly records: number
  readonly bytes: number
}

/** Writes the files of a population, one after the other, in flat memory. */
export async function populationMake(
  terminal: Terminal,
  options: PopulationCommandOptions,
  now: Date,
): Promise<CommandResult> {
  const { authorities: count, children, seed, sequence, out } = options
  const day = options.day === undefined ? localDay(now) : wholeDay(options.day)
  if (!day) return refused('--day must be a real day, written YYYY-MM-DD.')
  if (!Number.isInteger(children) || children < count || children > LARGEST_POPULATION)
    return refused(
      `--children must be a whole number from ${count}, one for each authority, to ${LARGEST_POPULATION}.`,
    )
  const authorities = sandboxAuthorities(count)
  const { uploads } = makePopulation({ seed, authorities, children, today: day, sequence })
  await mkdir(out, { recursive: true })
  const total = uploads.reduce((sum, { header }) => sum + header.recordCount, 0)
  const progress = startProgress(terminal, 'writing', total)
  const files: WrittenFile[] = []
  let before = 0
  try {
    for (const { authority, header, records } of uploads) {
      const path = join(out, `upload-${authority.odsCode}-${header.sequence}.xml`)
      await writeUploadFile(path, header, records, count => progress.update(before + count))
      before += header.recordCount
      const { size: bytes } = await stat(path)
      files.push({ path, authority: authority.odsCode, records: header.recordCount, bytes })
    }
  } finally {
    progress.stop()
  }
  return done({ seed, day, sequence, records: total, files }, filesWords(files, { seed, day, total }))
}

function filesWords(
  files: readonly WrittenFile[],
  { seed, day, total }: { seed: number; day: CalendarDate; total: number },
): string {
  return [
    ...files.map(({ path, records, bytes }) => `${path}  ${counted(records, 'record')}, ${sizeWords(bytes)}`),
    '',
    `${counted(total, 'record')} of the made-up country with seed ${seed} on ${day}. A sandbox knows these people if it`,
    'has the same seed and was first started on that day: otherwise give its day with --day.',
  ].join('\n')
}

function sizeWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function wholeDay(text: string): CalendarDate | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? parseCalendarDate(text) : undefined
}
