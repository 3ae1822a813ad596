import { createWriteStream, mkdtempSync, openAsBlob, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { meshClient } from '../src/client/index.ts'
import { localDay } from '../src/domain/english-time.ts'
import { readAcknowledgement } from '../src/formats/hl7v3/read-acknowledgement.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { makePopulation } from '../src/sandbox/population.ts'
import { sandboxMailbox } from '../src/sandbox/sandbox.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { answers, benchServer, type Measurement, rate, run, startServe } from './support.ts'

const RECORDS = [4_000, 100_000]
const MEGABYTE = 1024 * 1024

/**
 * An upload of the largest authority's size, and one of 100,000 records: from its acceptance to its acknowledgement, every
 * record judged by PDS over HTTP (the made-up one, in the same process), against two things that have to be done at the very
 * least: reading the file as XML, and writing the same rows.
 */
export async function measureUploads(): Promise<Measurement[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-bench-upload-'))
  try {
    const measurements: Measurement[] = []
    let small = 0
    for (const records of RECORDS) {
      const file = join(directory, `${records}.xml`)
      await makeFile(file, records)
      const floor = readAsXml(file) + (await copyRows(directory, records))
      const { seconds, peakBytes, fileCode } = await upload(file)
      measurements.push({
        what: `upload of ${records.toLocaleString('en-GB')} records (${fileCode})`,
        value: rate(records / seconds, 'records'),
        peer: `xmllint --stream and a bare COPY: ${rate(records / floor, 'records')}`,
        ratio: (floor / seconds).toFixed(2),
      })
      measurements.push({
        what: `peak memory of the service, ${records.toLocaleString('en-GB')} records`,
        value: `${Math.round(peakBytes / MEGABYTE)} MB`,
        peer: small
          ? `with ${RECORDS[0]?.toLocaleString('en-GB')} records: ${Math.round(small / MEGABYTE)} MB`
          : `the file: ${Math.round(statSync(file).size / MEGABYTE)} MB`,
        ratio: (peakBytes / (small || statSync(file).size)).toFixed(2),
      })
      small ||= peakBytes
    }
    return measurements
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const [authority] = sandboxAuthorities(1)

export async function makeFile(path: string, records: number): Promise<void> {
  const [made] = makePopulation({
    seed: 1,
    authorities: sandboxAuthorities(1),
    children: records,
    today: today(),
  }).uploads
  if (!made) throw new Error('The population has no upload')
  const header = { ...made.header, createdAt: new Date(), sequence: 1000 + records }
  await pipeline(Readable.from(writeUpload(header, made.records)), createWriteStream(path))
}

function today() {
  return localDay(new Date())
}

function readAsXml(file: string): number {
  const begun = performance.now()
  run('xmllint', ['--stream', '--noout', file])
  return (performance.now() - begun) / 1000
}

/** As many rows as the upload makes, of the same width, by the fastest way PostgreSQL has. */
async function copyRows(directory: string, records: number): Promise<number> {
  const { url, remove } = await createServerDatabase(benchServer())
  try {
    const rows = join(directory, 'rows.csv')
    const line = (index: number) =>
      `999${String(index).padStart(7, '0')},886,CPP,202601010000,,,Pippin,Applecore,2019-05-01,L-${index},2037-05-01\n`
    await pipeline(
      Readable.from(Array.from({ length: records }, (_, index) => line(index))),
      createWriteStream(rows),
    )
    const table = `create table rows (nhs_number text, authority text, plan_type text, start_time text, end_time text,
      delete_time text, given text, family text, birth_date date, local_id text, visible_until timestamptz,
      primary key (nhs_number, authority, plan_type, start_time))`
    run('psql', ['-q', url, '-c', table])
    const begun = performance.now()
    run('psql', ['-q', url, '-c', `\\copy rows from '${rows}' csv`])
    return (performance.now() - begun) / 1000
  } finally {
    await remove()
  }
}

async function upload(file: string) {
  if (!authority) throw new Error('There is an authority')
  const { url, remove } = await createServerDatabase(benchServer())
  const service = await startServe(18_180, {
    CPIS_DATABASE_URL: url,
    CPIS_SANDBOX_AUTHORITIES: '1',
    CPIS_SANDBOX_CHILDREN: '10',
  })
  try {
    const { id, password } = sandboxMailbox(authority)
    const mesh = meshClient({
      baseUrl: service.baseUrl,
      mailboxId: id,
      password,
      sharedKey: 'sandbox-shared-key',
    })
    await settled(service.baseUrl)
    const sent = await mesh.send(await openAsBlob(file), {
      to: 'CPISOT001',
      workflowId: 'CPIS_UPLOAD',
      localId: 'bench',
    })
    const begun = performance.now()
    for (;;) {
      for await (const waiting of mesh.inbox({ workflowFilter: 'CPIS_UPLOAD_ACK' })) {
        const seconds = (performance.now() - begun) / 1000
        const { info, content } = await mesh.download(waiting)
        if (info.localId !== 'bench') continue
        for await (const item of readAcknowledgement(content)) {
          if (item.kind === 'header')
            return { seconds, fileCode: item.header.fileCode, peakBytes: service.peakMemory() }
        }
      }
      await new Promise(resolve => setTimeout(resolve, 50))
      if ((performance.now() - begun) / 1000 > 900)
        throw new Error(`Message ${sent} was not acknowledged in 15 minutes`)
    }
  } finally {
    await service.stop()
    await remove()
  }
}

/** The sandbox's own upload comes first and must not be measured with ours: it is over when its issuer's child is held. */
async function settled(baseUrl: string): Promise<void> {
  const signIn = await answers(`${baseUrl}/sandbox/issuer/token?as=gp-nurse`, { method: 'POST' })
  const { access_token } = (await signIn.json()) as { access_token: string }
  const [first] = makePopulation({
    seed: 1,
    authorities: sandboxAuthorities(1),
    children: 10,
    today: today(),
  }).uploads
  const [record] = first?.records ?? []
  const number = record?.subjects[0]?.nhsNumber
  for (;;) {
    const response = await answers(`${baseUrl}/cpis/FHIR/R4/CareTeam?patient=${number}`, {
      headers: { authorization: `Bearer ${access_token}`, isunscheduledaccessevent: 'false' },
    })
    if (((await response.json()) as { total: number }).total > 0) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
