import { openAuthorityState } from '../kit/authority-state.ts'
import { collectMessages } from '../kit/collect-messages.ts'
import type { Config } from '../main/config.ts'
import { type CommandResult, done, fault } from './command-result.ts'
import { type MailboxOptions, openMailbox } from './mailbox-options.ts'
import type { Terminal } from './terminal.ts'
import { collectedData, collectedWords } from './upload-collected.ts'
import { counted } from './words.ts'

export interface UploadCollectOptions extends MailboxOptions {
  readonly state: string
}

/** `cpis upload collect`: takes what waits in the mailbox, and keeps it. */
export async function uploadCollect(
  terminal: Terminal,
  config: Config,
  options: UploadCollectOptions,
): Promise<CommandResult> {
  const mailbox = await openMailbox(config, options)
  if (!mailbox.ok) return mailbox.fault
  const { mesh } = mailbox.value
  const state = await openAuthorityState(options.state)
  try {
    await mesh.handshake()
    const report = await collectMessages({ state, mesh, workflows: workflowsOf(config) })
    const shown = { data: collectedData(report), text: collectedWords(terminal, report) }
    if (report.failed.length === 0) return done(shown.data, shown.text)
    const count = counted(report.failed.length, 'message')
    return { ...fault(`${count} could not be collected.`, 'Collect again later: nothing is lost.'), shown }
  } finally {
    await state.close()
  }
}

/** The workflows of what CP-IS sends to authorities. */
export function workflowsOf({ mesh }: Config) {
  return {
    acknowledgement: mesh.acknowledgementWorkflow,
    notification: mesh.notificationWorkflow,
    inactiveNumber: mesh.inactiveNumberWorkflow,
  }
}
