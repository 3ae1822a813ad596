import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import { fhirClient, type MeshClient, meshClient } from '../src/client/index.ts'
import { localDay } from '../src/domain/english-time.ts'
import { readAccessNotification } from '../src/formats/hl7v3/read-access-notification.ts'
import { readWholeAcknowledgement } from '../src/formats/hl7v3/read-acknowledgement.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import type { Service } from '../src/main/start-service.ts'
import { sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { makePopulation } from '../src/sandbox/population.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { collected } from './support/collected.ts'
import { messagingSystem, openCallback, type TestCallback } from './support/ebxml.ts'
import { expectValue } from './support/expect-value.ts'
import { freePorts } from './support/free-ports.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { nurse } from './support/records.ts'
import { makePlace, type Place } from './support/running-service.ts'
import { describeOn, ENGINES_OF_LONG_TESTS, rounds } from './support/suite.ts'
import { until } from './support/until.ts'

/** A handful of deaths; `CPIS_CRASH_ROUNDS=50` for a long night. */
const ROUNDS = Number(process.env['CPIS_CRASH_ROUNDS'] ?? rounds({ everyday: 2, rest: 4 }))
const AUTHORITY = { odsCode: '886', mailbox: 'LA886OT001', password: 'sandbox-886' }
const CHILDREN = 300
const ADMIN_TOKEN = 'the operator of this test'
const SPINE = { spineAsid: '999000000001', spinePartyKey: 'X26-999001' }

/**
 * The service is killed without warning, again and again, while an authority uploads and clinicians ask, some by messages that are
 * answered later. Afterwards everything that was acknowledged to somebody must be there, once.
 */
describeOn(ENGINES_OF_LONG_TESTS, 'kill -9 at any moment', engine => {
  let place: Place
  let issuer: TestIssuer
  let ports: { port: number; adminPort: number }
  let process_: ChildProcess | undefined
  let callback: TestCallback

  beforeAll(async () => {
    place = await makePlace(engine)
    issuer = await startIssuer()
    const [port = 0, adminPort = 0] = await freePorts(2)
    ports = { port, adminPort }
    callback = await openCallback(ward().partyKey)
  })
  afterAll(async () => {
    await kill()
    await issuer.close()
    await callback.close()
    await place.remove()
  })

  const start = async () => {
    process_ = spawn(process.execPath, ['src/cli/cpis.ts', 'serve'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...place.settings,
        PORT: String(ports.port),
        CPIS_ADMIN_PORT: String(ports.adminPort),
        CPIS_ADMIN_TOKEN: ADMIN_TOKEN,
        CPIS_LOG_LEVEL: 'error',
        CPIS_SANDBOX_AUTHORITIES: '1',
        CPIS_SANDBOX_CHILDREN: String(CHILDREN),
        CPIS_NOTIFICATION_WINDOW_MS: '200',
        CPIS_TOKEN_ISSUER: issuer.settings.issuer,
        CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
        CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
      },
    })
    await until(
      async () =>
        (await fetch(`http://127.0.0.1:${ports.adminPort}/health/ready`).catch(() => undefined))?.ok,
    )
  }
  /** The ward's answers are posted to this test. */
  const register = async () => {
    const { organisation, contract, ...system } = ward()
    const described = { odsCode: organisation.odsCode, organisationName: organisation.name }
    const response = await fetch(`http://127.0.0.1:${ports.adminPort}/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...system, ...described, contract: { ...contract, callback: callback.url } }),
    })
    if (!response.ok) throw new Error(`The ward could not be registered: ${response.status}`)
  }
  const byMessage = (user: string, nhsNumber: string) => {
    const service = { baseUrl: baseUrl(), config: SPINE } as unknown as Service
    return messagingSystem(service, ward())(nurse(user), nhsNumber)
  }
  const kill = async () => {
    if (!process_ || process_.exitCode !== null || process_.signalCode !== null) return
    process_.kill('SIGKILL')
    await once(process_, 'exit')
  }
  const baseUrl = () => `http://127.0.0.1:${ports.port}`
  const mailbox = (): MeshClient =>
    meshClient({
      baseUrl: baseUrl(),
      mailboxId: AUTHORITY.mailbox,
      password: AUTHORITY.password,
      sharedKey: 'sandbox-shared-key',
    })

  test(
    `${ROUNDS} deaths lose nothing and double nothing`,
    async () => {
      const child = heldChild()
      const accepted = new Map<string, number>()
      const answered = new Set<string>()
      await start()
      await until(async () => (await held(child, '999999999999')) || undefined)
      await register()
      const received = new Set<string>()

      // A busy machine may have done nothing before it was killed: then there is one more death.
      const nothingToLose = () => accepted.size + answered.size === 0
      for (let round = 1; round <= ROUNDS || nothingToLose(); round++) {
        const sequence = round + 1
        const uploading = mailbox()
          .send(new Blob([await collected(uploadFile(sequence))]), label(sequence))
          .then(id => accepted.set(id, sequence))
          .catch(() => undefined)
        const asking = Promise.all(
          Array.from({ length: 6 }, async (_, nth) => {
            const user = String(round * 100 + nth).padStart(12, '0')
            await sleep(randomInt(300))
            if (await held(child, user)) answered.add(user)
          }),
        )
        const messaging = Promise.all(
          Array.from({ length: 6 }, async (_, nth) => {
            const user = String(round * 100 + 50 + nth).padStart(12, '0')
            await sleep(randomInt(600))
            const asked = await byMessage(user, child).catch(() => undefined)
            if (asked?.status !== 202) return
            answered.add(user)
            received.add(asked.messageId)
          }),
        )
        await sleep(randomInt(1_200))
        await kill()
        await Promise.all([uploading, asking, messaging])
        await start()
      }

      const { acknowledged, told } = await drain(accepted.size)
      // Otherwise the deaths proved nothing.
      expect(nothingToLose()).toBe(false)
      for (const sequence of accepted.values()) {
        expect(acknowledged.filter(seen => seen.sequence === sequence)).toEqual([
          { sequence, fileCode: 'CPF03' },
        ])
      }
      expect(told).toEqual([...new Set(told)])
      expect([...answered].filter(user => !told.includes(user))).toEqual([])
      for (const messageId of received) {
        const ids = (await callback.answersTo(messageId)).map(({ header }) => header.messageId)
        expect(new Set(ids).size).toBe(1)
      }
      const history = await fhir('000000000000', ['B0170']).accessHistory(child, { unscheduled: false })
      expect(history.kind).toBe('listed')
      const verified = await runCli(['audit', 'verify'], {
        variables: {
          ...place.settings,
          CPIS_ADMIN_PORT: String(ports.adminPort),
          CPIS_ADMIN_TOKEN: ADMIN_TOKEN,
        },
      })
      expect(verified).toMatchObject({ exitCode: 0, err: '' })
      expect(verified.out).toMatch(/^[\d,]{2,} entries/)
    },
    180_000 + ROUNDS * 60_000,
  )

  const fhir = (user: string, activities?: string[]) =>
    fhirClient({ baseUrl: `${baseUrl()}/cpis/FHIR/R4`, token: () => issuer.token(user, activities) })
  const held = async (nhsNumber: string, user: string) =>
    (await fhir(user).careTeams(nhsNumber)).kind === 'held'

  /** Collects everything the authority was sent, until all that is owed has come and nothing more does. */
  async function drain(owed: number) {
    const acknowledged: { sequence: number; fileCode: string }[] = []
    const told: string[] = []
    const seen = new Set<string>()
    const collect = async () => {
      let found = 0
      for await (const id of mailbox().inbox()) {
        if (seen.has(id)) throw new Error('A message was listed again after it was acknowledged')
        const { info, content } = await mailbox().download(id)
        if (info.workflowId === 'CPIS_UPLOAD_ACK') {
          const { sequence, fileCode } = expectValue(await readWholeAcknowledgement(content))
          acknowledged.push({ sequence, fileCode })
        } else {
          const { notifications } = expectValue(await readAccessNotification(content))
          for (const { author } of notifications) if (author.kind === 'person') told.push(author.userId)
        }
        await mailbox().acknowledge(id)
        seen.add(id)
        found++
      }
      return found
    }
    await until(async () => {
      await collect()
      return acknowledged.filter(({ sequence }) => sequence > 1).length >= owed
    }, 120_000)
    // A full window without anything new: what was still on its way has come.
    do await sleep(2_000)
    while ((await collect()) > 0)
    return { acknowledged, told: told.filter(user => user !== '999999999999') }
  }
})

function ward() {
  const [system] = SYSTEMS
  if (!system) throw new Error('The sandbox has a system')
  return system
}

const day = localDay(new Date())

function population() {
  return makePopulation({ seed: 1, authorities: sandboxAuthorities(1), children: CHILDREN, today: day })
}

/** The first child of the population that is simply held. */
function heldChild(): string {
  const [upload] = population().uploads
  for (const record of upload?.records ?? []) {
    const [subject] = record.subjects
    const [plan] = record.plans
    if (subject?.nhsNumber && plan?.type === 'CPP' && !plan.end) return subject.nhsNumber
  }
  throw new Error('The population holds no child with a protection plan')
}

/** The population's file once more, created later: its few bad records make the acknowledgement CPF03. */
function uploadFile(sequence: number): AsyncIterable<Uint8Array> {
  const [upload] = population().uploads
  if (!upload) throw new Error('The population has no upload')
  return writeUpload({ ...upload.header, createdAt: new Date(), sequence }, upload.records)
}

function label(sequence: number) {
  return { to: 'CPISOT001', workflowId: 'CPIS_UPLOAD', localId: `upload-${sequence}` }
}
