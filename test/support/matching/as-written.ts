import { addDays, type CalendarDate, parseCalendarDate } from '../../../src/domain/english-time.ts'
import type { ClaimedPerson } from '../../../src/domain/person/same-person.ts'
import { chance } from '../../../src/sandbox/chance.ts'
import type { HouseholdChild } from './households.ts'
import { misspelt, wordFor } from './made-up-words.ts'

/** One of the ways of writing, by their shares of a hundred; the last one is all the rest. */
type Ways<T> = readonly (readonly [share: number, write: () => T])[]

function chosen<T>(drawn: number, ways: Ways<T>, rest: () => T): T {
  let up = drawn * 100
  for (const [share, write] of ways) {
    if (up < share) return write()
    up -= share
  }
  return rest()
}

/**
 * The child as an authority has written them down, with the errors of real registers: misspelt and short names, names they are known
 * by, half a double name, the other parent's, a title, day and month exchanged, a slip of the hand. About one in four has one.
 */
export function asWritten(child: HouseholdChild, seed: number, index: number): ClaimedPerson {
  const draw = (what: number) => chance(seed, index, 900 + what)
  const [first = '', second] = child.given
  const given = chosen(
    draw(0),
    [
      [3.5, () => misspelt(first, draw(1))],
      [2.5, () => first.slice(0, 3)],
      [4, () => wordFor('known-as', draw(2))],
      [1.5, () => second ?? first],
      [1.5, () => first.charAt(0)],
      [0.5, () => 'Baby'],
      [1, () => first.split('-')[0] ?? first],
      [0.5, () => first.replace('-', '')],
      [25, () => child.given.join(' ')],
      [4, () => `${first} ${(second ?? '').charAt(0)}`],
      [0.5, () => `${first} ${wordFor('girl', draw(3))}`],
    ],
    () => first,
  )
  const family = chosen(
    draw(4),
    [
      [2.5, () => misspelt(child.family, draw(5))],
      [4.5, () => child.otherFamily],
      [40, () => child.family],
      [3, () => child.family.split('-')[0] ?? child.family],
      [3, () => child.formerFamily ?? child.family],
      [1, () => child.family.replace('-', ' ')],
    ],
    () => child.family,
  )
  const birthDate = chosen(
    draw(6),
    [
      [1, () => exchanged(child.birthDate)],
      [0.5, () => addDays(child.birthDate, draw(7) < 0.5 ? 1 : -1)],
      [
        0.3,
        () => `${Number(child.birthDate.slice(0, 4)) - 1}${child.birthDate.slice(4, 8)}01` as CalendarDate,
      ],
    ],
    () => child.birthDate,
  )
  const name = chosen(
    draw(8),
    [
      [5, () => ({ given: given.toUpperCase(), family: family.toUpperCase() })],
      [1, () => ({ given: `${child.sex === 'female' ? 'Miss' : 'Master'} ${given}`, family })],
      [1, () => ({ given, family: `${family.toUpperCase()}, ${given}` })],
      [1, () => ({ given: plain(given), family: plain(family) })],
      [0.5, () => ({ given: `${given}\u00a0`, family: `${family}\u200b` })],
      [0.3, () => ({ given: family, family: given })],
    ],
    () => ({ given, family }),
  )
  return { ...name, birthDate }
}

function exchanged(date: CalendarDate): CalendarDate {
  const [year, month, day] = date.split('-')
  return parseCalendarDate(`${year}-${day}-${month}`) ?? date
}

function plain(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '')
}
