import fc from 'fast-check'
import { expect, test } from 'vitest'
import { birthday, type CalendarDate } from '../domain/english-time.ts'
import { foldName } from '../domain/person/fold-name.ts'
import { NUMBER_COUNT, numberAt } from './number-line.ts'
import {
  CHILDREN_IN_ROUND,
  type Country,
  childIndex,
  groupOf,
  memberIndex,
  personAt,
  ROUNDS,
  registrationOf,
  UNCOMMON_GROUPS,
} from './people.ts'

const country: Country = { seed: 7, referenceDay: '2028-02-29' as CalendarDate }
const index = fc.integer({ min: 0, max: NUMBER_COUNT - 1 })
const round = fc.integer({ min: 0, max: ROUNDS - 1 })

test('a person follows from the seed, the day and the index alone', () => {
  fc.assert(
    fc.property(index, at => {
      expect(personAt(country, at)).toEqual(personAt({ ...country }, at))
      expect(personAt(country, at).nhsNumber).toBe(numberAt(at))
    }),
  )
})

test('another seed settles other people', () => {
  const names = (seed: number) =>
    Array.from({ length: 50 }, (_, at) => personAt({ ...country, seed }, at)).map(
      person => `${person.given} ${person.family} ${person.birthDate}`,
    )
  expect(names(1)).not.toEqual(names(2))
  expect(new Set(names(1)).size).toBeGreaterThan(45)
})

test('every round has its children and one member of every other group, each with a number of their own', () => {
  expect(memberIndex('unknown', ROUNDS - 1)).toBeLessThan(NUMBER_COUNT)
  fc.assert(
    fc.property(round, at => {
      const children = Array.from({ length: CHILDREN_IN_ROUND }, (_, nth) => childIndex(at, nth))
      const members = UNCOMMON_GROUPS.map(group => memberIndex(group, at))
      expect(new Set(children.map(groupOf))).toEqual(new Set(['child']))
      expect(members.map(groupOf)).toEqual(UNCOMMON_GROUPS)
      expect(new Set([...children, ...members]).size).toBe(children.length + members.length)
    }),
  )
})

test('what PDS says of a number is what its group is for', () => {
  fc.assert(
    fc.property(round, at => {
      const found = (index: number) => registrationOf(country, numberAt(index))
      expect(found(childIndex(at, 3))).toMatchObject({ kind: 'person', sensitive: false })
      expect(found(memberIndex('mother', at))).toMatchObject({ kind: 'person', sensitive: false })
      expect(found(memberIndex('sensitive', at))).toMatchObject({ kind: 'person', sensitive: true })
      expect(found(memberIndex('invalidated', at))).toEqual({ kind: 'invalidated' })
      expect(found(memberIndex('unknown', at))).toEqual({ kind: 'unknown' })
      expect(found(memberIndex('superseded', at))).toEqual({
        kind: 'superseded',
        by: personAt(country, childIndex(at, 0)),
      })
    }),
  )
  for (const outside of ['9434765919', numberAt(NUMBER_COUNT - 1), '9990000019']) {
    expect(registrationOf(country, outside)).toEqual({ kind: 'unknown' })
  }
})

test('whatever the day, children are under 18, mothers of age, and those near 18 on the right side of it', () => {
  const day = fc
    .date({ min: new Date('2024-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map(date => date.toISOString().slice(0, 10) as CalendarDate)
  fc.assert(
    fc.property(day, round, (referenceDay, at) => {
      const adultOn = (index: number) => birthday(personAt({ seed: 7, referenceDay }, index).birthDate, 18)
      expect(adultOn(childIndex(at, 0)) > referenceDay).toBe(true)
      expect(adultOn(memberIndex('youngMother', at)) > referenceDay).toBe(true)
      expect(adultOn(memberIndex('mother', at)) < referenceDay).toBe(true)
      expect(adultOn(memberIndex('nearlyAdult', at)) > referenceDay).toBe(true)
      expect(adultOn(memberIndex('newAdult', at)) < referenceDay).toBe(true)
    }),
  )
})

test('some people had another name, some names have accents, hyphens, apostrophes and spaces', () => {
  const people = Array.from({ length: 2000 }, (_, at) => personAt(country, at))
  const renamed = people.filter(person => person.formerFamily)
  expect(renamed.length).toBeGreaterThan(50)
  expect(renamed.every(p => foldName(p.formerFamily ?? '') !== foldName(p.family))).toBe(true)
  for (const mark of [/\p{M}/u, /-/, /'/, / /]) {
    expect(people.some(person => mark.test(person.family.normalize('NFD')))).toBe(true)
  }
})

test('children live in households of one family name and postcode, some of them with a twin of another given name', () => {
  const homes = Array.from({ length: 2000 }, (_, at) =>
    [0, 1, 3].map(nth => personAt(country, childIndex(at, nth))),
  )
  for (const [first, second] of homes) {
    expect([second?.family, second?.postcode]).toEqual([first?.family, first?.postcode])
  }
  expect(homes.filter(([first, , next]) => next?.postcode === first?.postcode).length).toBeLessThan(20)
  const twins = homes.filter(([first, second]) => first?.birthDate === second?.birthDate)
  expect(twins.length).toBeGreaterThan(30)
  expect(twins.filter(([first, second]) => first?.given[0] === second?.given[0])).toEqual([])
})
