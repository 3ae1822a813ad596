import type { MailboxId } from '../../domain/organisation.ts'
import type { Storage } from '../ports.ts'

const PAGE = 500
/** A job for one that is set aside does no harm: it ends at once. */
const MOST_SET_ASIDE = 10_000

/**
 * Makes sure that every upload waiting in the service's own mailbox has its job. The mailbox is the truth and jobs are made
 * with the message, so that this finds something only when a job was lost; answers how many uploads wait. Uploads that are set aside
 * get none (rule 3.22).
 */
export async function collectUploads(deps: {
  readonly storage: Storage
  readonly cpisMailbox: MailboxId
  readonly uploadWorkflow: string
}): Promise<number> {
  const aside = new Set(
    (await deps.storage.uploadAttempts.allSetAside(MOST_SET_ASIDE)).map(one => one.messageId),
  )
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
      if (message.kind === 'DATA' && !aside.has(message.id))
        await deps.storage.jobs.enqueue('receive-upload', message.id)
    }
    waiting += messages.length
    after = messages.at(-1)?.id
    if (messages.length < PAGE) return waiting
  }
}
