import { text } from 'node:stream/consumers'
import { BrokenGzip, decompressed, MeshError, type MeshMessageInfo } from '../client/index.ts'
import { isSameWorkflow } from '../domain/mailbox/mesh-message.ts'
import { displayNhsNumber } from '../domain/nhs-number.ts'
import type { AccessNotification, NotifiedAccess } from '../domain/notification/access-notification.ts'
import type { InactiveNumberNotification } from '../domain/notification/inactive-number-notification.ts'
import { displayName } from '../domain/query/requester.ts'
import { unreachable } from '../domain/result.ts'
import { readAccessNotification } from '../formats/hl7v3/read-access-notification.ts'
import { readInactiveNumberNotification } from '../formats/hl7v3/read-inactive-number-notification.ts'
import { type AcknowledgementSummary, summariseAcknowledgement } from '../kit/summarise-acknowledgement.ts'
import type { Config } from '../main/config.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandResult, done, fault } from './command-result.ts'
import { inactiveNumberWords } from './inactive-number-words.ts'
import { type MailboxOptions, openMailbox } from './mailbox-options.ts'
import { reportWords } from './report-words.ts'
import type { Styler, Terminal } from './terminal.ts'
import { columns, counted, instantWords } from './words.ts'

export interface InboxOptions extends MailboxOptions {
  readonly acknowledge?: true
  readonly xml?: true
  readonly limit: number
}

