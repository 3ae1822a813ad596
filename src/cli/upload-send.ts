import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { unreachable } from '../domain/result.ts'
import { openAuthorityState } from '../kit/authority-state.ts'
import { type AcknowledgementSummary, summariseAcknowledgement } from '../kit/summarise-acknowledgement.ts'
import { sendAndCollect } from '../kit/working-day.ts'
import type { Config } from '../main/config.ts'
import { awaitAcknowledgement, type SentFile } from '../sandbox/await-acknowledgement.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandResult, done, fault, refused } from './command-result.ts'
import { dayData, dayFailure, dayWords } from './day-report.ts'
import { type MailboxOptions, type OpenedMailbox, openMailbox } from './mailbox-options.ts'
import type { Terminal } from './terminal.ts'
import { workflowsOf } from './upload-collect.ts'

export interface UploadSendOptions extends MailboxOptions {
  readonly gzip?: true
  readonly wait: boolean
  readonly keep?: true
  readonly state?: string
}

/** PDS may have to be asked again for some minutes before a file is answered (rule 3.12). */
const ANSWERED_WITHIN_MS = 600_000
const FIRST_CHECK_MS = 500

/** `cpis upload send`: through the mailbox of an authority, as its own system would. */
export async function uploadSend(
  terminal: Terminal,
  config: Config,
  path: string,
  options: UploadSendOptions,
): Promise<CommandResult> {
  // A file that is not there is said to be missing before anything is asked of the network.
  await stat(path)
  const mailbox = await openMailbox(config, options)
  if (!mailbox.ok) return mailbox.fault
  const { mesh } = mailbox.value
  await mesh.handshake()
  if (options.state !== undefined)
    return sendByState(terminal, config, mailbox.value, path, options.state, options)
  const { messageId, localId } = await sendOnce(config, mailbox.value, path, options)
  if (!options.wait) {
    const later = 'Its acknowledgement will be in the mailbox: cpis inbox shows it.'
    return done({ messageId, localId }, `Sent as message ${messageId}. ${later}`)
  }
  terminal.err(`Sent as message ${messageId}; waiting for its acknowledgement.`)
  const file = { messageId, localId, acknowledgementWorkflow: config.mesh.acknowledgementWorkflow }
  return readAnswer(terminal, mailbox.value, file, options.keep === true)
}

interface Sent {
  readonly messageId: string
  readonly localId: string
}

/** Sends a file without a memory of what was sent before. */
async function sendOnce(
  { mesh: { cpisMailbox, uploadWorkflow } }: Config,
  { mesh }: OpenedMailbox,
  path: string,
  { gzip }: UploadSendOptions,
): Promise<Sent> {
  const localId = `upload-${randomUUID()}`
  const messageId = await mesh.send(await openAsBlob(path), {
    to: cpisMailbox,
    workflowId: uploadWorkflow,
    localId,
    fileName: basename(path),
    contentType: 'application/xml',
    ...(gzip && { gzip: true }),
  })
  return { messageId, localId }
}

/**
 * Sends a file by the authority's own state: never twice, and never without knowing what became of it. What waits in the mailbox is
 * collected and kept, before the file is sent and while its acknowledgement is awaited, as `cpis upload collect` and `day` do.
 */
async function sendByState(
  terminal: Terminal,
  config: Config,
  { mesh }: OpenedMailbox,
  path: string,
  directory: string,
  { gzip, wait, keep }: UploadSendOptions,
): Promise<CommandResult> {
  if (keep)
    return refused(
      '--keep and --state exclude each other.',
      'With --state the acknowledgement is kept there.',
    )
  const state = await openAuthorityState(directory)
  try {
    const report = await sendAndCollect(
      {
        state,
        mesh,
        to: config.mesh.cpisMailbox,
        workflowId: config.mesh.uploadWorkflow,
        workflows: workflowsOf(config),
        ...(gzip && { gzip: true }),
        now: () => new Date(),
        patienceMs: ANSWERED_WITHIN_MS,
        checkEveryMs: FIRST_CHECK_MS,
        onStep: step => step === 'await' && terminal.err('Sent; waiting for its acknowledgement.'),
      },
      path,
      wait,
    )
    const shown = { data: dayData(report), text: dayWords(terminal, report) }
    const { sent } = report
    if (!wait && sent?.kind === 'sent') {
      return done(
        shown.data,
        `${shown.text}\n\nIts acknowledgement will be in the mailbox: cpis upload collect fetches it.`,
      )
    }
    const failure = dayFailure(report)
    return failure ? { ...failure, shown } : done(shown.data, shown.text)
  } finally {
    await state.close()
  }
}

async function readAnswer(
  terminal: Terminal,
  { mesh }: OpenedMailbox,
  sent: SentFile,
  keep: boolean,
): Promise<CommandResult> {
  const { messageId } = sent
  const answer = await awaitAcknowledgement(mesh, sent, { withinMs: ANSWERED_WITHIN_MS })
  switch (answer.kind) {
    case 'arrived': {
      const summary = await summariseAcknowledgement(answer.content)
      if (!summary.ok) return fault(`The acknowledgement ${answer.messageId} cannot be read.`)
      if (!keep) await mesh.acknowledge(answer.messageId)
      return verdict(terminal, messageId, summary.value)
    }
    case 'collected-elsewhere':
      return fault(`Message ${messageId} was answered, and somebody else has collected the acknowledgement.`)
    case 'undeliverable':
      return fault(
        `Message ${messageId} could not be delivered.`,
        'Its report is in the mailbox: cpis inbox.',
      )
    case 'not-yet':
      return fault(`Message ${messageId} is not acknowledged yet.`, 'Look again later: cpis inbox.')
    default:
      return unreachable(answer)
  }
}

function verdict(terminal: Terminal, messageId: string, summary: AcknowledgementSummary): CommandResult {
  const shown = { data: { messageId, ...summary }, text: acknowledgementWords(terminal, summary) }
  switch (summary.fileCode) {
    case 'CPF02':
      return done(shown.data, shown.text)
    case 'CPF03':
      return {
        ...refused('Not every record was loaded.', 'Correct the others and send them in a new file.'),
        shown,
      }
    case 'CPF05':
      return { ...fault('PDS could not be asked.', 'Send the same file again later.'), shown }
    default:
      return { ...refused('Nothing was loaded.'), shown }
  }
}
