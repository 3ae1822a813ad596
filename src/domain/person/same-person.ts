import type { CalendarDate } from '../english-time.ts'
import { type Likeness, likenessOfBirthDates, likenessOfFamily, likenessOfGiven } from './likeness.ts'
import { familyNamesIn, givenNamesIn, splitAtComma } from './written-name.ts'

/** The sexes that can tell two people apart; PDS's other two values say nothing. */
export type Sex = 'female' | 'male'

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
  readonly sex?: Sex
}

export interface ClaimedPerson {
  readonly birthDate: CalendarDate
  readonly family: string
  /** Empty where the person has none. */
  readonly given: string
  /** Uploads do not say it; tables may. */
  readonly sex?: Sex
}

export type PersonItem = 'date of birth' | 'family name' | 'given name' | 'sex'

/**
 * Whether a number belongs to a person (rule 3.7). `review` is a possible match that only somebody who knows the person can decide.
 * The items are those that are not the same; never what PDS holds.
 */
export type Comparison =
  | { readonly kind: 'match' }
  | { readonly kind: 'review' | 'no'; readonly items: readonly PersonItem[] }

/** How much each likeness of an item speaks against the same person. Up to `MOST_FOR_REVIEW` a person has to decide. */
const AGAINST: Readonly<Record<Likeness, number>> = { same: 0, near: 1, different: 2 }
const MOST_FOR_REVIEW = 2
/** A date of birth that is not even near is somebody else's: a parent or a child of the same name. */
const AGAINST_ANOTHER_BIRTH_DATE = MOST_FOR_REVIEW + 1

/** Compares a claimed person with the person whom PDS holds under the number (rule 3.7). */
export function comparePerson(claimed: ClaimedPerson, registered: RegisteredPerson): Comparison {
  const names = compareNames(claimed, registered)
  const birthDate = likenessOfBirthDates(claimed.birthDate, registered.birthDate)
  const sexes = new Set([claimed.sex, registered.sex])
  const found: readonly (readonly [PersonItem, Likeness])[] = [
    ['date of birth', birthDate],
    ['family name', names.family],
    ['given name', names.given],
    ['sex', sexes.has('female') && sexes.has('male') ? 'different' : 'same'],
  ]
  const items = found.filter(([, likeness]) => likeness !== 'same').map(([item]) => item)
  if (items.length === 0) return { kind: 'match' }
  const against =
    birthDate === 'different'
      ? AGAINST_ANOTHER_BIRTH_DATE
      : found.reduce((sum, [, likeness]) => sum + AGAINST[likeness], 0)
  return { kind: against <= MOST_FOR_REVIEW ? 'review' : 'no', items }
}

interface NameLikeness {
  readonly family: Likeness
  readonly given: Likeness
}

function compareNames(claimed: ClaimedPerson, registered: RegisteredPerson): NameLikeness {
  const written = splitAtComma(claimed)
  const alone = singleName(familyNamesIn(written.family), givenNamesIn(written.given))
  const families = registered.familyNames.map(familyNamesIn)
  const givens = registered.givenNames
    .map(names => names.flatMap(givenNamesIn))
    .map(names => (families.some(family => family.join('') === names.join('')) ? [] : names))
  const compare = ({ family, given }: SeparateNames): NameLikeness => ({
    family: likenessOfFamily(family, families),
    given: likenessOfGiven(given, givens),
  })
  const asWritten = compare(alone)
  const exchanged = compare({ family: alone.given, given: alone.family })
  // Given and family name in each other's column: both are there, and neither in its place.
  return exchanged.family === 'same' && exchanged.given === 'same'
    ? { family: nearAtBest(asWritten.family), given: nearAtBest(asWritten.given) }
    : asWritten
}

function nearAtBest(likeness: Likeness): Likeness {
  return likeness === 'same' ? 'same' : 'near'
}

interface SeparateNames {
  readonly family: readonly string[]
  readonly given: readonly string[]
}

/** A single name is a family name without a given one, whichever field it stands in, and where it stands in both. */
function singleName(family: readonly string[], given: readonly string[]): SeparateNames {
  if (family.length === 0) return { family: given, given: [] }
  return { family, given: family.join('') === given.join('') ? [] : given }
}
