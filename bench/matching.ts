import { comparePerson } from '../src/domain/person/same-person.ts'
import { measureNumbers, WHOSE_NUMBER, type WhoseNumber } from '../test/support/matching/measure-numbers.ts'
import { measureSearches } from '../test/support/matching/measure-searches.ts'
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
  return [...measureByNumber(), ...(await measureByDetails())]
}

function measureByNumber(): Measurement[] {
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

/** Percent found by the one search by exact names, sex and day, of the same made-up rows (December 2026). */
const FOUND_BY_ONE_SEARCH = 75.5

/** How often somebody without a number is found among 60,000 and more, and how many searches it takes (rule 17.9). */
async function measureByDetails(): Promise<Measurement[]> {
  const rows = 6000
  const found = await measureSearches({ households: 30_000, rows, seed: 5 })
  const value = `found ${percent(found.found, rows)}, review ${percent(found.review, rows)}`
  return [
    {
      what: 'without a number: the right person',
      value,
      peer: `found by one search: ${FOUND_BY_ONE_SEARCH}%`,
      ratio: ((found.found / rows) * (100 / FOUND_BY_ONE_SEARCH)).toFixed(2),
    },
    {
      what: 'without a number: somebody else',
      value: `found ${percent(found.foundWrong, rows)}, review ${percent(found.reviewWrong, rows)}`,
      peer: `searches a row: ${(found.searches / rows).toFixed(2)}`,
      ratio: '',
    },
  ]
}

function percent(count: number, of = TRIALS): string {
  return `${((count / of) * 100).toFixed(2)}%`
}
