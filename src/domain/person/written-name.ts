import { foldName } from './fold-name.ts'

/** A name as somebody wrote it into two fields; either may be empty. */
export interface WrittenName {
  readonly given: string
  readonly family: string
}

/** Forms of address, which are no part of a name (rule 3.7). */
const TITLES: ReadonlySet<string> = new Set([
  'mr',
  'mrs',
  'ms',
  'miss',
  'mx',
  'master',
  'mstr',
  'dr',
  'prof',
  'rev',
  'revd',
])

const BETWEEN_NAMES = /[\s.,;/\p{Pd}\u2212\u2043]+/u
const IN_BRACKETS = /\([^()]*\)|\[[^[\]]*\]|["“”][^"“”]*["“”]/gu

/** Whether a text holds anything that could be a name: a hyphen alone says that there is none. */
export function saysName(text: string): boolean {
  return foldName(text) !== ''
}

/**
 * Puts `SURNAME, Forename`, written into one of the fields, into both (rule 3.7). A comma in the given names counts only where the
 * family name stands before it, or stands nowhere else. Every other name comes back as it was.
 */
export function splitAtComma({ given, family }: WrittenName): WrittenName {
  const inFamily = halves(family)
  if (inFamily) return { family: inFamily[0], given: saysName(given) ? given : inFamily[1] }
  const inGiven = halves(given)
  if (inGiven && (!saysName(family) || foldName(inGiven[0]) === foldName(family))) {
    return { family: inGiven[0], given: inGiven[1] }
  }
  return { given, family }
}

function halves(text: string): readonly [string, string] | undefined {
  const at = text.indexOf(',')
  const [before, after] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  return at >= 0 && saysName(before) && saysName(after) ? [before, after] : undefined
}

/** The single names of a family name, folded, without the forms of address before them; `Master` alone is a name. */
export function familyNamesIn(text: string): string[] {
  const names = namesIn(text)
  const without = withoutTitles(names)
  return without.length > 0 ? without : names.slice(-1)
}

/** The single given names, folded, without the forms of address before them; `Ann-Mae` is two. */
export function givenNamesIn(text: string): string[] {
  return withoutTitles(namesIn(text))
}

function withoutTitles(names: readonly string[]): string[] {
  const first = names.findIndex(name => !TITLES.has(name))
  return first < 0 ? [] : names.slice(first)
}

function namesIn(text: string): string[] {
  const seen = text.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  const outside = seen.replace(IN_BRACKETS, ' ')
  return (saysName(outside) ? outside : seen)
    .split(BETWEEN_NAMES)
    .map(foldName)
    .filter(name => name !== '')
}

/** What is written in place of the name of a child who has none yet. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'baby',
  'infant',
  'newborn',
  'child',
  'boy',
  'girl',
  'male',
  'female',
  'twin',
  'triplet',
  'of',
  'unknown',
  'unnamed',
  'notknown',
  'not',
  'known',
  'named',
  'no',
  'name',
  'one',
  'two',
  'three',
])

/** Whether given names only stand in for a name: `Baby`, `Baby Boy`, `Twin 1`. They never tell two children apart. */
export function isPlaceholder(names: readonly string[]): boolean {
  const [first, ...others] = names
  return (
    first !== undefined &&
    first.length > 1 &&
    PLACEHOLDERS.has(first) &&
    others.every(name => PLACEHOLDERS.has(name) || [...name].length === 1)
  )
}
