import { comparePerson } from '../src/domain/person/same-person.ts'
import { measureNumbers, WHOSE_NUMBER, type WhoseNumber } from '../test/support/matching/measure-numbers.ts'
import type { Measurement } from './support.ts'

const TRIALS = 20_000

/** Percent that were accepted of the same made-up children when an equal initial was enough for a given name (December 2026). */
const BY_INITIAL: Readonly<Record<WhoseNumber, number>> = {
  right: 85.2,
  twin: 22.9,
  sibling: 0,
  stranger: 0.01,
  'stranger of the same family name': 4.9,
}

/** How often each person's number is taken for that of a made-up child, put to review, or refused (rule 3.7). */
export async function measureMatching(): Promise<Measurement[]> {
  return [false, true].flatMap(withSex => {
    const options = { trials: TRIALS, seed: 3, withSex }
    const found = measureNumbers((claimed, registered) => comparePerson(claimed, registered).kind, options)
    return WHOSE_NUMBER.map(whose => {
      const { match, review, no } = found[whose]
      const before = BY_INITIAL[whose]
      const number = whose === 'right' ? 'the right number' : `the number of a ${whose}`
      return {
        what: `${number}${withSex ? ', sex known' : ''}`,
        value: `accepted ${percent(match)}, review ${percent(review)}, refused ${percent(no)}`,
        peer: `accepted where an initial is enough: ${before}%`,
        ratio: before === 0 ? '' : ((match / TRIALS) * (100 / before)).toFixed(2),
      }
    })
  })
}

function percent(count: number): string {
  return `${((count / TRIALS) * 100).toFixed(2)}%`
}
