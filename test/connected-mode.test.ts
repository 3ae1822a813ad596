import { readFileSync } from 'node:fs'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fhirClient, type MeshClient, meshClient, streamingFetch } from '../src/client/index.ts'
import { addAuthority } from '../src/flows/registration/manage-exchange.ts'
import { readAccessNotification } from '../src/formats/hl7v3/read-access-notification.ts'
import { readWholeAcknowledgement } from '../src/formats/hl7v3/read-acknowledgement.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { collected } from './support/collected.ts'
import { expectValue } from './support/expect-value.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import {
  ALPHA,
  BETA,
  CPIS,
  type MeshBench,
  openMeshBench,
  passwordOf,
  SHARED_KEY,
  UPLOAD,
} from './support/mesh.ts'
import { behindMutualTls, type CertificateAuthority, certificateAuthority } from './support/mutual-tls.ts'
import type { RunningService } from './support/running-service.ts'
import { describeJourney, makePlace, type Place, startIn } from './support/running-service.ts'
import { until } from './support/until.ts'

const ACKNOWLEDGEMENT = 'CPIS_TEST_ACK'
const NOTIFICATION = 'CPIS_TEST_NOTIFICATION'

/** The service behind a MESH server that is not its own: authorities never come to its interfaces, and notice no difference. */
describeJourney('connected mode', engine => {
  let national: MeshBench
  let trust: CertificateAuthority
  let server: Awaited<ReturnType<typeof behindMutualTls>>
  let issuer: TestIssuer
  let place: Place
  let running: RunningService
  let wire: ReturnType<typeof streamingFetch>
  let sequence = 0

  beforeAll(async () => {
    trust = certificateAuthority()
    issuer = await startIssuer()
    place = await makePlace(engine)
    national = await openMeshBench()
    for (const id of [ACKNOWLEDGEMENT, NOTIFICATION]) {
      await national.storage.workflows.add({ id, description: 'x', senders: [CPIS], receivers: [ALPHA] })
    }
    await national.storage.workflows.add({ id: UPLOAD, description: 'x', senders: [BETA], receivers: [] })
    server = await behindMutualTls(national.app, trust)
    wire = streamingFetch({ idleMs: 5_000, tls: credentials('authority') })
    await start()
    const [authority] = sandbox().authorities
    if (!authority) throw new Error('There is an authority')
    const { storage } = running.service.store
    const { mesh } = running.service.config
    const mailbox = { ...authority, id: ALPHA, password: 'not-used' }
    const clock = { now: () => new Date() }
    await addAuthority({ storage, clock, newId, mesh }, { ...authority, mailbox, live: true })
  })
  afterAll(async () => {
    await running.stop()
    wire.close()
    await server.close()
    await national.close()
    await issuer.close()
    await place.remove()
    trust.remove()
  })

  const credentials = (name: string) => {
    const { cert, key } = trust.issue(name)
    return {
      cert: readFileSync(cert, 'utf8'),
      key: readFileSync(key, 'utf8'),
      ca: readFileSync(trust.ca, 'utf8'),
    }
  }
  const start = async () => {
    running = await another()
  }
  const another = () => {
    const { cert, key } = trust.issue('cpis')
    return startIn(place, {
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '20',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
      CPIS_MESH_MAILBOX: CPIS,
      CPIS_MESH_UPLOAD_WORKFLOW: UPLOAD,
      CPIS_MESH_ACKNOWLEDGEMENT_WORKFLOW: ACKNOWLEDGEMENT,
      CPIS_MESH_NOTIFICATION_WORKFLOW: NOTIFICATION,
      CPIS_MESH_URL: server.baseUrl,
      CPIS_MESH_CLIENT_PASSWORD: passwordOf(CPIS),
      CPIS_MESH_CLIENT_SHARED_KEY: SHARED_KEY,
      CPIS_MESH_CLIENT_CERTIFICATE: cert,
      CPIS_MESH_CLIENT_KEY: key,
      CPIS_MESH_CLIENT_AUTHORITIES: trust.ca,
      CPIS_MESH_POLL_SECONDS: '1',
    })
  }
  const sandbox = () => {
    if (!running.service.sandbox) throw new Error('The service of this test has a sandbox')
    return running.service.sandbox
  }
  const upload = () => {
    const [found] = sandbox().population.uploads
    if (!found) throw new Error('The population has an upload')
    return found
  }
  const someNumber = () => {
    const held = examplePeople(sandbox().population).find(({ visiblePlans }) => visiblePlans > 0)
    if (!held) throw new Error('The population has a child with a plan')
    return held.nhsNumber
  }
  const authority = (mailboxId: string = ALPHA): MeshClient =>
    meshClient({
      baseUrl: server.baseUrl,
      mailboxId,
      password: passwordOf(mailboxId),
      sharedKey: SHARED_KEY,
      fetch: wire.fetch,
    })
  const send = async (from: MeshClient, gzip = false) => {
    const { header, records } = upload()
    const file = await collected(
      writeUpload({ ...header, createdAt: new Date(), sequence: ++sequence }, records),
    )
    return from.send(file, { to: CPIS, workflowId: UPLOAD, localId: `FILE${sequence}`, gzip })
  }
  const take = async <T>(workflowId: string, read: (content: AsyncIterable<Uint8Array>) => Promise<T>) => {
    const id = await until(async () => {
      for await (const waiting of authority().inbox({ workflowFilter: workflowId })) return waiting
      return undefined
    })
    const { info, content } = await authority().download(id)
    const taken = await read(content)
    await authority().acknowledge(id)
    return { info, taken }
  }

  test('a file is acknowledged, a view is told of, and the authority saw only its national mailbox', async () => {
    const id = await send(authority(), true)
    const { info, taken } = await take(ACKNOWLEDGEMENT, readWholeAcknowledgement)
    expect(expectValue(taken)).toMatchObject({ sequence: 1, fileCode: 'CPF02' })
    expect(info).toMatchObject({ from: CPIS, partnerId: 'FILE1' })
    expect(await authority().track(id)).toMatchObject({ status: 'acknowledged' })

    const number = someNumber()
    const clinician = fhirClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      token: () => issuer.token('999000000001'),
    })
    expect((await clinician.careTeams(number)).kind).toBe('held')
    const told = await take(NOTIFICATION, readAccessNotification)
    expect(expectValue(told.taken).notifications.map(({ nhsNumber }) => nhsNumber)).toEqual([number])
  })

  test('what was sent while the service was down is taken when it is back, each file once', async () => {
    await running.stop()
    await send(authority())
    await send(authority())
    await start()
    const sequences = []
    for (let n = 0; n < 2; n++) {
      const { taken } = await take(ACKNOWLEDGEMENT, readWholeAcknowledgement)
      sequences.push(expectValue(taken).sequence)
    }
    expect(sequences.sort()).toEqual([2, 3])
    const waiting = []
    for await (const id of authority().inbox()) waiting.push(id)
    expect(waiting).toEqual([])
  })

  test.runIf(engine === 'postgresql')('two processes fetch and answer each file once', async () => {
    const second = await another()
    const files = 6
    const first = sequence + 1
    for (let n = 0; n < files; n++) await send(authority())
    const sequences = []
    for (let n = 0; n < files; n++) {
      const { taken } = await take(ACKNOWLEDGEMENT, readWholeAcknowledgement)
      sequences.push(expectValue(taken).sequence)
    }
    expect(sequences.sort((one, other) => one - other)).toEqual(
      Array.from({ length: files }, (_, n) => first + n),
    )
    await second.stop()
    const waiting = []
    for await (const id of authority().inbox()) waiting.push(id)
    expect(waiting).toEqual([])
  })

  test('a stranger is heard by nobody, and the operator sees that something lies aside', async () => {
    await send(authority(BETA))
    const metrics = await until(async () => {
      const response = await fetch(`${running.service.adminUrl}/metrics`)
      const text = await response.text()
      return text.includes('cpis_mesh_set_aside 1') && text
    })
    expect(metrics).toContain('cpis_mesh_fault_seconds 0')
    await until(async () => running.logLines.some(line => line.includes('set aside')))
  })

  test('nothing of a person, a password or the server is in the log', () => {
    const log = running.logLines.join('')
    for (const secret of [passwordOf(CPIS), SHARED_KEY, someNumber(), server.baseUrl]) {
      expect(log).not.toContain(secret)
    }
  })
})
