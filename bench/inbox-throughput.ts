import { v7 as newId } from 'uuid'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import { sendMessage } from '../src/flows/mailbox/send-message.ts'
import { newMessageId } from '../src/formats/mesh/message-id.ts'
import { startJobs } from '../src/storage/job-queue.ts'
import { migrate } from '../src/storage/migrate.ts'
import { openServer } from '../src/storage/open-database.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { benchServer, type Measurement, rate } from './support.ts'

const CPIS = 'CPISBENCH' as MailboxId
const WORKFLOW = 'BENCH'
const SENDERS = 6
const ROUNDS = 3
const ROUND_MS = 4_000

/**
 * Messages that six senders hand in at once: all into one mailbox, whose commits wait for each other so that its inbox stays in
 * order (rule 7.7), against each into a mailbox of its own. The best of several rounds, taken in turns.
 */
export async function measureInbox(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const database = await openServer({ url, maxConnections: SENDERS })
  const jobs = await startJobs(database, error => {
    throw error
  })
  try {
    await migrate(database.kysely)
    const storage = storageOn(database, jobs)
    const boxes = Array.from({ length: SENDERS }, (_, nth) => `BOX${nth}` as MailboxId)
    for (const id of [CPIS, ...boxes]) {
      await storage.mailboxes.add({ id, name: id, odsCode: 'X9A' as OdsCode, password: 'secret' })
    }
    await storage.workflows.add({
      id: WORKFLOW,
      description: '',
      senders: boxes,
      receivers: [CPIS, ...boxes],
    })
    const clock = { now: () => new Date() }
    const deps = { storage, clock, newId, newMessageId: () => newMessageId(clock.now()) }
    const send = (from: MailboxId, to: MailboxId) =>
      sendMessage(
        { ...deps, cpisMailbox: CPIS, uploadWorkflow: 'ANOTHER' },
        {
          from,
          label: { to, workflowId: WORKFLOW },
          totalChunks: 1,
          encoding: 'identity',
          bytes: (async function* () {
            yield Buffer.from('<file/>')
          })(),
        },
      )
    const best = { one: 0, own: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      best.one = Math.max(best.one, await perSecond(boxes, from => send(from, CPIS)))
      best.own = Math.max(best.own, await perSecond(boxes, from => send(from, from)))
    }
    return [
      {
        what: `messages of ${SENDERS} senders into one mailbox`,
        value: rate(best.one, 'messages'),
        peer: `each into its own: ${rate(best.own, 'messages')}`,
        ratio: (best.one / best.own).toFixed(2),
      },
    ]
  } finally {
    await jobs.stop(1_000)
    await database.close()
    await remove()
  }
}

async function perSecond(
  senders: readonly MailboxId[],
  send: (from: MailboxId) => Promise<unknown>,
): Promise<number> {
  const begun = performance.now()
  let sent = 0
  await Promise.all(
    senders.map(async from => {
      for (; performance.now() - begun < ROUND_MS; sent++) await send(from)
    }),
  )
  return (sent / (performance.now() - begun)) * 1000
}
