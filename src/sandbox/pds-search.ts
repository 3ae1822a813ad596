import { type CalendarDate, parseCalendarDate } from '../domain/english-time.ts'
import { foldName } from '../domain/person/fold-name.ts'

/** A search as PDS takes it; `from` and `to` are the first and the last day of birth. */
export interface PeopleSearch {
  readonly from: CalendarDate
  readonly to: CalendarDate
  readonly family?: string
  readonly given?: string
  readonly gender?: string
  readonly postcode?: string
  /** Names that are spelt nearly so are found as well, and what differs lowers the score. */
  readonly fuzzy: boolean
  /** Former names are found as well. */
  readonly history: boolean
  /** PDS shows no more than this, and tells nothing where more match. */
  readonly mostResults: number
}

/** A made-up person, as far as a search can see them. */
export interface SearchedPerson {
  readonly given: readonly string[]
  readonly family: string
  readonly formerFamily?: string
  readonly gender: string
  readonly birthDate: CalendarDate
  readonly postcode: string
}

const USUAL_RESULTS = 50
/** So long a range of days of birth is searched, in days. */
const LONGEST_RANGE = 400

/**
 * Reads the parameters of a search. A day of birth is needed, or a first and a last one, and of family name and postcode one.
 * Undefined where PDS would refuse it.
 */
export function readSearch(query: Readonly<Record<string, unknown>>): PeopleSearch | undefined {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined)
  const flag = (name: string) => query[name] === 'true'
  const days = readDays(query['birthdate'])
  const [family, given, gender, postcode] = ['family', 'given', 'gender', 'address-postalcode'].map(text)
  const mostResults = Number(text('_max-results') ?? USUAL_RESULTS)
  const isCount = Number.isInteger(mostResults) && mostResults >= 1 && mostResults <= USUAL_RESULTS
  if (!days || !isCount || !(family || postcode)) return undefined
  return {
    ...days,
    mostResults,
    fuzzy: flag('_fuzzy-match'),
    history: flag('_history'),
    ...(family && { family }),
    ...(given && { given }),
    ...(gender && { gender }),
    ...(postcode && { postcode }),
  }
}

function readDays(value: unknown): Pick<PeopleSearch, 'from' | 'to'> | undefined {
  const texts = [value].flat().filter(text => typeof text === 'string')
  const day = (prefix: RegExp) => {
    const text = texts.find(one => prefix.test(one))
    return text === undefined ? undefined : parseCalendarDate(text.replace(prefix, ''))
  }
  const [from, to] =
    texts.length === 2 ? [day(/^ge/), day(/^le/)] : [day(/^(eq)?(?=\d)/), day(/^(eq)?(?=\d)/)]
  if (!from || !to || from > to || texts.length > 2) return undefined
  return Date.parse(to) - Date.parse(from) <= LONGEST_RANGE * 86_400_000 ? { from, to } : undefined
}

/** What each difference that a fuzzy search lets pass takes off the score of 1. */
const LOWERED_BY = { nearName: 0.06, formerName: 0.03, gender: 0.1, postcode: 0.04 } as const

/** How well a person fits a search, up to 1; undefined where they are not found by it. */
export function scoreOf(person: SearchedPerson, search: PeopleSearch): number | undefined {
  if (person.birthDate < search.from || person.birthDate > search.to) return undefined
  const isOtherGender = search.gender !== undefined && search.gender !== person.gender
  const isElsewhere = search.postcode !== undefined && squeezed(search.postcode) !== squeezed(person.postcode)
  if (!search.fuzzy && (isOtherGender || isElsewhere)) return undefined
  const family = familyScore(person, search)
  const given = nameScore(search.given, person.given, search.fuzzy)
  if (family === undefined || given === undefined) return undefined
  const lowered = (isOtherGender ? LOWERED_BY.gender : 0) + (isElsewhere ? LOWERED_BY.postcode : 0)
  return Math.round((family + given - 1 - lowered) * 1e4) / 1e4
}

function familyScore(
  { family, formerFamily }: SearchedPerson,
  { family: wanted, fuzzy, history }: PeopleSearch,
): number | undefined {
  const current = nameScore(wanted, [family], fuzzy)
  if (current !== undefined || !formerFamily || !(history || fuzzy)) return current
  const former = nameScore(wanted, [formerFamily], fuzzy)
  return former === undefined || history ? former : former - LOWERED_BY.formerName
}

function nameScore(wanted: string | undefined, known: readonly string[], fuzzy: boolean): number | undefined {
  if (wanted === undefined || known.some(name => foldName(name) === foldName(wanted))) return 1
  if (!fuzzy) return undefined
  const isNear = known.some(name => soundOf(name) === soundOf(wanted))
  return isNear ? 1 - LOWERED_BY.nearName : undefined
}

/** How a name sounds, roughly: its first letter and the consonants after it, doubled ones once. */
function soundOf(name: string): string {
  const [first = '', ...rest] = foldName(name)
  return first + rest.filter((letter, at) => !/[aeiouyhw]/.test(letter) && letter !== rest[at - 1]).join('')
}

function squeezed(postcode: string): string {
  return postcode.replace(/\s/g, '').toUpperCase()
}

/** Everybody who fits a search with their scores, the best first. */
export function searchPeople<P extends SearchedPerson>(
  people: Iterable<P>,
  search: PeopleSearch,
): readonly { readonly person: P; readonly score: number }[] {
  return [...people]
    .flatMap(person => {
      const score = scoreOf(person, search)
      return score === undefined ? [] : [{ person, score }]
    })
    .toSorted((a, b) => b.score - a.score)
}