/** A message that waits, as far as it could be understood. */
type WaitingMessage = { readonly info: MeshMessageInfo } & (
  | { readonly kind: 'acknowledgement'; readonly acknowledgement: AcknowledgementSummary }
  | { readonly kind: 'notification'; readonly notification: AccessNotification }
  | { readonly kind: 'inactive-numbers'; readonly notification: InactiveNumberNotification }
  | { readonly kind: 'report' }
  /** Of a workflow of CP-IS, and not what that carries. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'other'; readonly content: string }
)

/** A message that could not be fetched whole. */
interface Unfetched {
  readonly messageId: string
  readonly why: string
}

/** Shows what waits in a mailbox, oldest first, and acknowledges what it showed if that is wished; what it could not read stays. */
export async function readInbox(
  terminal: Terminal,
  config: Config,
  messageId: string | undefined,
  options: InboxOptions,
): Promise<CommandResult> {
  const mailbox = await openMailbox(config, options)
  if (!mailbox.ok) return mailbox.fault
  const { mesh, mailboxId } = mailbox.value
  const ids = messageId ? [messageId] : []
  if (!messageId) for await (const id of mesh.inbox()) ids.push(id)
  const messages: WaitingMessage[] = []
  const failed: Unfetched[] = []
  const acknowledged: string[] = []
  for (const id of ids.slice(0, options.limit)) {
    try {
      const { info, content } = await mesh.download(id)
      messages.push(options.xml ? await unread(info, content) : await read(config, info, content))
    } catch (error) {
      if (!(error instanceof MeshError || error instanceof BrokenGzip)) throw error
      // A message asked for by its id, or a service that is not there, is a failure of the whole.
      if (messageId || (error instanceof MeshError && error.status === undefined)) throw asMeshError(error)
      failed.push({ messageId: id, why: error.message })
    }
  }
  if (options.acknowledge) {
    for (const message of messages) {
      if (!options.xml && !isRead(message)) continue
      await mesh.acknowledge(message.info.id)
      acknowledged.push(message.info.id)
    }
  }
  const data = { mailboxId, waiting: ids.length, acknowledged, messages, failed }
  if (options.xml) return done(data, messages.map(contentOf).join(''))
  const shown = { data, text: inboxWords(terminal, data, options) }
  const broken = failed.length + messages.filter(({ kind }) => kind === 'unreadable').length
  if (broken === 0) return done(shown.data, shown.text)
  return {
    ...fault(
      `${counted(broken, 'message')} of CP-IS cannot be read and ${broken === 1 ? 'stays' : 'stay'} in the mailbox.`,
      'Read them again later. If they still cannot be read, tell whoever runs the mailbox service.',
    ),
    shown,
  }
}

/** Only what was read to its end and understood may leave the mailbox (rule 17.14). */
function isRead({ kind }: WaitingMessage): boolean {
  return kind !== 'other' && kind !== 'unreadable'
}

function asMeshError(error: MeshError | BrokenGzip): MeshError {
  return error instanceof MeshError
    ? error
    : new MeshError('download: the content is damaged or cut short', { status: 200, cause: error })
}

async function read(
  { mesh }: Config,
  info: MeshMessageInfo,
  content: AsyncIterable<Uint8Array>,
): Promise<WaitingMessage> {
  if (info.kind === 'REPORT') return { kind: 'report', info }
  const isOf = (workflow: string) => isSameWorkflow(workflow, info.workflowId)
  if (isOf(mesh.acknowledgementWorkflow)) {
    const summary = await summariseAcknowledgement(decompressed(content))
    return summary.ok
      ? { kind: 'acknowledgement', info, acknowledgement: summary.value }
      : { kind: 'unreadable', info }
  }
  if (isOf(mesh.notificationWorkflow)) {
    const notification = await readAccessNotification(decompressed(content))
    return notification.ok
      ? { kind: 'notification', info, notification: notification.value }
      : { kind: 'unreadable', info }
  }
  if (isOf(mesh.inactiveNumberWorkflow)) {
    const notification = await readInactiveNumberNotification(decompressed(content))
    return notification.ok
      ? { kind: 'inactive-numbers', info, notification: notification.value }
      : { kind: 'unreadable', info }
  }
  return unread(info, content)
}

async function unread(info: MeshMessageInfo, content: AsyncIterable<Uint8Array>): Promise<WaitingMessage> {
  return { kind: 'other', info, content: await text(content) }
}

function contentOf(message: WaitingMessage): string {
  return message.kind === 'other' ? message.content : ''
}

function inboxWords(
  styler: Styler,
  {
    mailboxId,
    waiting,
    acknowledged,
    messages,
    failed,
  }: {
    readonly mailboxId: string
    readonly waiting: number
    readonly acknowledged: readonly string[]
    readonly messages: readonly WaitingMessage[]
    readonly failed: readonly Unfetched[]
  },
  { acknowledge }: InboxOptions,
): string {
  const shown = messages.length + failed.length
  const parts = [
    styler.style(
      'bold',
      `Mailbox ${mailboxId}: ${waiting === 0 ? 'nothing' : counted(waiting, 'message')} waiting`,
    ),
    ...messages.map(message => messageWords(styler, message)),
    ...failed.map(({ messageId, why }) => `${styler.style('red', messageId)} stays in the mailbox: ${why}.`),
  ]
  if (waiting > shown) parts.push(`${counted(waiting - shown, 'message')} more wait.`)
  if (shown > 0 && !acknowledge) parts.push('With --acknowledge they leave the inbox.')
  if (acknowledged.length > 0)
    parts.push(`${counted(acknowledged.length, 'message')} acknowledged: they have left the inbox.`)
  const left = shown - acknowledged.length
  if (acknowledge && left > 0)
    parts.push(`${counted(left, 'message')} not acknowledged: what cannot be read here stays in the inbox.`)
  return parts.join('\n\n')
}

function messageWords(styler: Styler, message: WaitingMessage): string {
  const head = styler.style('dim', message.info.id)
  switch (message.kind) {
    case 'acknowledgement':
      return `${head}\n${acknowledgementWords(styler, message.acknowledgement)}`
    case 'notification':
      return [head, ...message.notification.notifications.map(access => accessWords(styler, access))].join(
        '\n',
      )
    case 'inactive-numbers':
      return `${head}\n${inactiveNumberWords(message.notification)}`
    case 'report':
      return `${head}\n${reportWords(message.info)}`
    case 'unreadable':
      return `${head}\nof workflow ${message.info.workflowId}: a message of CP-IS that cannot be read; --xml shows it`
    case 'other':
      return `${head}\nof workflow ${message.info.workflowId}: no message of CP-IS; --xml shows it`
    default:
      return unreachable(message)
  }
}

/** A look at a record, worded as what it is (rule 6.3). */
function accessWords(styler: Styler, access: NotifiedAccess): string {
  const { author, nhsNumber, localId, at, uploadSequence } = access
  const { organisation } = author
  return [
    `${styler.style('bold', 'Record viewed')} ${instantWords(at)}`,
    columns([
      ['person', displayNhsNumber(nhsNumber) + (localId ? ` (your ${localId})` : '')],
      ...(author.kind === 'person'
        ? [['by', `${displayName(author.name)}, ${author.jobRole.display}`] as const]
        : [
            ['by', `a system (ASID ${author.asid})`] as const,
            ...author.responsible.map(
              ({ name, jobRole }) => ['for', `${displayName(name)}, ${jobRole.display}`] as const,
            ),
          ]),
      ['at', `${organisation.name} (${organisation.odsCode})`],
      ['your file', String(uploadSequence)],
    ]),
  ].join('\n')
}
