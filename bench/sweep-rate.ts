import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as newId } from 'uuid'
import { pdsClient } from '../src/demographics/pds-client.ts'
import { sweepNumbers } from '../src/flows/person/sweep-numbers.ts'
import { startJobs } from '../src/storage/job-queue.ts'
import { migrate } from '../src/storage/migrate.ts'
import { openServer } from '../src/storage/open-database.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { startPds } from '../test/support/pds.ts'
import { freshNhsNumber, planRow, storedAuthority } from '../test/support/records.ts'
import { benchServer, type Measurement, rate } from './support.ts'

/** More than all people of England with a plan. */
const NUMBERS = 300_000
const BATCH = 2_000
/** What PDS allows, in questions a second: as configured unless told otherwise, and as fast as this machine can. */
const LIMITS = [5, 200, 100_000]
const SECONDS = 8

/** How near the sweep of numbers comes to the rate it is given, and how fast it is without one; PDS answers over HTTP. */
export async function measureSweep(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const database = await openServer({ url, maxConnections: 10 })
  const pds = await startPds()
  try {
    await migrate(database.kysely)
    const jobs = await startJobs(database, error => {
      throw error
    })
    const storage = storageOn(database, jobs)
    await storedAuthority(database, '801')
    const numbers = Array.from({ length: NUMBERS }, freshNhsNumber)
    const due_at = new Date(1)
    for (let from = 0; from < NUMBERS; from += BATCH) {
      const some = numbers.slice(from, from + BATCH)
      await database.work.kysely
        .insertInto('person_number')
        .values(some.map(nhs_number => ({ nhs_number, person: nhs_number, due_at })))
        .execute()
      await database.work.kysely
        .insertInto('plan')
        .values(some.map(nhs_number => planRow({ nhs_number, authority: '801' })))
        .execute()
    }
    await database.work.statement('analyze', 'analyze', [])
    for (const number of numbers) {
      pds.says.set(number, { given: 'Pippin', family: 'Applecore', birthDate: '2019-05-01' })
    }
    const clock = { now: () => new Date() }
    const demographics = pdsClient({ baseUrl: pds.url, newRequestId: newId, now: clock.now })
    const measurements: Measurement[] = []
    for (const limit of LIMITS) {
      await database.kysely.updateTable('person_number').set({ due_at, claimed_until: null }).execute()
      const begun = performance.now()
      const { checked } = await sweepNumbers(
        {
          storage,
          clock,
          newId,
          demographics,
          numberCheckHours: 24,
          numberChecksPerSecond: Math.min(limit, 300),
          sleep: ms => (limit > 1_000 ? Promise.resolve() : sleep(ms)),
        },
        AbortSignal.timeout(SECONDS * 1000),
      )
      const perSecond = checked / ((performance.now() - begun) / 1000)
      const free = limit > 1_000
      measurements.push({
        what: free ? 'sweep of numbers, unlimited' : `sweep of numbers, limit ${limit}/s`,
        value: rate(perSecond, 'numbers'),
        peer: free
          ? 'every person of England with a plan (228,000) once a day: 3 numbers/s'
          : `its limit: ${limit} numbers/s`,
        ratio: (perSecond / (free ? 228_000 / 86_400 : limit)).toFixed(2),
      })
    }
    await jobs.stop(1_000)
    return measurements
  } finally {
    await pds.close()
    await database.close()
    await remove()
  }
}
