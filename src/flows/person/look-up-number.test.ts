import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber } from '../../../test/support/records.ts'
import { changingPeople, HOUR, ONE, threeNumbers } from './changing-people.testing.ts'

describeOnEachEngine('a number under which nothing is held', database => {
  const {
    pds,
    asked,
    demographics,
    lookUpOf,
    sweep,
    load,
    ask,
    plansBy,
    later,
    entriesOf,
    slowDown,
    announce,
  } = changingPeople(database)

  test('PDS is asked within its budget, about a number once at a time, and not again for a day (rule 4.8)', async () => {
    const [one, two] = threeNumbers()
    const lookUp = lookUpOf({ perSecond: 1 })
    slowDown(50)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(one, { lookUp })))
    expect(asked).toEqual([one])
    expect(answers.map(answer => typeof answer !== 'string' && answer.checked)).toEqual(Array(5).fill(true))
    expect(await ask(two, { lookUp })).toMatchObject({ checked: false })
    expect(await ask(one, { lookUp })).toMatchObject({ checked: true })
    expect(asked).toEqual([one])
    expect(await ask(two, { lookUp: lookUpOf({ perSecond: 0 }) })).toMatchObject({ checked: false })
    const leftAlone = { ...demographics, leftAlone: () => true }
    expect(await ask(two, { lookUp: lookUpOf({ demographics: leftAlone }) })).toMatchObject({
      checked: false,
    })
    later(25)
    expect(await ask(one)).toMatchObject({ checked: true })
    expect(asked).toEqual([one, one])
  })

  test('while changes are announced, what was not announced counts as checked; what was is asked (rule 4.8)', async () => {
    const [quiet, announced, current] = threeNumbers()
    await load(current, ONE)
    await announce(announced)
    pds.set(announced, { kind: 'superseded', by: current })
    const lookUp = lookUpOf({ feedMs: HOUR })
    expect(await ask(quiet, { lookUp })).toMatchObject({ plans: [], checked: true })
    expect(asked).toEqual([])
    expect(await ask(announced, { lookUp })).toMatchObject({ plans: [`801 ${current} 202601010000`] })
    later(2)
    expect(await ask(freshNhsNumber(), { lookUp })).toMatchObject({ checked: true })
    expect(asked).toHaveLength(2)
  })

  test('of a restricted person nothing is answered, with and without a plan, by whichever number (rule 10.1)', async () => {
    const [held, old, nobody] = threeNumbers()
    await load(held, ONE)
    pds.set(held, { kind: 'restricted' })
    pds.set(nobody, { kind: 'restricted' })
    pds.set(old, { kind: 'superseded', by: held })
    expect(await plansBy(held)).toHaveLength(1)
    await announce(held)
    await sweep()
    for (const number of [held, old, nobody]) {
      expect(await ask(number, { access: 'unscheduled' })).toBe('restricted')
      expect(await entriesOf(number)).toContainEqual(
        expect.objectContaining({ outcome: 'refused', reason: 'restricted' }),
      )
    }
    pds.delete(held)
    await announce(held)
    await sweep()
    expect(await plansBy(old)).toHaveLength(1)
  })
})
