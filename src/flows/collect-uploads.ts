import type { MailboxId } from '../domain/organisation.ts'
import type { Storage } from './ports.ts'

const PAGE = 500

/**
 * Makes sure that every upload waiting in the service's own mailbox has its job. The mailbox is the truth and jobs are made
 * with the message, so that this finds something only when a job was lost; answers how many uploads wait.
 */
export async function collectUploads(deps: {
  readonly storage: Storage
  readonly cpisMailbox: MailboxId
  readonly uploadWorkflow: string
}): Promise<number> {
  let waiting = 0
  let after: string | undefined
  for (;;) {
    const { messages } = await deps.storage.messages.inbox({
      mailbox: deps.cpisMailbox,
      limit: PAGE,
      workflowFilter: deps.uploadWorkflow,
      ...(after !== undefined && { after }),
    })
    for (const message of messages) {
      if (message.kind === 'DATA') await deps.storage.jobs.enqueue('receive-upload', message.id)
    }
    waiting += messages.length
    after = messages.at(-1)?.id
    if (messages.length < PAGE) return waiting
  }
}
