import type { PdsSearch } from '../../../src/demographics/pds-search.ts'
import { addDays, type CalendarDate } from '../../../src/domain/english-time.ts'
import type { NhsNumber } from '../../../src/domain/nhs-number.ts'
import { findPerson } from '../../../src/kit/find-person.ts'
import { between, chance } from '../../../src/sandbox/chance.ts'
import { numberAt } from '../../../src/sandbox/number-line.ts'
import { readSearch, type SearchedPerson, searchPeople } from '../../../src/sandbox/pds-search.ts'
import { asWritten } from './as-written.ts'
import { type HouseholdChild, householdAt, registeredAs } from './households.ts'

/** What became of rows without a number: accepted, right or wrong; put to review, the right one or a wrong one; or nothing. */
export interface SearchVerdicts {
  readonly rows: number
  readonly searches: number
  readonly found: number
  readonly foundWrong: number
  readonly review: number
  readonly reviewWrong: number
  readonly several: number
  readonly notFound: number
}

interface Held extends SearchedPerson {
  readonly nhsNumber: NhsNumber
  readonly child: HouseholdChild
}

/** Of a hundred rows, how many give the postcode of an earlier home. */
const MOVED = 8

/**
 * Traces made-up children without their numbers among all of so many households (rule 17.10). With `absent` the child of each row is
 * nowhere in PDS, as a newborn is, and all that can be found is somebody else.
 */
export async function measureSearches({
  households,
  rows,
  seed,
  twins = 3.2,
  absent = false,
}: {
  readonly households: number
  readonly rows: number
  readonly seed: number
  /** Of a hundred households, how many have twins. */
  readonly twins?: number
  readonly absent?: boolean
}): Promise<SearchVerdicts> {
  const held = makeRegister(households, seed, twins)
  const byDay = Map.groupBy(held, ({ birthDate }) => birthDate)
  const counts = { found: 0, foundWrong: 0, review: 0, reviewWrong: 0, several: 0, notFound: 0 }
  let searches = 0
  let hidden: NhsNumber | undefined
  const search: PdsSearch = async question => {
    searches += 1
    return answerFrom(byDay, question, hidden)
  }
  for (let row = 0; row < rows; row++) {
    const draw = (what: number) => chance(seed, row, 5000 + what)
    const wanted = held[Math.floor(draw(0) * held.length)]
    if (!wanted) continue
    const { child, nhsNumber } = wanted
    if (absent) hidden = nhsNumber
    const postcode = draw(1) * 100 < MOVED ? postcodeOf(seed, -row) : wanted.postcode
    const claimed = { ...asWritten(child, seed, row), sex: child.sex }
    const outcome = await findPerson({ key: '', claimed, gender: child.sex, postcode }, search)
    const isRight = 'nhsNumber' in outcome && outcome.nhsNumber === nhsNumber
    if (outcome.kind === 'found') counts[isRight ? 'found' : 'foundWrong'] += 1
    else if (outcome.kind === 'possibly-found') counts[isRight ? 'review' : 'reviewWrong'] += 1
    else if (outcome.kind === 'several') counts.several += 1
    else counts.notFound += 1
  }
  return { rows, searches, ...counts }
}

function makeRegister(households: number, seed: number, twins: number): Held[] {
  return Array.from({ length: households }, (_, index) => {
    const [first, twin, sibling] = householdAt(seed, index)
    const hasTwins = chance(seed, index, 4000) * 100 < twins
    const postcode = postcodeOf(seed, index)
    return (hasTwins ? [first, twin, sibling] : [first, sibling]).map((child, nth) => {
      const names = registeredAs(child).givenNames[0] ?? []
      const { family, formerFamily, birthDate, sex } = child
      const nhsNumber = numberAt(index * 3 + nth)
      const former = formerFamily && { formerFamily }
      return { nhsNumber, child, postcode, given: names, family, ...former, gender: sex, birthDate }
    })
  }).flat()
}

function postcodeOf(seed: number, index: number): string {
  return `ZZ${between(1, 98, chance(seed, index, 4001))} ${between(100, 999, chance(seed, index, 4002))}`
}

function* bornBetween(
  byDay: ReadonlyMap<CalendarDate, readonly Held[]>,
  { from, to }: { readonly from: CalendarDate; readonly to: CalendarDate },
): Generator<Held> {
  for (let day = from; day <= to; day = addDays(day, 1)) yield* byDay.get(day) ?? []
}

/** What the sandbox's PDS answers, without the wire between. */
async function answerFrom(
  byDay: ReadonlyMap<CalendarDate, readonly Held[]>,
  { birthDate, family, given, gender, postcode, fuzzy, history }: Parameters<PdsSearch>[0],
  hidden: NhsNumber | undefined,
): ReturnType<PdsSearch> {
  const isDay = typeof birthDate === 'string'
  const search = readSearch({
    family,
    given,
    gender,
    'address-postalcode': postcode,
    birthdate: isDay ? `eq${birthDate}` : [`ge${birthDate.from}`, `le${birthDate.to}`],
    '_fuzzy-match': String(fuzzy ?? false),
    _history: String(history ?? false),
  })
  if (!search) return { kind: 'refused' }
  const people = isDay ? (byDay.get(birthDate) ?? []) : bornBetween(byDay, birthDate)
  const found = searchPeople(people, search).filter(({ person }) => person.nhsNumber !== hidden)
  if (found.length === 0) return { kind: 'none' }
  if (found.length > search.mostResults) return { kind: 'several' }
  return {
    kind: 'found',
    people: found.map(({ person, score }) => ({
      nhsNumber: person.nhsNumber,
      restricted: false,
      person: registeredAs(person.child),
      score,
    })),
  }
}
