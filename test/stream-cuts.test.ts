import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MeshClient, meshClient } from '../src/client/index.ts'
import type { MailboxId } from '../src/domain/organisation.ts'
import type { ClientSystem } from '../src/domain/registration/client-system.ts'
import { addClientSystem, addMailbox, addWorkflow } from '../src/flows/registration/manage-exchange.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { textOfPieces } from './support/bytes.ts'
import { messagingSystem, openCallback, type TestCallback } from './support/ebxml.ts'
import { type NetworkProxy, networkProxy } from './support/network-proxy.ts'
import { nurse } from './support/records.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { rounds } from './support/suite.ts'
import { until } from './support/until.ts'

const [WARD] = SYSTEMS
if (!WARD?.contract) throw new Error('The systems of the sandbox have contracts')
const RUNS = rounds({ everyday: 12, rest: 80 })
const MAILBOX = 'CUTS' as MailboxId
const WORKFLOW = 'CUTS'

/**
 * Every stream between the service and others is cut at a place of chance's choosing. Vitest fails this file when an error is heard by
 * nobody, which is what ended the process.
 */
describeJourney('a stream that is cut anywhere', engine => {
  let place: Place
  let running: RunningService
  let proxy: NetworkProxy
  let callback: TestCallback
  let callbackProxy: NetworkProxy

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, {
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_SPINE_PARTY_KEY: 'X26-999001',
    })
    const { config, store } = running.service
    proxy = await networkProxy({ host: '127.0.0.1', port: config.port })
    callback = await openCallback(WARD.partyKey)
    callbackProxy = await networkProxy({ host: '127.0.0.1', port: Number(new URL(callback.url).port) })
    const operating = { storage: store.storage, clock: { now: () => new Date() }, newId }
    await addMailbox(operating, { id: MAILBOX, name: 'CUTS', odsCode: 'X9Z01' as never, password: 'secret' })
    await addWorkflow(operating, { id: WORKFLOW, description: '', senders: [MAILBOX], receivers: [MAILBOX] })
    const url = `http://127.0.0.1:${callbackProxy.port}/answers`
    const contract = { ...WARD.contract, retries: 20, retryIntervalSeconds: 1, callback: url }
    await addClientSystem(operating, { ...WARD, contract } as ClientSystem)
  })
  afterAll(async () => {
    await running.stop()
    await proxy.close()
    await callbackProxy.close()
    await callback.close()
    await place.remove()
  })

  const through = () => `http://127.0.0.1:${proxy.port}`
  const mailbox = (baseUrl: string): MeshClient =>
    meshClient({
      baseUrl,
      mailboxId: MAILBOX,
      password: 'secret',
      sharedKey: running.service.config.mesh.sharedKey,
      maxChunkBytes: 20_000,
    })
  const isAlive = async () => {
    expect((await fetch(`${running.service.adminUrl}/health/ready`)).status).toBe(200)
  }
  const within = async <T>(bytes: { up?: number; down?: number }, work: () => Promise<T>) => {
    proxy.cutAfter(bytes)
    const outcome = await work().then(
      value => ({ value }),
      () => undefined,
    )
    proxy.cutAfter({})
    await isAlive()
    return outcome
  }

  test('an upload, whole, compressed or in chunks, is accepted whole or not at all', async () => {
    const sent = fc.record({
      content: fc.base64String({ minLength: 1, maxLength: 60_000 }),
      gzip: fc.boolean(),
      up: fc.integer({ min: 1, max: 65_000 }),
    })
    await fc.assert(
      fc.asyncProperty(sent, async ({ content, gzip, up }) => {
        const bytes = Buffer.from(content)
        await within({ up }, () =>
          mailbox(through()).send(bytes, { to: MAILBOX, workflowId: WORKFLOW, gzip }),
        )
        const ours = mailbox(running.service.baseUrl)
        for await (const id of ours.inbox()) {
          const { content: stored } = await ours.download(id)
          expect(await textOfPieces(stored)).toBe(content)
          await ours.acknowledge(id)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('a download is never taken for the whole, and can be had again', async () => {
    const ours = mailbox(running.service.baseUrl)
    const content = randomBytes(70_000).toString('base64')
    for (const gzip of [false, true]) {
      const id = await ours.send(Buffer.from(content), { to: MAILBOX, workflowId: WORKFLOW, gzip })
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 30_000 }), async down => {
          const read = await within({ down }, async () => {
            const { content } = await mailbox(through()).download(id)
            return textOfPieces(content)
          })
          expect(read === undefined || read.value === content).toBe(true)
        }),
        { numRuns: RUNS },
      )
      const { content: whole } = await ours.download(id)
      expect(await textOfPieces(whole)).toBe(content)
      await ours.acknowledge(id)
    }
  })

  test.each([
    ['a search by FHIR', '/cpis/FHIR/R4/CareTeam/_search', 'application/x-www-form-urlencoded'],
    ['a missed appointment', '/cpis/FHIR/R4/Appointment', 'application/fhir+json'],
    ['an envelope', '/sync-service', 'text/xml'],
    ['a distribution envelope', '/smsp/cpis', 'text/xml'],
    ['a form', '/sign-in', 'application/x-www-form-urlencoded'],
    ['a form with a file', '/desk/send', 'multipart/form-data; boundary=b'],
    ['an announcement', '/events/nhs-number-change', 'application/json'],
  ])('%s is given up', async (_what, path, contentType) => {
    const body = randomBytes(30_000).toString('base64')
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 41_000 }),
        fc.integer({ min: 1, max: 2_000 }),
        async (up, down) => {
          await within({ up, down }, () =>
            fetch(through() + path, { method: 'POST', headers: { 'content-type': contentType }, body }).then(
              response => response.text(),
            ),
          )
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('a message in several parts is answered later whole, or was not taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9_000 }), async up => {
        const ask = messagingSystem({ baseUrl: through(), config: running.service.config }, WARD)
        const asked = await within({ up }, () => ask(nurse(), '9990000018'))
        if (asked?.value.status === 202) await callback.answersTo(asked.value.messageId)
      }),
      { numRuns: RUNS },
    )
  })

  test('an answer whose callback is cut is posted until it is taken', async () => {
    const ask = messagingSystem(running.service, WARD)
    const cuts = [{ up: 1 }, { up: 500 }, { up: 3_000 }, { down: 0 }, { down: 20 }, { down: 300 }]
    for (const bytes of cuts) {
      callbackProxy.cutAfter(bytes)
      callbackProxy.cut()
      const { messageId, status } = await ask(nurse(), '9990000018')
      expect(status).toBe(202)
      await new Promise(resolve => setTimeout(resolve, 300))
      callbackProxy.cutAfter({})
      await callback.answersTo(messageId)
      await until(async () =>
        (await running.service.store.storage.asynchronousAnswers.undelivered()).every(
          undelivered => undelivered.messageId !== messageId,
        ),
      )
      await isAlive()
    }
  })
})
