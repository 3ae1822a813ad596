import { describe, expect, test } from 'vitest'
import { type ClaimedPerson, comparePerson, type RegisteredPerson } from '../src/domain/person/same-person.ts'
import { measureNumbers } from './support/matching/measure-numbers.ts'
import { measureSearches } from './support/matching/measure-searches.ts'

const TRIALS = 10_000

const judge = (claimed: ClaimedPerson, registered: RegisteredPerson) =>
  comparePerson(claimed, registered).kind

describe.each([
  false,
  true,
])('rule 3.7 on a made-up population with the errors of real registers, sex known: %s', withSex => {
  const found = measureNumbers(judge, { trials: TRIALS, seed: 3, withSex })

  test("nobody's number is taken for that of a twin, a sibling or somebody born on the same day", () => {
    expect([found.twin.match, found.sibling.match, found.stranger.match]).toEqual([0, 0, 0])
  })

  test('a stranger is seldom put to review, and the other sex keeps twins out of it', () => {
    expect(found.stranger.review / TRIALS).toBeLessThanOrEqual(0.0037)
    expect(found.twin.no / TRIALS).toBeGreaterThan(withSex ? 0.2 : 0.05)
  })

  test('the right number is accepted or put to review, and mostly accepted', () => {
    expect((found.right.match + found.right.review) / TRIALS).toBeGreaterThanOrEqual(0.978)
    expect(found.right.match / TRIALS).toBeGreaterThanOrEqual(0.77)
  })
})

test('the population has twins that an initial does not tell apart', () => {
  const byInitial = (claimed: ClaimedPerson, { birthDate, givenNames }: RegisteredPerson) => {
    const isAlike = givenNames.some(([first = '']) => first.at(0) === claimed.given.at(0))
    return isAlike && claimed.birthDate === birthDate ? 'match' : 'no'
  }
  const { twin } = measureNumbers(byInitial, { trials: 2000, seed: 3, withSex: false })
  expect(twin.match / 2000).toBeGreaterThan(0.2)
})

test('rule 17.10: without a number the right child is found or put to review, and no other is found', async () => {
  const { rows, found, foundWrong, review } = await measureSearches({
    households: 6000,
    rows: 1500,
    seed: 5,
  })
  expect(foundWrong).toBe(0)
  expect(found / rows).toBeGreaterThanOrEqual(0.75)
  expect((found + review) / rows).toBeGreaterThanOrEqual(0.93)
})

test('rule 17.10: of a child whom PDS does not hold, neither the twin nor anybody else is found', async () => {
  const { foundWrong, reviewWrong, found } = await measureSearches({
    households: 6000,
    rows: 1500,
    seed: 6,
    twins: 100,
    absent: true,
  })
  expect([found, foundWrong]).toEqual([0, 0])
  // The twin is put to a person: otherwise this would say nothing about them.
  expect(reviewWrong).toBeGreaterThan(300)
})
