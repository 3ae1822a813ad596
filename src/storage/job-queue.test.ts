import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../test/support/engines.ts'
import { until } from '../../test/support/until.ts'
import { type Jobs, startJobs } from './job-queue.ts'

const QUICK = { concurrency: 2, pollSeconds: 0.5 }

describeOnEachEngine('the job queue', database => {
  let jobs: Jobs | undefined
  const start = async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    return jobs
  }
  afterEach(() => jobs?.stop(2_000))

  test('a job is worked on once, however often it was enqueued', async () => {
    const { queue, work } = await start()
    for (const key of ['A', 'A', 'B', 'A']) await queue(database().kysely).enqueue('receive-upload', key)
    const seen: string[] = []
    await work('receive-upload', QUICK, async key => {
      seen.push(key)
    })
    await until(async () => seen.length === 2)
    await sleep(1_000)
    expect(seen.sort()).toEqual(['A', 'B'])
  })

  test('a job enqueued in a transaction that fails never was', async () => {
    const { queue, work } = await start()
    await expect(
      database()
        .kysely.transaction()
        .execute(async trx => {
          await queue(trx).enqueue('receive-upload', 'ROLLED-BACK')
          throw new Error('the work came to nothing')
        }),
    ).rejects.toThrow('came to nothing')
    await queue(database().kysely).enqueue('receive-upload', 'KEPT')
    const seen: string[] = []
    await work('receive-upload', QUICK, async key => {
      seen.push(key)
    })
    await until(async () => seen.includes('KEPT'))
    expect(seen).toEqual(['KEPT'])
  })

  test('a job that fails is tried again', async () => {
    const { queue, work } = await start()
    await queue(database().kysely).enqueue('receive-upload', 'FLAKY')
    let tries = 0
    await work('receive-upload', QUICK, async () => {
      if (++tries === 1) throw new Error('not yet')
    })
    await until(async () => tries === 2)
  })
})
