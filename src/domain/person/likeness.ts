import type { CalendarDate } from '../english-time.ts'
import { isPlaceholder } from './written-name.ts'

/** How like two values are: the same; perhaps the same, misspelt or shortened; or not alike (rule 3.7). */
export type Likeness = 'same' | 'near' | 'different'

type Names = readonly string[]

/** A full date of birth that differs in its day, its month or its year alone, or with day and month exchanged, is near. */
export function likenessOfBirthDates(claimed: CalendarDate, registered: CalendarDate | undefined): Likeness {
  if (registered === undefined) return 'near'
  if (claimed === registered) return 'same'
  const [one, other] = [claimed.split('-'), registered.split('-')]
  const exchanged = one[0] === other[0] && one[1] === other[2] && one[2] === other[1]
  const unequal = one.filter((part, at) => part !== other[at]).length
  return exchanged || unequal === 1 ? 'near' : 'different'
}

/** The same as any recorded family name; or near one: misspelt, or half of a double one. Names are folded. */
export function likenessOfFamily(claimed: Names, registered: readonly Names[]): Likeness {
  return best(registered.map(known => familyAlike(claimed, known)))
}

function familyAlike(claimed: Names, known: Names): Likeness {
  if (claimed.length === 0 || known.length === 0) return 'different'
  if (claimed.join('') === known.join('')) return 'same'
  const [shorter, longer] = claimed.length < known.length ? [claimed, known] : [known, claimed]
  const isPart = shorter.every(name => longer.includes(name))
  return isPart || misspelt(claimed.join(''), known.join('')) ? 'near' : 'different'
}

/**
 * The same as the given names of any recorded name where the first ones are equal and nothing in the others speaks against it; or
 * near. An initial, a stand-in such as `Baby` and a second name by itself are near at best: a twin may have the same.
 */
export function likenessOfGiven(claimed: Names, registered: readonly Names[]): Likeness {
  const named = registered.filter(names => names.length > 0)
  if (claimed.length === 0) {
    if (named.length === 0) return 'same'
    return named.some(isPlaceholder) ? 'near' : 'different'
  }
  if (isPlaceholder(claimed) || named.length === 0) return 'near'
  return best(named.map(known => givenAlike(claimed, known)))
}

function givenAlike(claimed: Names, known: Names): Likeness {
  if (isPlaceholder(known)) return 'near'
  for (const [at, first] of joinedFrom(claimed)) {
    const length = joinedFrom(known).find(([, other]) => other === first)?.[0]
    if (length === undefined || [...first].length === 1) continue
    const others = [claimed.slice(at), known.slice(length)] as const
    const isProof = SHARED_BY_BROTHERS.has(first) ? othersAgree(...others) : !othersDisagree(...others)
    return isProof ? 'same' : 'near'
  }
  const isShort = initialOf(claimed, known) || initialOf(known, claimed)
  return isShort || claimed.some(name => known.some(other => alike(name, other))) ? 'near' : 'different'
}

/** The first name, the first two as one, and so on, each with how many it takes: `Ann Mae` is `Annmae` to whoever writes it so. */
function joinedFrom(names: Names): (readonly [number, string])[] {
  return names.map((_, at) => [at + 1, names.slice(0, at + 1).join('')])
}

/** First names that brothers may all have, told apart by the next one; spelt as they are when folded. */
const SHARED_BY_BROTHERS: ReadonlySet<string> = new Set([
  'muhammad',
  'muhammed',
  'mohammad',
  'mohammed',
  'mohamad',
  'mohamed',
  'mohd',
  'md',
  'abdul',
  'abdel',
  'abd',
  'syed',
  'sayed',
])

/** Whether further names speak against one person: both have some, and share none, not even by its initial. */
function othersDisagree(claimed: Names, known: Names): boolean {
  return claimed.length > 0 && known.length > 0 && !shareName(claimed, known)
}

/** Whether further names speak for one person: both have none, or they share one. */
function othersAgree(claimed: Names, known: Names): boolean {
  return claimed.length + known.length === 0 || shareName(claimed, known)
}

function shareName(claimed: Names, known: Names): boolean {
  return claimed.some(name =>
    known.some(other => name === other || initialOf([name], [other]) || initialOf([other], [name])),
  )
}

function initialOf(names: Names, others: Names): boolean {
  const [first = '', other = ''] = [names[0], others[0]]
  return [...first].length === 1 && other.startsWith(first)
}

/** Equal, one the beginning of the other (`Ben`, `Benjamin`), or misspelt. */
function alike(one: string, other: string): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one]
  return ([...shorter].length > 1 && longer.startsWith(shorter)) || misspelt(one, other)
}

/** One letter more, less or another, or two neighbours exchanged, in names of three letters and more. */
function misspelt(one: string, other: string): boolean {
  const [shorter, longer] = one.length < other.length ? [[...one], [...other]] : [[...other], [...one]]
  if (shorter.length < 3) return false
  let at = 0
  while (at < shorter.length && shorter[at] === longer[at]) at += 1
  const rest = (letters: readonly string[], from: number) => letters.slice(from).join('')
  if (longer.length > shorter.length) return rest(shorter, at) === rest(longer, at + 1)
  const exchanged = shorter[at] === longer[at + 1] && shorter[at + 1] === longer[at]
  return (
    rest(shorter, at + 1) === rest(longer, at + 1) ||
    (exchanged && rest(shorter, at + 2) === rest(longer, at + 2))
  )
}

function best(likenesses: readonly Likeness[]): Likeness {
  if (likenesses.includes('same')) return 'same'
  return likenesses.includes('near') ? 'near' : 'different'
}
