import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { unreachable } from '../domain/result.ts'
import { openAuthorityState } from '../kit/authority-state.ts'
import { type SendOutcome, sendUpload } from '../kit/send-upload.ts'
import { type AcknowledgementSummary, summariseAcknowledgement } from '../kit/summarise-acknowledgement.ts'
import type { Config } from '../main/config.ts'
import { awaitAcknowledgement, type SentFile } from '../sandbox/await-acknowledgement.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandFailure, type CommandResult, done, fault, refused } from './command-result.ts'
import { type MailboxOptions, type OpenedMailbox, openMailbox } from './mailbox-options.ts'
import type { Terminal } from './terminal.ts'

export interface UploadSendOptions extends MailboxOptions {
  readonly gzip?: true
  readonly wait: boolean
  readonly keep?: true
  readonly state?: string
}

/** PDS may have to be asked again for some minutes before a file is answered (rule 3.12). */
const ANSWERED_WITHIN_MS = 600_000

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
  const sent =
    options.state === undefined
      ? await sendOnce(config, mailbox.value, path, options)
      : await sendWithState(config, mailbox.value, path, options.state, options)
  if ('kind' in sent) return sent
  const { messageId, localId } = sent
  if (!options.wait || messageId === undefined) {
    const later = options.state
      ? 'Its acknowledgement will be in the mailbox: cpis upload collect fetches it.'
      : 'Its acknowledgement will be in the mailbox: cpis inbox shows it.'
    return done({ messageId, localId }, `Sent as message ${messageId ?? 'of unknown id'}. ${later}`)
  }
  terminal.err(`Sent as message ${messageId}; waiting for its acknowledgement.`)
  const file = { messageId, localId, acknowledgementWorkflow: config.mesh.acknowledgementWorkflow }
  // With a state the acknowledgement stays where it is: to take it out of the mailbox is for whoever keeps it.
  return readAnswer(terminal, mailbox.value, file, options.keep === true || options.state !== undefined)
}

interface Sent {
  readonly messageId: string | undefined
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

/** Sends a file by the authority's own state: never twice, and never without knowing what became of it. */
async function sendWithState(
  { mesh: { cpisMailbox, uploadWorkflow } }: Config,
  { mesh }: OpenedMailbox,
  path: string,
  directory: string,
  { gzip }: UploadSendOptions,
): Promise<Sent | CommandFailure> {
  const state = await openAuthorityState(directory)
  try {
    const outcome = await sendUpload(
      {
        state,
        mesh,
        to: cpisMailbox,
        workflowId: uploadWorkflow,
        ...(gzip && { gzip: true }),
        now: () => new Date(),
      },
      path,
    )
    if (outcome.kind !== 'sent') return sendFailure(outcome)
    return { messageId: outcome.entry.messageId, localId: outcome.entry.localId }
  } finally {
    await state.close()
  }
}

/** Why a file is not on its way, and what to do. */
export function sendFailure(outcome: SendOutcome): CommandFailure {
  switch (outcome.kind) {
    case 'unknown':
      return fault(
        `Nobody can say yet whether file ${outcome.entry.sequence} arrived: ${outcome.why}.`,
        'Run it again in a few minutes: it is tracked then, and sent again only if it never arrived.',
      )
    case 'later':
      return fault(`File ${outcome.entry.sequence} was not sent: ${outcome.why}.`, 'Run it again later.')
    case 'undelivered':
      return fault(`File ${outcome.entry.sequence} was not delivered: ${outcome.why}.`, 'Send it again.')
    case 'refused':
      return refused(`The mailbox service refused file ${outcome.entry.sequence}: ${outcome.why}.`)
    case 'sequence-used':
      return refused(
        `Another file was already sent under sequence number ${outcome.entry.sequence}.`,
        'Make the file again with the next number: cpis upload make --state DIRECTORY counts them.',
      )
    case 'sent-before':
      return refused(
        `File ${outcome.entry.sequence} was sent before${outcome.entry.fileCode ? `, and answered ${outcome.entry.fileCode}` : ''}.`,
        'cpis upload collect fetches what is said of it.',
      )
    case 'not-an-upload':
      return refused(`This is no upload that the service could read. ${outcome.why}`)
    case 'sent':
      throw new Error('A file that was sent has not failed')
    default:
      return unreachable(outcome)
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
