import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { v7 as newId } from 'uuid'
import { beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { NO_JOBS } from '../../../test/support/records.ts'
import { rounds } from '../../../test/support/suite.ts'
import { placesOf } from '../../domain/person/number-register.ts'
import type { NumberDirectory, Settled } from '../../flows/person/ports.ts'
import type { SettleDeps } from '../../flows/person/settle.ts'
import type { Schema } from '../schema.ts'
import { storage as storageOn } from '../storage.ts'
import { numberDirectory } from './number-directory.ts'
import { anyStep, type Step } from './person-model.testing.ts'
import { RealPerson, storeAuthorities } from './real-person.testing.ts'

/** Replayed with its seed: `CPIS_TEST_SEED`, as it is printed when a run fails. */
const SEED = process.env['CPIS_TEST_SEED']
const STEPS = 40

describeOnEachEngine('one person', database => {
  beforeAll(() => storeAuthorities(database()))

  const settling = (): SettleDeps => ({
    storage: storageOn(database(), NO_JOBS),
    newId,
    numberCheckHours: 24,
  })
  /** Steps are taken one after the other; what is answered after each is compared with the model. */
  const follow = async (steps: readonly Step[], how: SettleDeps = settling()) => {
    const person = new RealPerson(database(), how)
    for (const step of steps) await person.step(step)
    await person.check()
  }
  const check = (numRuns: number, how?: SettleDeps) =>
    fc.check(
      fc.asyncProperty(fc.array(anyStep, { minLength: STEPS / 2, maxLength: STEPS }), steps =>
        follow(steps, how),
      ),
      { numRuns, endOnFailure: how !== undefined, ...(SEED && { seed: Number(SEED) }) },
    )

  /** How a run failed, with its seed. */
  const reportOf = (result: Awaited<ReturnType<typeof check>>) =>
    result.failed ? `${result.errorInstance}\n${fc.defaultReportMessage(result)}` : undefined

  test('whatever PDS says, in whatever order: plans and accesses are those of the numbers that replacements connect (rules 3.4, 4.4, 5.6, 14.5 and 14.8)', async () => {
    const result = await check(rounds({ everyday: 12, rest: 350 }))
    expect(reportOf(result)).toBeUndefined()
  }, 600_000)

  /** The stores with another directory, also within transactions. */
  const withDirectory = (
    change: (directory: NumberDirectory, kysely: Kysely<Schema>) => Partial<NumberDirectory>,
    places: typeof placesOf = placesOf,
  ): SettleDeps => {
    const real = settling()
    const changed = (kysely: Kysely<Schema>) => {
      const directory = numberDirectory(kysely, places)
      return { ...directory, ...change(directory, kysely) }
    }
    return {
      ...real,
      storage: {
        numbers: { ...real.storage.numbers, ...changed(database().kysely) },
        transaction: work =>
          database()
            .kysely.transaction()
            .execute(trx => {
              const stores = storageOn({ ...database(), kysely: trx }, NO_JOBS)
              return work({ ...stores, numbers: { ...stores.numbers, ...changed(trx) } })
            }),
      },
    }
  }

  test('without versions an answer that comes late would undo a newer one: the model notices (rule 14.8)', async () => {
    let order = 0
    const inOrderOfArrival = <A extends { readonly version: number }>(answer: A): A => ({
      ...answer,
      version: ++order,
    })
    const weakened = withDirectory(directory => ({
      keepUnchanged: (answers, hours) => directory.keepUnchanged(answers.map(inOrderOfArrival), hours),
      regroup: (answer, hours) => directory.regroup(inOrderOfArrival(answer), hours),
    }))
    expect(reportOf(await check(60, weakened))).toMatch(/^Error: (asked|looked up|told)/)
  }, 120_000)

  test('without the rule for rings numbers would belong to nobody: the model notices (rule 14.8)', async () => {
    const followAll: typeof placesOf = entries =>
      entries.map(({ nhsNumber, replacedBy }) => {
        let person = nhsNumber
        for (let steps = 0; steps <= entries.length; steps++)
          person = entries.find(entry => entry.nhsNumber === person)?.replacedBy ?? person
        return { nhsNumber, person, ...(replacedBy && { follows: replacedBy }) }
      })
    expect(
      (
        await check(
          60,
          withDirectory(() => ({}), followAll),
        )
      ).failed,
    ).toBe(true)
  }, 120_000)

  test('a plan that fell silent because another authority moved would be missed: the model notices', async () => {
    const silencing = withDirectory((directory, kysely) => ({
      regroup: async (answer, hours): Promise<Settled> => {
        const settled = await directory.regroup(answer, hours)
        await silence(kysely, answer.nhsNumber)
        return settled
      },
    }))
    const silence = async (kysely: Kysely<Schema>, nhsNumber: string) => {
      await kysely
        .updateTable('plan')
        .set({ delete_time: '202601010000' })
        .where('nhs_number', '=', nhsNumber)
        .where(({ exists, selectFrom, ref }) =>
          exists(
            selectFrom('plan as other')
              .select('other.id')
              .whereRef('other.person', '=', ref('plan.person'))
              .whereRef('other.nhs_number', '<>', ref('plan.nhs_number')),
          ),
        )
        .execute()
    }
    expect(reportOf(await check(60, silencing))).toMatch(/^Error: (asked|looked up|told)/)
  }, 120_000)
})
