import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { newMessageId } from '../../formats/mesh/message-id.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { deliverMessage } from '../mailbox/deliver-message.ts'
import type { Storage } from '../ports.ts'
import { addAuthority, tryUploadAgain } from '../registration/manage-exchange.ts'
import { StorageUnavailable } from '../storage-unavailable.ts'
import { watchExchange } from '../watch/watch-exchange.ts'
import { type AttemptUploadDeps, attemptUpload } from './attempt-upload.ts'
import { collectUploads } from './collect-uploads.ts'

const MESH = {
  cpisMailbox: 'CPISOT001' as MailboxId,
  uploadWorkflow: 'UPLOAD',
  acknowledgementWorkflow: 'ACK',
  notificationWorkflow: 'NOTIFICATION',
  inactiveNumberWorkflow: 'INACTIVE',
}
const AUTHORITY = { odsCode: 'R0001' as OdsCode, mailbox: 'LAR0001' as MailboxId }

describeOnEachEngine('an upload that fails every time is set aside (rule 3.22)', database => {
  let jobs: Jobs
  let storage: Storage
  let messageId: string
  let fails: () => unknown
  const enqueued: string[] = []
  const reported: unknown[] = []
  const unforgiven = new Set<string>()
  const clock = { now: () => new Date() }
  const signal = new AbortController().signal

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    const watched: Jobs = {
      ...jobs,
      queue: () => ({ enqueue: async (_name, key) => void enqueued.push(key) }),
    }
    storage = storageOn(database(), watched)
    const operating = { storage, clock, newId, mesh: MESH }
    const password = 'secret'
    await storage.mailboxes.add({ id: MESH.cpisMailbox, name: 'CP-IS', odsCode: 'X26' as OdsCode, password })
    await addAuthority(operating, {
      odsCode: AUTHORITY.odsCode,
      name: 'COUNCIL',
      mailbox: { id: AUTHORITY.mailbox, name: 'COUNCIL', odsCode: AUTHORITY.odsCode, password },
    })
  })
  afterAll(() => jobs.stop(1_000))

  beforeEach(async () => {
    const label = { from: AUTHORITY.mailbox, to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow }
    const newMessage = { clock, newMessageId: () => newMessageId(clock.now()) }
    const content = async function* () {
      yield Buffer.from('<File/>')
    }
    messageId = (await storage.transaction(stores => deliverMessage(stores, newMessage, label, content()))).id
    fails = () => new TypeError('x is undefined')
    enqueued.length = 0
    reported.length = 0
  })

  const deps = (): AttemptUploadDeps =>
    ({
      ...MESH,
      storage,
      clock,
      newId,
      newMessageId: () => newMessageId(clock.now()),
      uploadLimits: { records: 10, ageDays: 90, expansion: 100 },
      uploadAttempts: 3,
      numberCheckHours: 24,
      pdsPatienceMs: [],
      pdsConcurrency: 1,
      sleep: async () => undefined,
      demographics: { find: async () => ({ kind: 'unavailable', why: 'not asked' }) },
      readUpload: () => {
        throw fails()
      },
      writeAcknowledgement: async function* () {},
      reportFailure: error => reported.push(error),
      unforgiven,
    }) as AttemptUploadDeps
  const attempt = () => attemptUpload(deps(), messageId, signal).catch(() => 'tried again' as const)
  const aside = async () =>
    (await storage.uploadAttempts.allSetAside(100)).filter(one => one.messageId === messageId)

  test('after the last try, with its reason, and for good', async () => {
    expect([await attempt(), await attempt()]).toEqual(['tried again', 'tried again'])
    expect(await aside()).toEqual([])
    expect(await attempt()).toBe('failed')
    expect(await aside()).toMatchObject([{ attempts: 3, reason: 'failed', at: expect.any(Date) }])
    expect(reported).toHaveLength(1)
    expect(await attempt()).toBe('is-set-aside')
    expect((await storage.messages.find(messageId))?.status).toBe('accepted')
  })

  test('one that ends the process each time is set aside before it is begun again', async () => {
    for (let death = 0; death < 3; death++) await storage.uploadAttempts.begin(messageId)
    fails = () => {
      throw new Error('It must not be begun')
    }
    expect(await attempt()).toBe('process-ended')
    expect(await aside()).toMatchObject([{ reason: 'process-ended' }])
  })

  test('tries that the database or a stop of the service ended do not count', async () => {
    fails = () => new StorageUnavailable(new Error('gone'))
    for (let time = 0; time < 10; time++) expect(await attempt()).toBe('tried again')
    const stopped = AbortSignal.abort()
    fails = () => new Error('anything')
    for (let time = 0; time < 10; time++)
      await expect(attemptUpload(deps(), messageId, stopped)).rejects.toThrow('anything')
    expect(await aside()).toEqual([])
  })

  test('nor do they where the database is away for longer than the try', async () => {
    let isAway = false
    const uploadAttempts: typeof storage.uploadAttempts = {
      ...storage.uploadAttempts,
      forgive: async id => {
        if (isAway) throw new StorageUnavailable(new Error('still gone'))
        await storage.uploadAttempts.forgive(id)
      },
    }
    fails = () => {
      isAway = true
      return new StorageUnavailable(new Error('gone'))
    }
    for (let time = 0; time < 10; time++) {
      isAway = false
      const away = { ...deps(), storage: { ...storage, uploadAttempts } }
      await expect(attemptUpload(away, messageId, signal)).rejects.toThrow(StorageUnavailable)
    }
    expect(await aside()).toEqual([])
  })

  test('no new job is made for it, and others get theirs', async () => {
    for (let time = 0; time < 3; time++) await attempt()
    const other = await storage.transaction(async stores =>
      deliverMessage(
        stores,
        { clock, newMessageId: () => newMessageId(clock.now()) },
        { from: AUTHORITY.mailbox, to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow },
        (async function* () {
          yield Buffer.from('<File/>')
        })(),
      ),
    )
    await collectUploads({ storage, ...MESH })
    expect(enqueued).toContain(other.id)
    expect(enqueued).not.toContain(messageId)
  })

  test('the operator sees it, and has it tried again as if for the first time', async () => {
    for (let time = 0; time < 3; time++) await attempt()
    const watching = { storage, clock, newId, watchEveryMs: 1_000 }
    await watchExchange(watching)
    const kinds = async () => (await storage.issues.open(AUTHORITY.odsCode)).map(({ kind }) => kind)
    expect(await kinds()).toContain('upload-set-aside')
    for (const { messageId } of await storage.uploadAttempts.allSetAside(100)) {
      expect(await tryUploadAgain({ storage, clock, newId }, messageId)).toBe(true)
      expect(await tryUploadAgain({ storage, clock, newId }, messageId)).toBe(false)
    }
    expect(enqueued).toContain(messageId)
    await watchExchange(watching)
    expect(await kinds()).not.toContain('upload-set-aside')
    expect(await attempt()).toBe('tried again')
  })

  test('one that is not set aside keeps its count, whoever asks', async () => {
    await attempt()
    expect(await tryUploadAgain({ storage, clock, newId }, messageId)).toBe(false)
    expect([await attempt(), await attempt()]).toEqual(['tried again', 'failed'])
  })

  test('nothing is remembered of an upload that waits no more', async () => {
    await attempt()
    await storage.messages.advance(messageId, 'accepted', { status: 'acknowledged', at: clock.now() })
    await storage.uploadAttempts.forgetEnded()
    expect(await storage.uploadAttempts.forget(messageId)).toBe(false)
  })
})
