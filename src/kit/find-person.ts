import type { PdsCandidate, PdsQuestion, PdsSearch } from '../demographics/pds-search.ts'
import { addDays, type CalendarDate, parseCalendarDate } from '../domain/english-time.ts'
import { type Comparison, comparePerson } from '../domain/person/same-person.ts'
import { splitAtComma } from '../domain/person/written-name.ts'
import { unreachable } from '../domain/result.ts'
import type { TraceOutcome } from './trace-outcome.ts'
import type { PersonToTrace } from './trace-row.ts'

/** A person that PDS is less sure of than this is no match, and below the other one is not worth a person's time (rule 17.10). */
const SURE = 0.95
const WORTH_REVIEW = 0.85
/** How far from the day that is written down a person of the same names and postcode is looked for. */
const DAYS_AROUND = 183

/**
 * Looks for somebody without an NHS number in up to six searches (rule 17.10), and stops early only at the one person of the same
 * names, date of birth and sex, whom a twin is not. Whoever differs in something is only possibly found.
 */
export async function findPerson(person: PersonToTrace, search: PdsSearch): Promise<TraceOutcome> {
  const candidates = new Map<string, PdsCandidate>()
  let isSeveral = false
  for (const [at, question] of searchesFor(person).entries()) {
    const answer = await search(question)
    switch (answer.kind) {
      case 'found':
        for (const found of answer.people) keepSurest(candidates, found)
        break
      case 'several':
        isSeveral = true
        break
      case 'none':
        break
      case 'refused':
        // PDS may not allow every search to everybody; the first one it allows to all.
        if (at === 0) return { kind: 'could-not-ask', why: 'PDS refused the search' }
        break
      case 'unavailable':
        return { kind: 'could-not-ask', why: answer.why }
      default:
        return unreachable(answer)
    }
    const outcome = decide(person, candidates, isSeveral)
    if (outcome.kind === 'found' || outcome.kind === 'sensitive') return outcome
  }
  return decide(person, candidates, isSeveral)
}

function keepSurest(candidates: Map<string, PdsCandidate>, found: PdsCandidate): void {
  const known = candidates.get(found.nhsNumber)
  if (!known || known.score < found.score) candidates.set(found.nhsNumber, found)
}

/** The searches in their order; those by postcode and sex only where the table has them. */
function searchesFor({ claimed, gender, postcode }: PersonToTrace): PdsQuestion[] {
  const written = splitAtComma(claimed)
  const [given] = written.given.trim().split(/\s+/)
  const { birthDate } = claimed
  const names = { family: written.family.trim(), ...(given && { given }) }
  const sex = gender && { gender }
  const exchanged = dayAndMonthExchanged(birthDate)
  const around = { from: addDays(birthDate, -DAYS_AROUND), to: addDays(birthDate, DAYS_AROUND) }
  return [
    { ...names, ...sex, birthDate, history: true },
    { ...names, birthDate, fuzzy: true, ...(postcode && { postcode }) },
    ...(postcode && sex
      ? [
          { family: names.family, ...sex, postcode, birthDate },
          ...(given ? [{ given, ...sex, postcode, birthDate }] : []),
        ]
      : []),
    ...(exchanged ? [{ ...names, ...sex, birthDate: exchanged, history: true }] : []),
    ...(postcode ? [{ ...names, ...sex, postcode, birthDate: around }] : []),
  ]
}

function dayAndMonthExchanged(date: CalendarDate): CalendarDate | undefined {
  const [year, month, day] = date.split('-')
  const exchanged = parseCalendarDate(`${year}-${day}-${month}`)
  return exchanged === date ? undefined : exchanged
}

function decide(
  { claimed }: PersonToTrace,
  candidates: ReadonlyMap<string, PdsCandidate>,
  isSeveral: boolean,
): TraceOutcome {
  const possible = [...candidates.values()]
    .filter(({ score }) => score >= WORTH_REVIEW)
    .map(candidate => ({ candidate, comparison: comparePerson(claimed, candidate.person) }))
    .filter(({ comparison }) => isPossible(comparison))
  const sure = possible.filter(
    ({ candidate, comparison }) => comparison.kind === 'match' && candidate.score >= SURE,
  )
  const [first, ...others] = sure.length > 0 ? sure : possible
  if (isSeveral || others.length > 0) return { kind: 'several' }
  if (!first) return { kind: 'not-found' }
  const { candidate, comparison } = first
  if (candidate.restricted) return { kind: 'sensitive' }
  const { nhsNumber } = candidate
  if (sure.length > 0) return { kind: 'found', nhsNumber }
  return { kind: 'possibly-found', nhsNumber, items: comparison.kind === 'match' ? [] : comparison.items }
}

/** Somebody of both names whose date of birth alone is another is worth a person's time where the postcode led to them. */
function isPossible(comparison: Comparison): boolean {
  if (comparison.kind !== 'no') return true
  return comparison.items.length === 1 && comparison.items[0] === 'date of birth'
}
