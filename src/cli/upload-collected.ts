import { unreachable } from '../domain/result.ts'
import type { CollectedMessage, CollectReport } from '../kit/collect-messages.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { inactiveNumberWords } from './inactive-number-words.ts'
import { reportWords } from './report-words.ts'
import type { Styler } from './terminal.ts'
import { counted, instantWords } from './words.ts'

/** What was collected, as one JSON value. */
export function collectedData({ messages, vanished, failed }: CollectReport): object {
  return { messages: messages.map(({ kept, ...message }) => ({ ...message, ...kept })), vanished, failed }
}

/** What was collected, for people. Who looked at whom is in the files; here stands how often. */
export function collectedWords(styler: Styler, { messages, vanished, failed }: CollectReport): string {
  return [
    ...messages.map(message => messageWords(styler, message)),
    ...vanished.map(
      id =>
        `${styler.style('yellow', id)} was listed and gone when it was asked for: somebody else may collect this mailbox too.`,
    ),
    ...failed.map(({ messageId, why }) => `${styler.style('red', messageId)} stays in the mailbox: ${why}.`),
    `${counted(messages.length, 'message')} collected.`,
  ].join('\n\n')
}

function messageWords(styler: Styler, message: CollectedMessage): string {
  const { kept } = message
  const again = kept.repeats ? ` (the same as ${kept.repeats}, which came before)` : ''
  return `${styler.style('dim', kept.path)}${again}\n${contentWords(styler, message)}`
}

function contentWords(styler: Styler, message: CollectedMessage): string {
  switch (message.kind) {
    case 'acknowledgement':
      return [
        acknowledgementWords(styler, message.summary),
        ...(message.upload ? [] : ['       It answers no file that was sent from this state.']),
      ].join('\n')
    case 'notification': {
      const { notifications } = message.notification
      const last = notifications.map(({ at }) => at).toSorted((a, b) => b.getTime() - a.getTime())[0]
      return `records viewed: ${counted(notifications.length, 'view')}${last ? `, the last on ${instantWords(last)}` : ''}`
    }
    case 'inactive-numbers':
      return inactiveNumberWords(message.notification)
    case 'report': {
      const words = reportWords(message.kept.info)
      return message.upload ? `file ${message.upload.sequence} was ${words}` : words
    }
    case 'unreadable':
      return 'a message of CP-IS that cannot be read; it is kept as it came'
    case 'other':
      return `a message of workflow ${message.kept.info.workflowId}, which is none of CP-IS; it is kept as it came`
    default:
      return unreachable(message)
  }
}
