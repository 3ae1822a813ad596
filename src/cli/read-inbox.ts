import { text } from 'node:stream/consumers'
import type { MeshMessageInfo } from '../client/index.ts'
import { displayNhsNumber } from '../domain/nhs-number.ts'
import type { AccessNotification, NotifiedAccess } from '../domain/notification/access-notification.ts'
import { displayName } from '../domain/query/requester.ts'
import { readAccessNotification } from '../formats/hl7v3/read-access-notification.ts'
import { type AcknowledgementSummary, summariseAcknowledgement } from '../kit/summarise-acknowledgement.ts'
import type { Config } from '../main/config.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { type CommandResult, done } from './command-result.ts'
import { type MailboxOptions, openMailbox } from './mailbox-options.ts'
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
  | { readonly kind: 'report' }
  | { readonly kind: 'other'; readonly content: string }
)

/** Shows what waits in a mailbox, oldest first, and acknowledges what it showed if that is wished. */
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
  const shown = ids.slice(0, options.limit)
  const messages: WaitingMessage[] = []
  for (const id of shown) {
    const { info, content } = await mesh.download(id)
    messages.push(options.xml ? await unread(info, content) : await read(config, info, content))
  }
  // Only what was read to its end and can be shown leaves the mailbox.
  if (options.acknowledge) for (const id of shown) await mesh.acknowledge(id)
  const data = { mailboxId, waiting: ids.length, acknowledged: options.acknowledge === true, messages }
  if (options.xml) return done(data, messages.map(contentOf).join(''))
  return done(data, inboxWords(terminal, mailboxId, ids.length, messages, options))
}

async function read(
  { mesh }: Config,
  info: MeshMessageInfo,
  content: AsyncIterable<Uint8Array>,
): Promise<WaitingMessage> {
  if (info.kind === 'REPORT') return { kind: 'report', info }
  if (info.workflowId === mesh.acknowledgementWorkflow) {
    const summary = await summariseAcknowledgement(content)
    if (summary.ok) return { kind: 'acknowledgement', info, acknowledgement: summary.value }
    return { kind: 'other', info, content: '' }
  }
  if (info.workflowId === mesh.notificationWorkflow) {
    const notification = await readAccessNotification(content)
    if (notification.ok) return { kind: 'notification', info, notification: notification.value }
    return { kind: 'other', info, content: '' }
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
  mailboxId: string,
  waiting: number,
  messages: readonly WaitingMessage[],
  { acknowledge }: InboxOptions,
): string {
  const parts = [
    styler.style(
      'bold',
      `Mailbox ${mailboxId}: ${waiting === 0 ? 'nothing' : counted(waiting, 'message')} waiting`,
    ),
    ...messages.map(message => messageWords(styler, message)),
  ]
  if (waiting > messages.length) parts.push(`${counted(waiting - messages.length, 'message')} more wait.`)
  if (messages.length > 0) {
    parts.push(
      acknowledge
        ? `${counted(messages.length, 'message')} acknowledged: they have left the inbox.`
        : 'With --acknowledge they leave the inbox.',
    )
  }
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
    case 'report': {
      const { failure, linkedMessageId } = message.info
      return `${head}\nreport: message ${linkedMessageId} was not delivered (${failure?.code} ${failure?.description})`
    }
    case 'other':
      return `${head}\nof workflow ${message.info.workflowId}: no message of CP-IS that can be read; --xml shows it`
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
