import { setTimeout as pause } from 'node:timers/promises'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MeshMessage } from '../src/domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import { deliverMessage } from '../src/flows/mailbox/deliver-message.ts'
import { sendChunk } from '../src/flows/mailbox/send-chunk.ts'
import { sendMessage } from '../src/flows/mailbox/send-message.ts'
import type { Storage, Stores } from '../src/flows/ports.ts'
import { newMessageId } from '../src/formats/mesh/message-id.ts'
import { type Jobs, startJobs } from '../src/storage/job-queue.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { describeOnEachEngine } from './support/engines.ts'
import { expectValue } from './support/expect-value.ts'

const SENDERS = ['A', 'B', 'C', 'D', 'E', 'F'] as MailboxId[]
const EACH = 25
const WORKFLOW = 'WF'
const UPLOAD = 'UPLOAD'

/** A reader that goes on from the last message it saw, as a client of MESH may, misses none (rule 7.7). */
describeOnEachEngine('the inbox is in the order in which messages became visible', database => {
  let jobs: Jobs
  let storage: Storage
  let made = 0

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    for (const id of SENDERS) {
      await storage.mailboxes.add({ id, name: id, odsCode: 'X9A' as OdsCode, password: 'secret' })
    }
  })
  afterAll(() => jobs.stop(1_000))

  const newMailbox = async () => {
    const id = `TO${++made}` as MailboxId
    await storage.mailboxes.add({ id, name: id, odsCode: 'X9B' as OdsCode, password: 'secret' })
    for (const workflow of [WORKFLOW, UPLOAD]) {
      await storage.workflows.add({ id: workflow, description: '', senders: SENDERS, receivers: [id] })
    }
    return id
  }
  const clock = { now: () => new Date() }
  const deps = (cpisMailbox: MailboxId) => ({
    storage,
    clock,
    newId,
    newMessageId: () => newMessageId(clock.now()),
    cpisMailbox,
    uploadWorkflow: UPLOAD,
  })
  async function* bytes() {
    yield Buffer.from('<file/>')
  }
  /** The ways into a mailbox. Each answers the id of its message. */
  const ways: Readonly<Record<string, (from: MailboxId, to: MailboxId) => Promise<string>>> = {
    'handed in whole': async (from, to) => {
      const label = { to, workflowId: WORKFLOW }
      const posting = { from, label, totalChunks: 1, encoding: 'identity', bytes: bytes() } as const
      return expectValue(await sendMessage(deps(to), posting)).id
    },
    'handed in whole, with a job': async (from, to) => {
      const label = { to, workflowId: UPLOAD }
      const posting = { from, label, totalChunks: 1, encoding: 'identity', bytes: bytes() } as const
      return expectValue(await sendMessage(deps(to), posting)).id
    },
    'handed in by chunks': async (from, to) => {
      const label = { to, workflowId: WORKFLOW }
      const posting = { from, label, totalChunks: 2, encoding: 'identity', bytes: bytes() } as const
      const { id } = expectValue(await sendMessage(deps(to), posting))
      const range = { chunk: 2, total: 2 }
      expectValue(await sendChunk(deps(to), { from, messageId: id, chunk: 2, range, bytes: bytes() }))
      return id
    },
    'delivered by CP-IS': async (from, to) => {
      const label = { from, to, workflowId: WORKFLOW }
      const delivered = await storage.transaction(stores => deliverMessage(stores, deps(to), label, bytes()))
      return delivered.id
    },
  }
  const names = Object.keys(ways)
  const way = (nth: number) => ways[names[nth % names.length] ?? ''] ?? (() => Promise.reject(new Error()))

  test('six send at once in every way there is, and a reader that goes on from the last misses none', async () => {
    const to = await newMailbox()
    const seen: string[] = []
    const read = async () => {
      const after = seen.at(-1)
      const page = { mailbox: to, limit: 10, ...(after !== undefined && { after }) }
      const { messages } = await storage.messages.inbox(page)
      seen.push(...messages.map(({ id }) => id))
      return messages.length
    }
    let sending = true
    const reading = (async () => {
      while (sending) if ((await read()) === 0) await pause(1)
    })()
    const sent = await Promise.all(
      SENDERS.map(async (from, sender) => {
        const ids: string[] = []
        for (let nth = 0; nth < EACH; nth++) ids.push(await way(sender + nth)(from, to))
        return ids
      }),
    )
    sending = false
    await reading
    while ((await read()) > 0);
    expect(seen.toSorted()).toEqual(sent.flat().toSorted())
    // One sender's messages come as it sent them.
    for (const ids of sent) expect(seen.filter(id => ids.includes(id))).toEqual(ids)
  })

  const message = (to: MailboxId, status: 'accepted' | 'uploading'): MeshMessage => {
    const at = clock.now()
    return {
      id: newMessageId(at),
      from: 'A' as MailboxId,
      to,
      workflowId: WORKFLOW,
      kind: 'DATA',
      status,
      totalChunks: 1,
      size: 1,
      uploadedAt: at,
      ...(status === 'accepted' && { acceptedAt: at }),
      expiresAt: new Date(at.getTime() + 86_400_000),
    }
  }
  const acts = {
    'is put there': (stores: Stores, { id, to }: MeshMessage) =>
      stores.messages.add({ ...message(to, 'accepted'), id }),
    'is completed': async (stores: Stores, { id }: MeshMessage) => {
      await stores.messages.advance(id, 'uploading', { status: 'accepted', at: clock.now() })
    },
  }

  test.each(
    Object.entries(acts),
  )('what %s and waits for its commit is not passed by another', async (name, act) => {
    const to = await newMailbox()
    const slow = message(to, 'uploading')
    if (name === 'is completed') await storage.messages.add(slow)
    const begun = Promise.withResolvers<void>()
    const commit = Promise.withResolvers<void>()
    const first = storage.transaction(async stores => {
      await act(stores, slow)
      begun.resolve()
      await commit.promise
    })
    await begun.promise
    const quick = message(to, 'accepted')
    const second = storage.messages.add(quick)
    await pause(100)
    const reading = storage.messages.inbox({ mailbox: to, limit: 10 })
    await pause(100)
    commit.resolve()
    await Promise.all([first, second])
    const seen = (await reading).messages.map(({ id }) => id)
    const after = seen.at(-1)
    const rest = await storage.messages.inbox({
      mailbox: to,
      limit: 10,
      ...(after !== undefined && { after }),
    })
    expect([...seen, ...rest.messages.map(({ id }) => id)]).toEqual([slow.id, quick.id])
  })

  test('a mailbox never waits for another', async () => {
    const [one, other] = [await newMailbox(), await newMailbox()]
    const commit = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const first = storage.transaction(async stores => {
      await stores.messages.add(message(one, 'accepted'))
      begun.resolve()
      // The embedded engine has one connection: there every commit waits for the one before.
      if (database().engine === 'postgresql') await commit.promise
    })
    await begun.promise
    await storage.messages.add(message(other, 'accepted'))
    commit.resolve()
    await first
    expect((await storage.messages.inbox({ mailbox: other, limit: 1 })).total).toBe(1)
  })
})
