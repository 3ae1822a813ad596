import { chance, oneOf } from '../../../src/sandbox/chance.ts'

const BEGINNINGS = [
  'B',
  'Br',
  'C',
  'Ch',
  'D',
  'F',
  'G',
  'H',
  'J',
  'K',
  'L',
  'M',
  'N',
  'P',
  'R',
  'S',
  'Sh',
  'T',
  'Th',
  'V',
  'W',
  'Z',
  '',
] as const
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'ee', 'y', 'é'] as const
const MIDDLES = ['b', 'd', 'l', 'll', 'm', 'n', 'nn', 'r', 's', 'ss', 't', 'v', 'ph', 'rd'] as const
const GIRLS = ['a', 'ia', 'ie', 'een', 'y', 'elle'] as const
const BOYS = ['n', 'r', 'o', 'an', 's', 'ek'] as const
const FAMILIES = ['son', 'ley', 'ton', 'ard', 'wick', 'ová', 'er', 'by', 'field', 'i'] as const

/** How common the names of a list are: the first has about two in a hundred, as the commonest real ones have. */
const FLATNESS = { given: 15, family: 30 } as const
const LENGTH = { given: 600, family: 4000 } as const

const NAME_KINDS = ['girl', 'boy', 'family', 'known-as'] as const
export type NameKind = (typeof NAME_KINDS)[number]

/** A name that no language has, common or rare as real ones are: by the place of a list whose n-th name has a share of 1/(n + q). */
export function wordFor(kind: NameKind, drawn: number): string {
  const list = kind === 'family' ? 'family' : 'given'
  const q = FLATNESS[list]
  const place = Math.floor(q * (1 + LENGTH[list] / q) ** drawn - q)
  return wordAt(kind, place)
}

function wordAt(kind: NameKind, place: number): string {
  const draw = (what: number) => chance(7, NAME_KINDS.indexOf(kind), place, what)
  const middle = draw(0) < 0.55 ? oneOf(MIDDLES, draw(1)) + oneOf(VOWELS, draw(2)) : ''
  const ending = kind === 'girl' ? GIRLS : kind === 'boy' ? BOYS : FAMILIES
  const stem = oneOf(BEGINNINGS, draw(3)) + oneOf(VOWELS, draw(4)) + middle + oneOf(MIDDLES, draw(5))
  const word = stem + (kind === 'boy' ? oneOf(VOWELS, draw(6)) : '') + oneOf<string>(ending, draw(7))
  return capitalised(word)
}

export function capitalised(word: string): string {
  const [first = '', ...rest] = word
  return first.toUpperCase() + rest.join('')
}

/** A word with one letter left out, doubled or exchanged with the next. */
export function misspelt(word: string, drawn: number): string {
  const letters = [...word]
  if (letters.length < 4) return `${word}e`
  const at = 1 + (Math.floor(drawn * 997) % (letters.length - 2))
  const way = Math.floor(drawn * 3)
  const [letter = '', next = ''] = letters.slice(at, at + 2)
  if (way === 0) return letters.toSpliced(at, 1).join('')
  if (way === 1) return letters.toSpliced(at, 0, letter).join('')
  return letters.toSpliced(at, 2, next, letter).join('')
}
