import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { rounds } from '../../../test/support/suite.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import { changingPeople, ONE, TWO, threeNumbers, UNAVAILABLE } from './changing-people.testing.ts'

describeOnEachEngine('what failed with one person and several numbers', database => {
  const { pds, asked, lookUpOf, sweep, load, ask, plansBy, later, entriesOf, slowDown, announce } =
    changingPeople(database)

  test('1: a look at the current number leaves the replaced one leading to it', async () => {
    const [old, current] = threeNumbers()
    await load(current, ONE)
    pds.set(old, { kind: 'superseded', by: current })
    expect(await plansBy(old)).toEqual([`801 ${current} 202601010000`])
    await announce(current)
    await sweep()
    for (const day of [0, 25, 50]) {
      later(day)
      await sweep()
      expect(await plansBy(old)).toEqual([`801 ${current} 202601010000`])
    }
  })

  test('2: two authorities, one under the old and one under the current number: both, in whatever order the looks come', async () => {
    const [old, current] = threeNumbers()
    await load(old, ONE)
    await load(current, TWO)
    pds.set(old, { kind: 'superseded', by: current })
    const both = [`801 ${old} 202601010000`, `802 ${current} 202601010000`]
    for (const next of [old, current, old, current]) {
      await announce(next)
      await sweep()
      for (const number of [old, current]) expect(await plansBy(number)).toEqual(both)
    }
  })

  test('3: two numbers that were replaced by the same one are linked by files that meet them at once', async () => {
    for (let run = 0; run < rounds({ everyday: 5, rest: 40 }); run++) {
      const [first, second, current] = threeNumbers()
      await load(first, ONE)
      await load(second, TWO)
      for (const number of [first, second]) pds.set(number, { kind: 'superseded', by: current })
      await Promise.all([first, second].map(nhsNumber => ask(nhsNumber)))
      await Promise.all([first, second].map(async nhsNumber => announce(nhsNumber)))
      await Promise.all([sweep(), sweep()])
      const both = [`801 ${first} 202601010000`, `802 ${second} 202601010000`]
      for (const number of [first, second, current]) expect(await plansBy(number)).toEqual(both)
    }
  })

  test('4: a number that nobody uploaded is asked of PDS, also where its replacement was replaced (rule 4.8)', async () => {
    const [old, between, current] = threeNumbers()
    await load(current, ONE)
    pds.set(old, { kind: 'superseded', by: between })
    pds.set(between, { kind: 'superseded', by: current })
    expect(await ask(old)).toMatchObject({ plans: [`801 ${current} 202601010000`], checked: true })
    expect(asked).toEqual([old, between])
    asked.length = 0
    expect(await plansBy(between)).toHaveLength(1)
    expect(asked).toEqual([])
    expect(await entriesOf(old)).toHaveLength(1)
  })

  test('4: where PDS cannot be asked in time it is said that the number was not checked, and recorded so (rule 4.8)', async () => {
    const [down, slow, current] = threeNumbers()
    await load(current, ONE)
    for (const number of [down, slow]) pds.set(number, { kind: 'superseded', by: current })
    const unchecked = { plans: [], accesses: 0, checked: false }
    pds.set(down, UNAVAILABLE)
    expect(await ask(down)).toEqual(unchecked)
    expect(await entriesOf(down)).toMatchObject([
      { outcome: 'allowed', details: { plans: 0, checked: false } },
    ])
    slowDown(300)
    const begun = performance.now()
    expect(await ask(slow, { lookUp: lookUpOf({ withinMs: 50 }) })).toEqual(unchecked)
    expect(performance.now() - begun).toBeLessThan(290)
    // An answer that came too late is kept for the next one who asks.
    await new Promise(resolve => setTimeout(resolve, 500))
    slowDown(0)
    expect(await plansBy(slow)).toHaveLength(1)
    expect(asked.filter(number => number === slow)).toHaveLength(1)
  })

  test('21: silence is of one plan, never of a person: what else the authority holds under the old number stays', async () => {
    const [old, current] = threeNumbers()
    await load(old, ONE)
    await load(current, ONE, '202102010000', { deleted: true })
    pds.set(old, { kind: 'superseded', by: current })
    await announce(old)
    await sweep()
    for (const number of [old, current]) expect(await plansBy(number)).toEqual([`801 ${old} 202601010000`])
    // The same plan under the current number speaks for both, its deletion included.
    await load(current, ONE)
    for (const number of [old, current])
      expect(await plansBy(number)).toEqual([`801 ${current} 202601010000`])
    await load(current, ONE, '202601010000', { deleted: true })
    for (const number of [old, current]) expect(await plansBy(number)).toEqual([])
  })

  test('22: a merge that PDS undoes leaves each number with what was loaded under it', async () => {
    const [old, current] = threeNumbers()
    await load(old, ONE)
    pds.set(old, { kind: 'superseded', by: current })
    await announce(old)
    await sweep()
    await load(current, ONE)
    pds.delete(old)
    await announce(old)
    await sweep()
    expect(await plansBy(old)).toEqual([`801 ${old} 202601010000`])
    expect(await plansBy(current)).toEqual([`801 ${current} 202601010000`])
  })

  test('23: an author is listed once in 24 hours for a person, whatever the numbers do, and never not at all', async () => {
    for (const sorted of [true, false]) {
      const [old, current] = threeNumbers().toSorted((a, b) => (sorted ? 1 : -1) * (a < b ? -1 : 1)) as [
        NhsNumber,
        NhsNumber,
      ]
      const look = (number: NhsNumber) => ask(number, { access: 'unscheduled', author: '77' })
      const says = async (answer: Demographics | undefined) => {
        if (answer) pds.set(old, answer)
        else pds.delete(old)
        await announce(old)
        await sweep()
      }
      await load(old, ONE)
      expect(await look(old)).toMatchObject({ accesses: 1 })
      await says({ kind: 'superseded', by: current })
      await load(current, ONE)
      later(1)
      expect(await look(current)).toMatchObject({ accesses: 1 })
      await says(undefined)
      // Parted again, the current number has had no look of its own.
      expect(await look(current)).toMatchObject({ accesses: 1 })
      expect(await look(old)).toMatchObject({ accesses: 1 })
      await says({ kind: 'superseded', by: current })
      later(1)
      expect(await look(current)).toMatchObject({ accesses: 2 })
      later(24)
      expect(await look(old)).toMatchObject({ accesses: 3 })
    }
  })

  test('25: a look that a wrong clock dated into the future blocks no later one', async () => {
    const [child] = threeNumbers()
    await load(child, ONE)
    later(100)
    await ask(child, { access: 'unscheduled', author: '78' })
    later(-99)
    expect(await ask(child, { access: 'unscheduled', author: '78' })).toMatchObject({ accesses: 2 })
  })
})
