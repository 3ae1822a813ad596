import { type CalendarDate, parseCalendarDate } from '../domain/english-time.ts'
import { foldName } from '../domain/person/fold-name.ts'
import { type Country, personAt, type SandboxPerson } from './people.ts'

export interface PeopleSearch {
  readonly family: string
  readonly given?: string
  readonly gender?: string
  readonly birthDate: CalendarDate
  /** PDS shows no more than this, and tells nothing where more match. */
  readonly mostResults: number
}

/** Everybody who can be found by who they are: a number that was replaced or made invalid leads to nobody. */
const NOT_FOUND = new Set(['superseded', 'invalidated', 'unknown'])

const USUAL_RESULTS = 50

/** Reads the parameters of a search: a family name and a date of birth are needed. Undefined where PDS would refuse it. */
export function readSearch(query: Readonly<Record<string, unknown>>): PeopleSearch | undefined {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined)
  const family = text('family')
  const given = text('given')
  const gender = text('gender')
  const birthDate = parseCalendarDate(text('birthdate')?.replace(/^eq/, '') ?? '')
  const mostResults = Number(text('_max-results') ?? USUAL_RESULTS)
  if (
    !family ||
    !birthDate ||
    !Number.isInteger(mostResults) ||
    mostResults < 1 ||
    mostResults > USUAL_RESULTS
  ) {
    return undefined
  }
  return { family, birthDate, mostResults, ...(given && { given }), ...(gender && { gender }) }
}

/** Who matches: by current or former family name, any given name, gender and day of birth. */
export function searchPeople(
  country: Country,
  bornOn: (day: CalendarDate) => readonly number[],
  { family, given, gender, birthDate }: PeopleSearch,
): readonly SandboxPerson[] {
  const wanted = foldName(family)
  return bornOn(birthDate)
    .map(index => personAt(country, index))
    .filter(
      person =>
        !NOT_FOUND.has(person.group) &&
        [person.family, person.formerFamily ?? person.family].some(name => foldName(name) === wanted) &&
        (given === undefined || person.given.some(name => foldName(name) === foldName(given))) &&
        (gender === undefined || person.gender === gender),
    )
}
