import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { unreachable } from '../domain/result.ts'
import { type AcknowledgementSummary, summariseAcknowledgement } from '../kit/summarise-acknowledgement.ts'
import type { Config } from '../main/config.ts'
import { awaitAcknowledgement, type SentFile } from '../sandbox/await-acknowledgement.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandResult, done, fault, refused } from './command-result.ts'
import { type MailboxOptions, type OpenedMailbox, openMailbox } from './mailbox-options.ts'
import type { Terminal } from './terminal.ts'

export interface UploadSendOptions extends MailboxOptions {
  readonly gzip?: true
  readonly wait: boolean
  readonly keep?: true
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
  const localId = `upload-${randomUUID()}`
  const messageId = await mesh.send(await openAsBlob(path), {
    to: config.mesh.cpisMailbox,
    workflowId: config.mesh.uploadWorkflow,
    localId,
    fileName: basename(path),
    contentType: 'application/xml',
    ...(options.gzip && { gzip: true }),
  })
  if (!options.wait) {
    const later = 'Its acknowledgement will be in the mailbox: cpis inbox shows it.'
    return done({ messageId, localId }, `Sent as message ${messageId}. ${later}`)
  }
  terminal.err(`Sent as message ${messageId}; waiting for its acknowledgement.`)
  const sent = { messageId, localId, acknowledgementWorkflow: config.mesh.acknowledgementWorkflow }
  return readAnswer(terminal, mailbox.value, sent, options.keep === true)
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
