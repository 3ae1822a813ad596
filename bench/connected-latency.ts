import type { AddressInfo } from 'node:net'
import { type MeshClient, meshClient } from '../src/client/index.ts'
import { localDay } from '../src/domain/english-time.ts'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { makePopulation, type Population } from '../src/sandbox/population.ts'
import { sandboxMailbox } from '../src/sandbox/sandbox.ts'
import { collected } from '../test/support/collected.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { openMeshBench, SHARED_KEY } from '../test/support/mesh.ts'
import { until } from '../test/support/until.ts'
import { benchServer, type Measurement, startServe } from './support.ts'

const ROUNDS = 15
const CHILDREN = 100
const POLL_SECONDS = 1
const CPIS = 'CPISOT001' as MailboxId
const UPLOAD = 'CPIS_UPLOAD'
const ACKNOWLEDGEMENT = 'CPIS_UPLOAD_ACK'

/**
 * From a file's arrival in the mailbox of CP-IS on a MESH server elsewhere until its acknowledgement stands in its authority's
 * there, against the same files through our own API. The server elsewhere is polled every second here, which adds half a second
 * in the middle; at the five minutes of the national one the wait for the poll is all there is.
 */
export async function measureConnected(): Promise<Measurement[]> {
  const [authority] = sandboxAuthorities(1)
  if (!authority) throw new Error('There is an authority')
  const { id, password, name, odsCode } = sandboxMailbox(authority)
  const population = makePopulation({
    seed: 1,
    authorities: [authority],
    children: CHILDREN,
    today: localDay(new Date()),
  })

  const elsewhere = await openMeshBench()
  const { mailboxes, workflows } = elsewhere.storage
  await mailboxes.add({ id: CPIS, name: 'CP-IS', odsCode: 'X26' as OdsCode, password: 'of-cpis' })
  await mailboxes.add({ id, name, odsCode, password })
  await workflows.add({ id: UPLOAD, description: 'upload', senders: [id], receivers: [CPIS] })
  await workflows.add({ id: ACKNOWLEDGEMENT, description: 'answer', senders: [CPIS], receivers: [id] })
  await elsewhere.app.listen({ host: '127.0.0.1', port: 0 })
  const address = `http://127.0.0.1:${(elsewhere.app.server.address() as AddressInfo).port}`
  const client = (baseUrl: string, sharedKey: string) =>
    meshClient({ baseUrl, mailboxId: id, password, sharedKey })

  try {
    const direct = await served(18_380, {}, baseUrl =>
      latencies(client(baseUrl, 'sandbox-shared-key'), population),
    )
    const connected = await served(
      18_382,
      {
        CPIS_MESH_URL: address,
        CPIS_MESH_CLIENT_PASSWORD: 'of-cpis',
        CPIS_MESH_CLIENT_SHARED_KEY: SHARED_KEY,
        CPIS_MESH_POLL_SECONDS: String(POLL_SECONDS),
      },
      () => latencies(client(address, SHARED_KEY), population),
    )
    return [
      {
        what: `file of ${CHILDREN} records to its acknowledgement, connected, polled every ${POLL_SECONDS} s`,
        value: `${median(connected)} ms`,
        peer: `through our own API: ${median(direct)} ms`,
        ratio: (median(connected) / median(direct)).toFixed(2),
      },
    ]
  } finally {
    await elsewhere.close()
  }
}

async function served<T>(
  port: number,
  settings: Record<string, string>,
  measure: (baseUrl: string) => Promise<T>,
): Promise<T> {
  const { url, remove } = await createServerDatabase(benchServer())
  const service = await startServe(port, {
    CPIS_DATABASE_URL: url,
    CPIS_SANDBOX_AUTHORITIES: '1',
    CPIS_SANDBOX_CHILDREN: '10',
    ...settings,
  })
  try {
    return await measure(service.baseUrl)
  } finally {
    await service.stop()
    await remove()
  }
}

/** Milliseconds of each round, in an order of no meaning. The first rounds find nothing warm and do not count. */
async function latencies(authority: MeshClient, population: Population): Promise<number[]> {
  const [upload] = population.uploads
  if (!upload) throw new Error('The population has an upload')
  const measured: number[] = []
  for (let round = -2; round < ROUNDS; round++) {
    const header = { ...upload.header, createdAt: new Date(), sequence: 1_000 + round }
    const file = await collected(writeUpload(header, upload.records))
    const localId = `round-${round}`
    await authority.send(file, { to: CPIS, workflowId: UPLOAD, localId })
    const begun = performance.now()
    await until(async () => {
      for await (const waiting of authority.inbox({ workflowFilter: ACKNOWLEDGEMENT })) {
        const { info, content } = await authority.download(waiting)
        await collected(content)
        await authority.acknowledge(waiting)
        if (info.localId === localId || info.partnerId === localId) return true
      }
      return undefined
    })
    if (round >= 0) measured.push(performance.now() - begun)
  }
  return measured.sort((one, other) => one - other)
}

function median(sorted: readonly number[]): number {
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
}
