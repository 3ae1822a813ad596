import { createHash, generateKeyPairSync } from 'node:crypto'
import { sql } from 'kysely'
import { proveAudit } from '../src/flows/audit/prove-audit.ts'
import { sealAudit } from '../src/flows/audit/seal-audit.ts'
import { verifyAudit } from '../src/flows/audit/verify-audit.ts'
import { sealedText } from '../src/formats/audit-seal/hashes.ts'
import { auditSeal } from '../src/main/audit-seal.ts'
import { startJobs } from '../src/storage/job-queue.ts'
import { migrate } from '../src/storage/migrate.ts'
import { type Database, openServer } from '../src/storage/open-database.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { benchServer, type Measurement, pgbench, pgbenchAuthor, rate } from './support.ts'

const ENTRIES = 200_000
const PROVED = 1_000
const SECONDS = 8
const CLIENTS = 8
/** What the service is designed for: as many queries a second, each with its entry. */
const DESIGN_TARGET = 1_500

const ENTRY = `
insert into audit (id, at, door, action, outcome, author, nhs_number, details)
select gen_random_uuid(), now(), 'fhir', 'query plans', 'allowed', '${pgbenchAuthor()}',
  '9990000018', '{}'`

/**
 * What the seal costs: an entry written with and without its place in the queue to be sealed; how many entries are sealed a second;
 * the check of a whole log against hashing the same bytes and nothing else; and a proof from the middle of it.
 */
export async function measureAuditSeal(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const database = await openServer({ url, maxConnections: 4 })
  try {
    await migrate(database.kysely)
    return [await measureAppending(database, url), ...(await measureSealing(database))]
  } finally {
    await database.close()
    await remove()
  }
}

async function measureAppending(database: Database, url: string): Promise<Measurement> {
  const queued = append(url)
  await database.statement('off', 'alter table audit disable trigger audit_to_seal', [])
  const bare = append(url)
  await database.statement('on', 'alter table audit enable trigger audit_to_seal', [])
  return {
    what: 'audit entry written, to be sealed',
    value: rate(queued, 'entries'),
    peer: `the same without the queue: ${rate(bare, 'entries')}`,
    ratio: (queued / bare).toFixed(2),
  }
}

function append(url: string): number {
  return pgbench(url, `${ENTRY.replace(/\s+/g, ' ')};\n`, CLIENTS, SECONDS)
}

async function measureSealing(database: Database): Promise<Measurement[]> {
  await database.statement('open', 'alter table audit disable trigger audit_no_truncate', [])
  await database.statement('clear', 'truncate audit, audit_waiting', [])
  await database.statement('fill', `${ENTRY} from generate_series(1, ${ENTRIES})`, [])
  await database.statement('analyze', 'analyze', [])
  const jobs = await startJobs(database, error => {
    throw error
  })
  try {
    const storage = storageOn(database, jobs)
    const seal = auditSeal(generateKeyPairSync('ed25519').privateKey)
    const deps = { storage, clock: { now: () => new Date() }, ...seal }
    const sealing = await perSecond(() => sealAudit(deps), ENTRIES)
    const checking = await perSecond(async () => {
      const { found } = await verifyAudit(deps)
      if (found > 0) throw new Error('Nothing was changed')
    }, ENTRIES)
    const { rows } = await sql<{
      id: string
    }>`select entry as id from audit_leaf where position < ${PROVED}`.execute(database.kysely)
    const ids = rows.map(({ id }) => id)
    const [first] = await storage.sealedLog.find(ids.slice(0, 1))
    if (!first) throw new Error('The log has entries')
    const text = sealedText(first.entry)
    const hashing = await perSecond(async () => {
      for (let nth = 0; nth < ENTRIES; nth++) createHash('sha256').update(text).digest()
    }, ENTRIES)
    const proving = await perSecond(async () => {
      const proof = await proveAudit(deps, ids)
      if (!proof.ok) throw new Error('Everything is proved')
    }, PROVED)
    return [
      {
        what: 'audit entries sealed',
        value: rate(sealing, 'entries'),
        peer: `what the service is designed to write: ${rate(DESIGN_TARGET, 'entries')}`,
        ratio: (sealing / DESIGN_TARGET).toFixed(1),
      },
      {
        what: `whole audit log checked, ${ENTRIES.toLocaleString('en-GB')} entries`,
        value: rate(checking, 'entries'),
        peer: `SHA-256 of the same bytes alone: ${rate(hashing, 'entries')}`,
        ratio: (checking / hashing).toFixed(2),
      },
      {
        what: 'entries proved at once',
        value: rate(proving, 'entries'),
        peer: `checked, each: ${rate(checking, 'entries')}`,
        ratio: (proving / checking).toFixed(2),
      },
    ]
  } finally {
    await jobs.stop(1_000)
  }
}

async function perSecond(work: () => Promise<unknown>, count: number): Promise<number> {
  const begun = performance.now()
  await work()
  return count / ((performance.now() - begun) / 1000)
}
