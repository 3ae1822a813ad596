import { mkdtempSync, openAsBlob, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { meshClient } from '../src/client/index.ts'
import { INTERACTIONS } from '../src/formats/hl7v3/codes.ts'
import { actionOf } from '../src/formats/soap/codes.ts'
import { sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { sandboxMailbox } from '../src/sandbox/sandbox.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { startIssuer } from '../test/support/issuer.ts'
import { signedIn } from './page-weight-and-time.ts'
import { makePeople, validNumbers } from './query-throughput.ts'
import { benchServer, type Measurement, type RunningService, startServe } from './support.ts'
import { makeFile } from './upload-throughput.ts'

const PORT = 18_680
/** What no piece of work may hold the event loop for (milliseconds). */
const LIMIT_MS = 20
/** The interval at which the service measures its event loop: part of every delay that it reports. */
const RESOLUTION_MS = 10
const RECORDS = 100_000
const ASKED_EVERY_MS = 20
const QUIET_SECONDS = 10
const HEAVY_SECONDS = 8

/**
 * How long the service's event loop is held while it takes what is large, against 20 ms; and the 99th percentile of clinicians' queries
 * meanwhile, 50 a second, against the same without. The made-up PDS answers in a process of its own, on the same processors.
 */
export async function measureEventLoop(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const issuer = await startIssuer()
  const directory = mkdtempSync(join(tmpdir(), 'cpis-bench-loop-'))
  try {
    await makePeople(url)
    const file = join(directory, 'large.xml')
    await makeFile(file, RECORDS)
    const pds = await startServe(PORT + 2, { CPIS_SANDBOX_AUTHORITIES: '1', CPIS_SANDBOX_CHILDREN: '10' })
    const service = await startServe(PORT, {
      CPIS_PDS_URL: `${pds.baseUrl}/sandbox/personal-demographics/FHIR/R4`,
      CPIS_DATABASE_URL: url,
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '10',
    })
    try {
      const token = await issuer.token('000000000001')
      const while_ = (work: () => Promise<unknown>) => watched(service, token, work)
      await while_(() => sleep(3_000))
      const quiet = await while_(() => sleep(QUIET_SECONDS * 1000))
      const measurements: Measurement[] = []
      for (const [what, work] of [
        [`upload of ${RECORDS.toLocaleString('en-GB')} records`, () => upload(service, file)],
        ['envelopes of 1 MB, one after the other', () => envelopes(service)],
        ['tables of 2 MB on a page, one after the other', () => tables(service)],
      ] as const) {
        const busy = await while_(work)
        measurements.push(
          {
            what: `${what}: longest hold of the event loop`,
            value: `${busy.holdMs.toFixed(0)} ms`,
            peer: `limit ${LIMIT_MS} ms; without it ${quiet.holdMs.toFixed(0)} ms`,
            ratio: (busy.holdMs / LIMIT_MS).toFixed(2),
          },
          {
            what: `${what}: 99 % of queries within`,
            value: `${busy.p99.toFixed(1)} ms`,
            peer: `without it: ${quiet.p99.toFixed(1)} ms`,
            ratio: (busy.p99 / quiet.p99).toFixed(2),
          },
        )
      }
      return measurements
    } finally {
      await service.stop()
      await pds.stop()
    }
  } finally {
    await issuer.close()
    await remove()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Asks at a steady rate while something goes on; answers how long the event loop was held, and how long queries took. */
async function watched(service: RunningService, token: string, work: () => Promise<unknown>) {
  await longestDelay()
  const times: number[] = []
  const numbers = validNumbers(true)
  let going = true
  const asking = (async () => {
    const underWay: Promise<void>[] = []
    for (let nth = 0; going; nth++) {
      underWay.push(timed(`${numbers[nth % numbers.length]}`))
      await sleep(ASKED_EVERY_MS)
    }
    await Promise.all(underWay)
  })()
  try {
    await work()
  } finally {
    going = false
    await asking
  }
  times.sort((a, b) => a - b)
  return {
    holdMs: Math.max(0, (await longestDelay()) - RESOLUTION_MS),
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  }

  async function timed(number: string) {
    const begun = performance.now()
    const response = await fetch(
      `${service.baseUrl}/cpis/FHIR/R4/CareTeam?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C${number}`,
      { headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' } },
    )
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`A query was answered with ${response.status}`)
    times.push(performance.now() - begun)
  }
}

/** The longest delay of the event loop since it was last asked for, in milliseconds. */
async function longestDelay(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${PORT + 1}/metrics`)).text()
  return 1000 * Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1])
}

async function upload(service: RunningService, file: string): Promise<void> {
  const [authority] = sandboxAuthorities(1)
  if (!authority) throw new Error('There is an authority')
  const { id, password } = sandboxMailbox(authority)
  const mesh = meshClient({
    baseUrl: service.baseUrl,
    mailboxId: id,
    password,
    sharedKey: 'sandbox-shared-key',
  })
  for await (const earlier of mesh.inbox({ workflowFilter: 'CPIS_UPLOAD_ACK' }))
    await mesh.acknowledge(earlier)
  await mesh.send(await openAsBlob(file), { to: 'CPISOT001', workflowId: 'CPIS_UPLOAD' })
  for (;;) {
    for await (const _id of mesh.inbox({ workflowFilter: 'CPIS_UPLOAD_ACK' })) return
    await sleep(200)
  }
}

/** A query in an envelope that is as large as is read, of many small elements: the most work for its size. */
async function envelopes(service: RunningService): Promise<void> {
  const filling = '<x:a b="c">d</x:a>'.repeat(53_000)
  const body = `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x"><soap:Header/><soap:Body><x:q>${filling}</x:q></soap:Body></soap:Envelope>`
  const until = Date.now() + HEAVY_SECONDS * 1000
  while (Date.now() < until) {
    await fetch(`${service.baseUrl}/sync-service`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', soapaction: actionOf(INTERACTIONS.query) },
      body,
    }).then(response => response.arrayBuffer())
  }
}

async function tables(service: RunningService): Promise<void> {
  const [authority] = sandboxAuthorities(1)
  const officer = await signedIn(service.baseUrl, `authority-${authority?.odsCode}`)
  const row = '999 000 0018,Pippin,Applecore,01/05/2019,CPP,01/01/2026\n'
  const table = `NHS number,Given name,Family name,Date of birth,Plan type,Start date\n${row.repeat(35_000)}`
  const until = Date.now() + HEAVY_SECONDS * 1000
  while (Date.now() < until) {
    await officer.visit({
      what: 'send a table',
      address: '/desk/send',
      form: {
        dutyPhone: '01632960000',
        officePhone: '',
        table: new File([table], 'plans.csv', { type: 'text/csv' }),
      },
    })
  }
}
