import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fhirClient, meshClient } from '../src/client/index.ts'
import type { RecordAsSent, UploadHeader } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { sandboxMailbox } from '../src/sandbox/sandbox.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { spawnService } from './support/spawned-service.ts'
import { PART } from './support/suite.ts'

const NOBODY = '9990000018'
/** After so long a service is told to stop. */
const MOMENTS_MS = PART === 'everyday' ? [150] : [0, 150, 600]

/** One authority's damaged or hostile file is that authority's alone. Vitest fails this file when an error is heard by nobody. */
describeJourney('a damaged or hostile file', engine => {
  let place: Place
  let issuer: TestIssuer
  let running: RunningService
  let desk: AuthorityDesk
  let sequence = 100

  beforeAll(async () => {
    place = await makePlace(engine)
    issuer = await startIssuer()
    running = await startIn(place, {
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '30',
      CPIS_MAX_UPLOAD_RECORDS: '50000',
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
    })
    const [authority] = sandboxAuthorities(1)
    if (!authority) throw new Error('There is an authority')
    desk = await openDesk(running.service, authority)
  })
  afterAll(async () => {
    await running.stop()
    await issuer.close()
    await place.remove()
  })

  const population = () => {
    const [upload] = running.service.sandbox?.population.uploads ?? []
    if (!upload) throw new Error('The population has an upload')
    return upload
  }
  const file = (
    head: Partial<UploadHeader> = {},
    records: readonly RecordAsSent[] = [...population().records],
  ) => {
    sequence += 1
    const header = {
      ...population().header,
      createdAt: new Date(),
      sequence,
      recordCount: records.length,
      ...head,
    }
    return collected(writeUpload(header, records))
  }
  const headOf = async (recordCount: number) => {
    const text = Buffer.from(await file({ recordCount }, [...population().records].slice(0, 1))).toString()
    const at = text.indexOf('<record>')
    return text.slice(0, at)
  }
  /** Sends bytes as they are, said to be compressed; answers the acknowledgement. */
  const send = async (bytes: Uint8Array) => {
    const { baseUrl, config } = running.service
    const { id, password } = sandboxMailbox(authorityOf())
    const mesh = meshClient({
      baseUrl,
      mailboxId: id,
      password,
      sharedKey: config.mesh.sharedKey,
      fetch: asGzip,
    })
    return desk.acknowledged(() =>
      mesh.send(bytes, { to: config.mesh.cpisMailbox, workflowId: config.mesh.uploadWorkflow }),
    )
  }
  const authorityOf = () => population().authority
  const ask = () =>
    fhirClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      token: () => issuer.token('555000000001', ['B0107', 'B0170']),
    }).careTeams(NOBODY)

  test('two bytes that begin like gzip are CPF01', async () => {
    expect(await send(Buffer.from([0x1f, 0x8b]))).toMatchObject({ fileCode: 'CPF01' })
  })

  test('a compressed file without its last byte is CPF01', async () => {
    const whole = gzipSync(await file())
    expect(await send(whole.subarray(0, -1))).toMatchObject({ fileCode: 'CPF01' })
  })

  test('a compressed file cut anywhere is CPF01', async () => {
    const whole = gzipSync(await file())
    for (const part of [0.01, 0.2, 0.5, 0.7, 0.99]) {
      const cut = whole.subarray(0, Math.max(11, Math.floor(whole.length * part)))
      expect(await send(cut)).toMatchObject({ fileCode: 'CPF01' })
    }
  })

  test('a good compressed file whose head is refused is given up without harm', async () => {
    const future = new Date('2028-01-01T00:00:00Z')
    for (let time = 0; time < 3; time++) {
      expect(await send(gzipSync(await file({ createdAt: future })))).toMatchObject({ fileCode: 'CPF01' })
    }
  })

  test('a hundred thousand empty records in two kilobytes are CPF01, and clinicians are answered meanwhile', async () => {
    const head = await headOf(40_000)
    const bomb = gzipSync(`${head}${'<record/>'.repeat(100_000)}</File>`, { level: 9 })
    expect(bomb.length).toBeLessThan(4_000)
    const answered = send(bomb)
    for (let asked = 0; asked < 20; asked++) expect((await ask()).kind).not.toBe('could-not-look')
    const { fileCode, fileReason } = await answered
    expect(fileCode).toBe('CPF01')
    expect(fileReason).toContain('100 times as large')
  })

  test('more records than a file may have are CPF01, as soon as they are announced (rule 3.21)', async () => {
    const answer = await send(
      gzipSync(await file({ recordCount: 50_001 }, [...population().records].slice(0, 2))),
    )
    expect(answer).toMatchObject({ fileCode: 'CPF01', fileReason: expect.stringContaining('at most 50000') })
  })

  test('more records than were announced and than a file may have are CPF01', async () => {
    const head = await headOf(3)
    const answer = await desk.upload(Buffer.from(`${head}${'<record/>'.repeat(50_001)}</File>`))
    expect(answer).toMatchObject({ fileCode: 'CPF01', fileReason: expect.stringContaining('at most 50000') })
  })

  test('a good file is received after all of these', async () => {
    expect(await send(gzipSync(await file()))).toMatchObject({ fileCode: 'CPF03' })
  })
})

/** Sends a body as it is, with the label of compressed content. */
const asGzip: typeof fetch = (input, init = {}) => {
  const headers = new Headers(init.headers)
  if (init.method === 'POST' && String(input).endsWith('/outbox')) headers.set('content-encoding', 'gzip')
  return fetch(input, { ...init, headers })
}

describeJourney('a service that is told to stop', engine => {
  test.each([
    'SIGINT',
    'SIGTERM',
  ] as const)('by %s while compressed files come in, ends in order', async signal => {
    const place = await makePlace(engine)
    try {
      for (const afterMs of MOMENTS_MS) {
        const service = await spawnService({ ...place.settings, CPIS_SANDBOX_CHILDREN: '200' })
        await service.ready()
        await new Promise(resolve => setTimeout(resolve, afterMs))
        service.signal(signal)
        const { code, said } = await service.ended()
        expect({ code, broken: /^\s+at /m.test(said) }).toEqual({ code: 0, broken: false })
        expect(said).toContain('Stopping.')
      }
    } finally {
      await place.remove()
    }
  }, 300_000)
})
