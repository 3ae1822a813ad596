import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as newId } from 'uuid'
import { keepRetention } from '../src/flows/retention/keep-retention.ts'
import { readConfig } from '../src/main/config.ts'
import { startJobs } from '../src/storage/job-queue.ts'
import { type Database, openServer } from '../src/storage/open-database.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { askingScript, makePeople } from './query-throughput.ts'
import { benchServer, type Measurement, rate } from './support.ts'

/** Rows that are past their period, half of them accesses and half notifications. `CPIS_BENCH_ROWS` sets another number. */
const ROWS = Number(process.env['CPIS_BENCH_ROWS'] ?? 10_000_000)
const BATCH = 500_000
const CLIENTS = 8
/** Queries a second: all of England asks fewer. */
const QUERIES_PER_SECOND = 200
/** With the job and without it by turns, so that whatever else the machine does concerns both. */
const ROUNDS = 5
const SECONDS = 15

/** How much slower queries are while rows that are past their period are removed, as configured unless told otherwise (rule 23.9). */
export async function measureRetention(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const database = await openServer({ url, maxConnections: 4 })
  try {
    await makePeople(url)
    await makeOldRows(database)
    const jobs = await startJobs(database, error => {
      throw error
    })
    const settings = {
      storage: storageOn(database.work, jobs),
      clock: { now: () => new Date() },
      newId,
      retention: readConfig({}).retention,
      isFeedReliedOn: false,
      sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }),
    }
    await latencies(url)
    const alone: number[][] = []
    const beside: number[][] = []
    let busy = 0
    const before = await left(database)
    for (let round = 0; round < ROUNDS; round++) {
      alone.push(await latencies(url))
      const stopping = new AbortController()
      const begun = performance.now()
      const removing = keepRetention(settings, stopping.signal)
      beside.push(await latencies(url))
      if ((await left(database)) === 0) throw new Error('All rows were removed before the queries ended')
      stopping.abort()
      await removing
      busy += (performance.now() - begun) / 1000
    }
    const removed = before - (await left(database))
    await jobs.stop(1_000)
    return [
      measured('median', 0.5, alone, beside),
      measured('p99', 0.99, alone, beside),
      {
        what: `removal of ${ROWS.toLocaleString('en-GB')} old rows meanwhile`,
        value: rate(removed / busy, 'rows'),
        peer: `all of them in ${Math.round(ROWS / (removed / busy) / 60)} minutes`,
        ratio: '',
      },
    ]
  } finally {
    await database.close()
    await remove()
  }
}

/** The median of the rounds: one that something else on the machine disturbed counts for nothing. */
function measured(name: string, part: number, alone: number[][], beside: number[][]): Measurement {
  const [one = 0, other = 0] = [alone, beside].map(rounds => {
    const each = rounds.map(all => all.sort((a, b) => a - b)[Math.floor(all.length * part)] ?? 0)
    return each.sort((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0
  })
  const ms = (value: number) => `${(value / 1000).toFixed(2)} ms`
  return {
    what: `query beside the retention job, ${name}`,
    value: ms(other),
    peer: `without the job, ${QUERIES_PER_SECOND} queries/s: ${ms(one)}`,
    ratio: (other / one).toFixed(2),
  }
}

async function makeOldRows(database: Database): Promise<void> {
  const author = JSON.stringify({
    kind: 'person',
    userId: '1',
    name: { given: ['A'.repeat(20)], family: 'B'.repeat(150) },
  })
  for (let from = 0; from < ROWS / 2; from += BATCH) {
    const values = [from, Math.min(from + BATCH, ROWS / 2) - 1, author]
    await database.work.statement(
      'old-accesses',
      `insert into access (person, nhs_number, accessed_at, id, author, author_key)
       select (6000000000 + n % 2000000)::text, (6000000000 + n % 2000000)::text, now() - interval '3 years' + n * interval '1 second',
         gen_random_uuid(), $3::jsonb, 'person:1' from generate_series($1::bigint, $2::bigint) n`,
      values,
    )
    await database.work.statement(
      'old-notifications',
      `insert into notification (nhs_number, access_id, authority, accessed_at, author, upload_sequence, message_id)
       select (6000000000 + n % 2000000)::text, gen_random_uuid(), 'B0001', now() - interval '3 years' + n * interval '1 second',
         $3::jsonb, 1, 'M' || n % 100000 from generate_series($1::bigint, $2::bigint) n`,
      values,
    )
  }
  await database.work.statement('vacuum', 'vacuum analyze', [])
  await database.work.statement('checkpoint', 'checkpoint', [])
}

async function left(database: Database): Promise<number> {
  const [row] = await database.work.statement<{ count: number }>(
    'left',
    `select (select count(*) from access where accessed_at < now() - interval '1 year')
      + (select count(*) from notification where accessed_at < now() - interval '1 year') as count`,
    [],
  )
  return row?.count ?? 0
}

/** Microseconds of each query, from when it should have begun. */
async function latencies(url: string): Promise<number[]> {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-pgbench-'))
  try {
    writeFileSync(join(directory, 'script.sql'), askingScript(true))
    const how = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', String(SECONDS)]
    const log = ['-l', '--log-prefix', join(directory, 'log'), '-R', String(QUERIES_PER_SECOND)]
    const child = spawn('pgbench', [...how, ...log, '-f', join(directory, 'script.sql'), url], {
      stdio: 'ignore',
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error('pgbench failed')
    return readdirSync(directory)
      .filter(name => name.startsWith('log'))
      .flatMap(name => readFileSync(join(directory, name), 'utf8').trim().split('\n'))
      .map(line => Number(line.split(' ')[2]))
  } finally {
    rmSync(directory, { recursive: true })
  }
}
