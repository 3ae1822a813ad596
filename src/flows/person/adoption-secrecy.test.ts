import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber } from '../../../test/support/records.ts'
import { rounds } from '../../../test/support/suite.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { changingPeople, ONE, SOMEBODY, TWO, threeNumbers } from './changing-people.testing.ts'

describeOnEachEngine('adoption stays secret', database => {
  const { pds, sweep, load, ask, announce } = changingPeople(database)

  test('a number that was invalidated and its successor have nothing to do with each other (rule 14.4)', async () => {
    const others = fc.array(
      fc.record({
        does: fc.constantFrom('load' as const, 'look' as const, 'say' as const),
        of: fc.nat(2),
        replaced: fc.option(fc.nat(2), { nil: undefined }),
      }),
      { minLength: 4, maxLength: 10 },
    )
    const adopted = fc.array(
      fc.constantFrom('load' as const, 'look' as const, 'invalid' as const, 'unknown' as const),
      {
        minLength: 2,
        maxLength: 6,
      },
    )
    await fc.assert(
      fc.asyncProperty(others, adopted, async (steps, before) => {
        /** What can be seen of all others, with or without the child that was adopted. */
        const seen = async (with_: readonly (typeof before)[number][]) => {
          const numbers = threeNumbers()
          const child = freshNhsNumber()
          const number = (nth: number) => numbers[nth] as NhsNumber
          const told: unknown[] = []
          for (const step of with_) await happens(step, child)
          for (const [nth, { does, of, replaced }] of steps.entries()) {
            if (nth === 2 && with_.length > 0) await happens('invalid', child)
            if (does === 'load') await load(number(of), of === 1 ? TWO : ONE)
            if (does === 'look') {
              const answer = await ask(number(of), { access: 'unscheduled', author: String(900 + of) })
              told.push(
                typeof answer === 'string' ? answer : [answer.plans.length, answer.accesses, answer.checked],
              )
            }
            if (does === 'say') {
              const by = replaced === undefined || replaced === of ? undefined : number(replaced)
              pds.set(number(of), by ? { kind: 'superseded', by } : SOMEBODY)
              await announce(number(of))
              await sweep()
            }
          }
          const notices = await database()
            .kysely.selectFrom('number_change')
            .select(['nhs_number', 'replacement'])
            .where('nhs_number', 'in', numbers)
            .orderBy('noticed_at')
            .execute()
          const named = await database()
            .kysely.selectFrom('number_change')
            .select('replacement')
            .where('nhs_number', '=', child)
            .where('replacement', '<>', '')
            .execute()
          expect(named).toEqual([])
          return [
            told,
            notices.map(row => [
              numbers.indexOf(row.nhs_number as NhsNumber),
              numbers.indexOf(row.replacement as NhsNumber),
            ]),
          ]
        }
        expect(await seen(before)).toEqual(await seen([]))
      }),
      { numRuns: rounds({ everyday: 6, rest: 60 }) },
    )

    async function happens(step: 'load' | 'look' | 'invalid' | 'unknown', child: NhsNumber) {
      if (step === 'load') return load(child, ONE)
      if (step === 'look') return ask(child, { access: 'unscheduled' })
      pds.set(child, { kind: step === 'invalid' ? 'invalidated' : 'unknown' })
      await announce(child)
      return sweep()
    }
  })
})
