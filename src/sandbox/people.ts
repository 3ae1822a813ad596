import { addDays, birthday, type CalendarDate } from '../domain/english-time.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { ADULT_AGE } from '../domain/plan/plan.ts'
import { between, chance, oneOf } from './chance.ts'
import { FAMILY_NAMES, GIVEN_NAMES } from './made-up-names.ts'
import { numberAt, positionOf } from './number-line.ts'

/** A made-up England. Everybody in it follows from these two, so nothing is kept and everybody can be found again. */
export interface Country {
  readonly seed: number
  /** The day that ages and plans are counted from: the first day of the sandbox, which its keeper writes down. */
  readonly referenceDay: CalendarDate
}

export interface SandboxPerson {
  /** The position of the number in the 999 range (rule 1.3). */
  readonly index: number
  readonly nhsNumber: NhsNumber
  readonly group: Group
  readonly given: readonly string[]
  readonly family: string
  readonly formerFamily?: string
  readonly gender: 'female' | 'male'
  readonly birthDate: CalendarDate
  /** Of the household; no real postcode begins so. */
  readonly postcode: string
}

/** What the made-up PDS holds under a number. */
export type Registration =
  | { readonly kind: 'person'; readonly person: SandboxPerson; readonly sensitive: boolean }
  | { readonly kind: 'superseded'; readonly by: SandboxPerson }
  | { readonly kind: 'invalidated' }
  | { readonly kind: 'unknown' }

/**
 * The country is settled in rounds: each has 25 children and one person of every other group, so that whoever fills a
 * population takes whole rounds. The indexes past the last group belong to nobody.
 */
export const ROUNDS = 25_000
export const CHILDREN_IN_ROUND = 25
export const UNCOMMON_GROUPS = [
  'pupil',
  'mother',
  'youngMother',
  'nearlyAdult',
  'newAdult',
  'sensitive',
  'superseded',
  'invalidated',
  'unknown',
] as const
export type UncommonGroup = (typeof UNCOMMON_GROUPS)[number]
export type Group = 'child' | UncommonGroup

/** The index of a child of a round: `nth` from 0 to 24. */
export function childIndex(round: number, nth: number): number {
  return round * CHILDREN_IN_ROUND + nth
}

/** The index of the one member that a group has in a round. */
export function memberIndex(group: UncommonGroup, round: number): number {
  return ROUNDS * (CHILDREN_IN_ROUND + UNCOMMON_GROUPS.indexOf(group)) + round
}

export function groupOf(index: number): Group {
  if (index < ROUNDS * CHILDREN_IN_ROUND) return 'child'
  return UNCOMMON_GROUPS[Math.floor(index / ROUNDS) - CHILDREN_IN_ROUND] ?? 'unknown'
}

/** Which draw of a person decides when they were born. */
const BIRTH_DRAW = 8
/** Of the first of a household: whether the second is their twin, and where they live. */
const TWIN_DRAW = 9
const POSTCODE_DRAW = 10

/** The person of an index. Those whom PDS does not know have a name as well: somebody wrote it into a record. */
export function personAt(country: Country, index: number): SandboxPerson {
  const group = groupOf(index)
  const draw = (what: number) => chance(country.seed, index, what)
  const household = householdOf(index)
  const given = Array.from({ length: between(1, 3, draw(0)) }, (_, nth) => oneOf(GIVEN_NAMES, draw(1 + nth)))
  if (isTwin(country, index) && oneOf(GIVEN_NAMES, chance(country.seed, household, 1)) === given[0]) {
    given[0] = oneOf(GIVEN_NAMES, (draw(1) + 0.5) % 1)
  }
  const shared = (what: number) => chance(country.seed, household, what)
  const family = oneOf(FAMILY_NAMES, shared(4))
  const formerFamily = oneOf(FAMILY_NAMES, draw(5))
  const renamed = draw(6) < (group === 'mother' ? 0.3 : 0.05) && formerFamily !== family
  const isMother = group === 'mother' || group === 'youngMother'
  return {
    index,
    nhsNumber: numberAt(index),
    group,
    given,
    family,
    ...(renamed && { formerFamily }),
    gender: isMother || draw(7) < 0.5 ? 'female' : 'male',
    birthDate: birthDate(group, country.referenceDay, birthDraw(country, index)),
    postcode: postcodeAt(shared(POSTCODE_DRAW), shared(POSTCODE_DRAW + 1)),
  }
}

