import { stat } from 'node:fs/promises'
import { openAuthorityState } from '../kit/authority-state.ts'
import { fileSheet } from '../kit/file-sheet.ts'
import { type MadeUpload, makeUpload, type NotMade } from '../kit/make-upload.ts'
import { rowsLeftOut, sheetReasonOf } from '../kit/sheet-report.ts'
import { type CommandFailure, type CommandResult, done, refused } from './command-result.ts'
import { startProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { authorityFrom, columnMapFrom, sheetData, sheetWords } from './upload-sheet.ts'
import { counted } from './words.ts'

export interface UploadMakeOptions {
  readonly authorityFile: string
  readonly sequence?: number
  readonly state?: string
  readonly after?: number
  readonly columns?: string
  readonly output: string
}

/** `cpis upload make`: an upload out of a table of people. */
export async function uploadMake(
  terminal: Terminal,
  path: string,
  options: UploadMakeOptions,
  now: Date,
): Promise<CommandResult> {
  const authority = await authorityFrom(options.authorityFile)
  if (!authority.ok) return authority.fault
  const map = await columnMapFrom(options.columns)
  if (!map.ok) return map.fault
  const { size } = await stat(path)
  const sequence = await sequenceFor(options)
  if (typeof sequence !== 'number') return sequence
  // The table is read to find out its encoding, to look through it, and to write it.
  const progress = startProgress(terminal, 'making', size)
  const source = fileSheet(path, progress.update)
  const head = { authority: authority.value, sequence, createdAt: now }
  const made = await makeUpload(source, head, options.output, { map: map.value, now }).finally(progress.stop)
  return made.ok ? madeResult(terminal, made.value, sequence, options.output) : notMade(terminal, made.fault)
}

/** The number of the option, or the next of the authority's own, which is used up from now on. */
async function sequenceFor({ sequence, state, after }: UploadMakeOptions): Promise<number | CommandFailure> {
  if (sequence !== undefined && state === undefined) return sequence
  if (state === undefined) {
    return refused(
      'Under which sequence number?',
      'Give --sequence NUMBER, one above the last, or --state DIRECTORY to have it counted.',
    )
  }
  const opened = await openAuthorityState(state)
  try {
    if (after !== undefined) await opened.useSequence(after)
    if (sequence !== undefined) await opened.useSequence(sequence)
    return sequence ?? (await opened.takeSequence())
  } finally {
    await opened.close()
  }
}

function madeResult(terminal: Terminal, made: MadeUpload, sequence: number, path: string): CommandResult {
  const { report, recordCount, planCount, bytes, sha256 } = made
  const left = rowsLeftOut(report)
  const data = { path, sequence, recordCount, planCount, bytes, sha256, ...sheetData(report) }
  const text = [
    sheetWords(terminal, report),
    `${path}: file ${sequence}, ${counted(recordCount, 'record')} with ${counted(planCount, 'plan')} of ${counted(report.rows, 'row')}.`,
  ]
    .filter(Boolean)
    .join('\n\n')
  if (left === 0) return done(data, text)
  return {
    ...refused(
      `${counted(left, 'row')} left out of the file.`,
      'Correct them in your own system and make it again.',
    ),
    shown: { data, text },
  }
}

/** Why there is no upload, with what is wrong in the rows where that is why. */
export function notMade(terminal: Terminal, { fault, report }: NotMade): CommandFailure {
  const failure = refused(sheetReasonOf(fault))
  return report
    ? { ...failure, shown: { data: sheetData(report), text: sheetWords(terminal, report) } }
    : failure
}
