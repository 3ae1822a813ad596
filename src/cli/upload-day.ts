import { stat } from 'node:fs/promises'
import { openAuthorityState } from '../kit/authority-state.ts'
import { fileSheet } from '../kit/file-sheet.ts'
import { type DayStep, workTheDay } from '../kit/working-day.ts'
import type { Config } from '../main/config.ts'
import { type CommandResult, done } from './command-result.ts'
import { dayData, dayFailure, dayWords } from './day-report.ts'
import { type MailboxOptions, openMailbox } from './mailbox-options.ts'
import type { Terminal } from './terminal.ts'
import { workflowsOf } from './upload-collect.ts'
import { authorityFrom, columnMapFrom } from './upload-sheet.ts'
import { openTrace } from './upload-trace.ts'

export interface UploadDayOptions extends MailboxOptions {
  readonly authorityFile: string
  readonly state: string
  readonly after?: number
  readonly columns?: string
  readonly gzip?: true
  readonly patience: number
  readonly trace?: true
  readonly pdsUrl?: string
  readonly pdsToken?: string
}

const FIRST_CHECK_MS = 500

const STEP_WORDS: Readonly<Record<DayStep, string>> = {
  settle: 'Finding out what became of earlier files',
  make: 'Making the file',
  check: 'Checking it',
  trace: 'Asking PDS about everybody',
  send: 'Sending it',
  await: 'Waiting for its acknowledgement',
  collect: 'Collecting what waits',
}

/** `cpis upload day`: everything an authority does in a day, for its scheduler. */
export async function uploadDay(
  terminal: Terminal,
  config: Config,
  path: string,
  options: UploadDayOptions,
  now: () => Date,
): Promise<CommandResult> {
  const authority = await authorityFrom(options.authorityFile)
  if (!authority.ok) return authority.fault
  const map = await columnMapFrom(options.columns)
  if (!map.ok) return map.fault
  await stat(path)
  const mailbox = await openMailbox(config, options)
  if (!mailbox.ok) return mailbox.fault
  const { mesh } = mailbox.value
  const pds = options.trace ? await openTrace(config, options, now) : undefined
  if (pds && !pds.ok) return pds.fault
  const state = await openAuthorityState(options.state)
  try {
    if (options.after !== undefined) await state.useSequence(options.after)
    await mesh.handshake()
    const report = await workTheDay(
      {
        state,
        mesh,
        to: config.mesh.cpisMailbox,
        workflowId: config.mesh.uploadWorkflow,
        workflows: workflowsOf(config),
        ...(options.gzip && { gzip: true }),
        ...(pds && { trace: pds.value }),
        now,
        patienceMs: options.patience * 1000,
        checkEveryMs: FIRST_CHECK_MS,
        onStep: step => terminal.watched && terminal.err(`${STEP_WORDS[step]}.`),
      },
      fileSheet(path),
      { authority: authority.value, map: map.value },
    )
    const shown = { data: dayData(report), text: dayWords(terminal, report) }
    const failure = dayFailure(report)
    return failure ? { ...failure, shown } : done(shown.data, shown.text)
  } finally {
    await state.close()
  }
}