/** Children live in households of three, next to each other in their round; everybody else lives alone. */
const CHILDREN_IN_HOUSEHOLD = 3
/** Of the second children of a household, how many are the twin of the first. */
const TWINS = 0.03

/** The index of the first of a household. */
function householdOf(index: number): number {
  if (groupOf(index) !== 'child') return index
  return index - ((index % CHILDREN_IN_ROUND) % CHILDREN_IN_HOUSEHOLD)
}

function birthDraw({ seed }: Country, index: number): number {
  return chance(seed, isTwin({ seed }, index) ? householdOf(index) : index, BIRTH_DRAW)
}

function isTwin({ seed }: Pick<Country, 'seed'>, index: number): boolean {
  const first = householdOf(index)
  return index === first + 1 && chance(seed, first, TWIN_DRAW) < TWINS
}

function postcodeAt(area: number, unit: number): string {
  const letter = (drawn: number) => String.fromCharCode(65 + (drawn % 26))
  const units = between(0, 26 * 26 - 1, unit)
  return `ZZ${between(1, 98, area)} ${units % 10}${letter(units)}${letter(Math.floor(units / 26))}`
}

/** What PDS says about any number at all. */
export function registrationOf(country: Country, number: string): Registration {
  const index = positionOf(number)
  if (index === undefined) return { kind: 'unknown' }
  const group = groupOf(index)
  switch (group) {
    case 'unknown':
    case 'invalidated':
      return { kind: group }
    case 'superseded':
      return { kind: 'superseded', by: personAt(country, successorIndex(index)) }
    default:
      return { kind: 'person', person: personAt(country, index), sensitive: group === 'sensitive' }
  }
}

/** Whom a superseded number now belongs to: the first child of its round. */
export function successorIndex(superseded: number): number {
  return childIndex(superseded % ROUNDS, 0)
}

/** Youngest and oldest in days, where a group is more than a child of any age; before and after a birthday for the others. */
const AGES_IN_DAYS: { readonly [G in Group]?: readonly [number, number] } = {
  pupil: [7 * 365, 16 * 365],
  mother: [19 * 365, 42 * 365],
  youngMother: [15 * 365, 17 * 365],
  nearlyAdult: [14, 90],
  newAdult: [5, 25],
}
const CHILD_AGE_IN_DAYS = [30, 17 * 365] as const

function birthDate(group: Group, today: CalendarDate, drawn: number): CalendarDate {
  return birthDateOf(group, today, daysOf(group, drawn))
}

function daysOf(group: Group, drawn: number): number {
  const [youngest, oldest] = AGES_IN_DAYS[group] ?? CHILD_AGE_IN_DAYS
  return between(youngest, oldest, drawn)
}

function birthDateOf(group: Group, today: CalendarDate, days: number): CalendarDate {
  if (group === 'nearlyAdult') return birthday(addDays(today, days), -ADULT_AGE)
  if (group === 'newAdult') return birthday(addDays(today, -days), -ADULT_AGE)
  return addDays(today, -days)
}

/**
 * Finds everybody born on a day. The whole country is gone through at the first question, in about a second, and remembered
 * as numbers only.
 */
export function birthRegister(country: Country): (day: CalendarDate) => readonly number[] {
  const indexes = new Map<CalendarDate, number[]>()
  const known = new Map<string, CalendarDate>()
  const dayAt = (index: number): CalendarDate => {
    const group = groupOf(index)
    const days = daysOf(group, birthDraw(country, index))
    const key = `${group} ${days}`
    const day = known.get(key) ?? birthDateOf(group, country.referenceDay, days)
    known.set(key, day)
    return day
  }
  return day => {
    if (indexes.size === 0) {
      for (let index = 0; index < ROUNDS * (CHILDREN_IN_ROUND + UNCOMMON_GROUPS.length); index++) {
        const born = indexes.get(dayAt(index))
        if (born) born.push(index)
        else indexes.set(dayAt(index), [index])
      }
    }
    return indexes.get(day) ?? []
  }
}
