import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fhirClient } from '../src/client/index.ts'
import type { RecordAsSent, UploadHeader } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { migrate } from '../src/storage/migrate.ts'
import { openServer } from '../src/storage/open-database.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { createServerDatabase } from './support/engines.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { databaseProxy, type NetworkProxy } from './support/network-proxy.ts'
import { type RunningService, startIn } from './support/running-service.ts'
import { spawnService } from './support/spawned-service.ts'
import { PART, TEST_SERVER } from './support/suite.ts'
import { until } from './support/until.ts'

const ADMIN_TOKEN = 'the operator of this test'
const LIMITS = {
  CPIS_DATABASE_CONNECT_MS: '500',
  CPIS_DATABASE_STATEMENT_MS: '1000',
  CPIS_DATABASE_WORK_STATEMENT_MS: '20000',
}
/** What connecting, a statement given up on and its record may take together, and what a busy machine adds. */
const STATED_MS = 2 * (500 + 1_000 + 1_000) + 10_000

/**
 * The network between the service and its database fails. Vitest fails this file when an error is heard by nobody, which is what
 * ended the process.
 */
describe.skipIf(PART === 'everyday' || !TEST_SERVER)('a service whose database fails under it', () => {
  let place: Awaited<ReturnType<typeof createServerDatabase>>
  let proxy: NetworkProxy & { readonly url: string }
  let issuer: TestIssuer
  let running: RunningService
  let desk: AuthorityDesk
  let sequence = 100

  beforeAll(async () => {
    place = await createServerDatabase(TEST_SERVER ?? '')
    proxy = await databaseProxy(place.url)
    issuer = await startIssuer()
    running = await startIn(
      { engine: 'postgresql', settings: { CPIS_DATABASE_URL: proxy.url }, remove: place.remove },
      {
        ...LIMITS,
        CPIS_ADMIN_TOKEN: ADMIN_TOKEN,
        CPIS_SANDBOX_AUTHORITIES: '1',
        CPIS_SANDBOX_CHILDREN: '20',
        CPIS_NOTIFICATION_WINDOW_MS: '200',
        CPIS_TOKEN_ISSUER: issuer.settings.issuer,
        CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
        CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
      },
    )
    desk = await openDesk(running.service, population().authority)
    await desk.upload(await file())
  })
  afterAll(async () => {
    proxy.freeze(false)
    await running.stop()
    await issuer.close()
    await proxy.close()
    await place.remove()
  })

  const population = () => {
    const [upload] = running.service.sandbox?.population.uploads ?? []
    if (!upload) throw new Error('The population has an upload')
    return upload
  }
  const file = (records: readonly RecordAsSent[] = [...population().records]) => {
    sequence += 1
    const header: UploadHeader = { ...population().header, createdAt: new Date(), sequence }
    return collected(writeUpload({ ...header, recordCount: records.length }, records))
  }
  const child = () => population().records[Symbol.iterator]().next().value?.subjects[0]?.nhsNumber ?? ''
  let asked = 0
  const ask = () =>
    fhirClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      token: () => issuer.token(`5550${String(++asked).padStart(8, '0')}`, ['B0107', 'B0170']),
      timeoutMilliseconds: 60_000,
    }).careTeams(child())
  const ready = async () => (await fetch(`${running.service.adminUrl}/health/ready`)).status

  test.each([
    1, 2, 3, 4, 5, 6, 7, 8,
  ])('a query whose connection is cut at packet %i is answered or could not look', async nth => {
    proxy.cutAtPacket(nth)
    const outcome = await ask()
    expect(['held', 'could-not-look']).toContain(outcome.kind)
    proxy.cutAtPacket(0)
    expect((await ask()).kind).toBe('held')
  })

  test('an upload whose connections are cut anywhere is acknowledged once, with everything in it (rule 3.15)', async () => {
    for (let nth = 1; nth < 200; nth += 9) {
      proxy.cutAtPacket(nth)
      const bytes = await file()
      const answer = await desk.acknowledged(() =>
        until(() =>
          desk.mesh
            .send(bytes, {
              to: running.service.config.mesh.cpisMailbox,
              workflowId: running.service.config.mesh.uploadWorkflow,
            })
            .then(
              () => true,
              () => undefined,
            ),
        ),
      )
      expect([nth, answer.fileCode, answer.verdicts.length]).toEqual([
        nth,
        'CPF02',
        [...population().records].length,
      ])
      proxy.cutAtPacket(0)
      await until(async () => (await ready()) === 200)
      // A sender whose acceptance was lost on the way sends again: both copies are acknowledged alike.
      await desk.empty()
    }
  }, 300_000)

  test('an operator whose connection is cut anywhere does the thing once or not at all', async () => {
    for (let nth = 1; nth < 25; nth++) {
      const asid = String(200_000_000_000 + nth)
      const add = () =>
        fetch(`${running.service.adminUrl}/clients`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            asid,
            partyKey: 'X9Z01-000001',
            odsCode: 'X9Z01',
            organisationName: 'A WARD',
            allows: ['unscheduled'],
          }),
        }).then(response => response.status)
      proxy.cutAtPacket(nth)
      expect([201, 503]).toContain(await add())
      proxy.cutAtPacket(0)
      await until(async () => (await add()) === 201)
    }
  }, 120_000)

  test('a database that stops answering is "could not look" within the stated time, and all is well when it is back (rule 8.3)', async () => {
    proxy.freeze(true)
    const begun = performance.now()
    const [query, health, metrics] = await Promise.all([
      ask(),
      ready(),
      fetch(`${running.service.adminUrl}/metrics`).then(response => response.text()),
    ])
    expect(performance.now() - begun).toBeLessThan(STATED_MS)
    expect(query.kind).toBe('could-not-look')
    expect(health).toBe(503)
    expect(metrics).toMatch(/^cpis_database_answers 0$/m)
    expect(metrics).toMatch(/^cpis_uploads_waiting Nan$/m)
    proxy.freeze(false)
    await until(async () => (await ready()) === 200)
    expect((await ask()).kind).toBe('held')
  }, 60_000)

  test('a start before a database that does not answer exits with its reason (rule 8.4)', async () => {
    proxy.freeze(true)
    const service = await spawnService({ CPIS_DATABASE_URL: proxy.url, ...LIMITS })
    const { code, said } = await service.ended()
    proxy.freeze(false)
    expect(code).toBe(2)
    expect(said).toContain('database')
  }, 120_000)

  test('a process that is told to stop ends though its database does not answer (rule 8.4)', async () => {
    const service = await spawnService({ CPIS_DATABASE_URL: proxy.url, ...LIMITS, CPIS_STOP_SECONDS: '3' })
    await service.ready()
    proxy.freeze(true)
    const begun = performance.now()
    service.signal('SIGTERM')
    const { signal } = await service.ended()
    expect(signal).toBeNull()
    expect(performance.now() - begun).toBeLessThan(30_000)
    proxy.freeze(false)
  }, 180_000)

  test('a database that refuses to be written to exits with its reason, also after the job queue was started', async () => {
    const other = await createServerDatabase(TEST_SERVER ?? '')
    try {
      const database = await openServer({ url: other.url, maxConnections: 1 })
      await migrate(database.work.kysely)
      const name = new URL(other.url).pathname.slice(1)
      await database.statement(
        'readonly',
        `alter database ${name} set default_transaction_read_only = on`,
        [],
      )
      await database.close()
      const service = await spawnService({ CPIS_DATABASE_URL: other.url })
      const { code, said } = await service.ended()
      expect(code).toBe(2)
      expect(said).toMatch(/database/i)
    } finally {
      await other.remove()
    }
  }, 120_000)
})
