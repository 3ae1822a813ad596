import type { CalendarDate } from '../english-time.ts'

/** A person as PDS holds them, as far as the same-person check needs it. */
export interface RegisteredPerson {
  /** The English day of death, as far as PDS holds one: `unknown` where it only says that the person has died. */
  readonly died?: CalendarDate | 'unknown'
  /** Absent where PDS holds no full date of birth. */
  readonly birthDate?: CalendarDate
  /** Current family name first, then former and other ones. */
  readonly familyNames: readonly string[]
  /** Given names of each recorded name, current first, each in its recorded order. */
  readonly givenNames: readonly (readonly string[])[]
}

export interface ClaimedPerson {
  readonly birthDate: CalendarDate
  readonly family: string
  readonly given: string
}

export type PersonItem = 'date of birth' | 'family name' | 'given name'

/**
 * Which items of a claimed person differ from the person PDS holds under the number; none means the same person (rule 3.7).
 * Only the names of the items are returned, never what PDS holds.
 */
export function differingItems(claimed: ClaimedPerson, registered: RegisteredPerson): PersonItem[] {
  const differing: PersonItem[] = []
  if (claimed.birthDate !== registered.birthDate) differing.push('date of birth')
  const family = foldName(claimed.family)
  if (!registered.familyNames.some(known => foldName(known) === family)) differing.push('family name')
  if (!registered.givenNames.some(known => sameGivenName(claimed.given, known))) differing.push('given name')
  return differing
}

/**
 * Of the four comparisons of rule 3.7 the whole equal to the whole, and the first to the first, have equal initials too, so that
 * only the other two are left to make.
 */
function sameGivenName(claimed: string, registered: readonly string[]): boolean {
  const [claimedFirst] = namesIn(claimed)
  const known = registered.flatMap(namesIn)
  const [knownFirst] = known
  if (claimedFirst === undefined || knownFirst === undefined) return false
  return known.includes(claimedFirst) || initial(claimedFirst) === initial(knownFirst)
}

/** The names of a text, folded; one of which nothing is left is none. */
function namesIn(text: string): string[] {
  return text
    .split(/\s/)
    .map(foldName)
    .filter(name => name !== '')
}

/** The first letter: a whole one, where it takes two code units. */
function initial(name: string): string | undefined {
  return [...name][0]
}

/** Letters that Unicode does not take apart into a base letter and an accent. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
}

/**
 * A name without case, accents, spaces, hyphens, apostrophes and full stops (rule 3.7). The apostrophe `´` is a space and an accent
 * once it is taken apart, and `＇` is `'`.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\s\p{Pd}\u00ad'’‘‛`ʼʻʽ′.]/gu, '')
    .replace(/[ßæœøđðłþıħŧ]/g, letter => UNDECOMPOSED[letter] ?? letter)
}
