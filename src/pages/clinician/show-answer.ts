import type { FastifyReply, FastifyRequest } from 'fastify'
import { type AccessHistoryOutcome, fhirClient, type ListedAccess, planHeadline } from '../../client/index.ts'
import { localDay } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { holidaysOf } from '../known-holidays.ts'
import type { Pages } from '../pages.ts'
import { showSignIn } from '../session/show-sign-in.ts'
import { englishDay, englishMoment } from '../words.ts'
import type { Checking } from './admit-checking.ts'
import { missedSeals, newDraft } from './missed-report.ts'
import { shownRing } from './ring-words.ts'
import { UNCHECKED } from './worklist-row.ts'

/**
 * Asks the FHIR API, as any other system would, and shows what it said. What could not be looked up has a page of its own, which
 * nobody can take for one where nothing is held (rule 4.3).
 */
export async function showAnswer(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  session: Checking,
  number: NhsNumber,
): Promise<FastifyReply> {
  const { deps, exchangeOf } = pages
  const client = fhirClient({ baseUrl: deps.fhirUrl, token: () => session.token })
  const options = { unscheduled: session.access === 'unscheduled' }
  const outcome = await client.careTeams(number, options)
  switch (outcome.kind) {
    case 'held': {
      // Asked after the plans, so that the list shows this look.
      const history = await client.accessHistory(number, options)
      const now = deps.now()
      const holidays = await holidaysOf(deps)
      const plans = outcome.plans.map(plan => ({
        ...plan,
        ring: shownRing(plan.authority, now, holidays),
      }))
      const missed = await missedSeals(deps).seal(newDraft(session, number, outcome.plans, deps.newId()))
      const words = plans.some(({ ring }) => ring.words !== undefined) ? WORDS_TAKE : 0
      const printed = (PRINTED[plans.length - 1] ?? FEWEST_PRINTED) - words
      const headline = planHeadline(plans)
      const values = {
        number,
        supersededBy: outcome.supersededBy,
        headline,
        plans,
        missed,
        printed,
        ...historyOf(history),
      }
      return pages.show(request, reply, {
        view: 'answer',
        title: headline,
        confidential: true,
        values,
      })
    }
    case 'nothing-held': {
      const headline = planHeadline([])
      const values = { number, supersededBy: outcome.supersededBy, headline, plans: [], accesses: [] }
      return pages.show(request, reply, {
        view: 'answer',
        title: headline,
        confidential: true,
        values,
      })
    }
    case 'refused': {
      exchangeOf(request).reason = `refused ${outcome.status}`
      if (outcome.status === 401) return showSignIn(pages, request, reply, { ended: true, next: request.url })
      const values = {
        lines: [outcome.message, 'Nothing was looked up.'],
        link: { href: '/check', text: 'Go back' },
      }
      return pages.show(request, reply, { view: 'message', title: 'You may not look', status: 403, values })
    }
    case 'unchecked': {
      exchangeOf(request).reason = 'number not checked'
      const page = {
        view: 'could-not-look',
        title: 'CP-IS could not check the NHS number',
        status: 503,
        failed: true,
      }
      const values = {
        number,
        supersededBy: outcome.supersededBy,
        message: UNCHECKED,
        retry: request.url,
      }
      return pages.show(request, reply, { ...page, confidential: true, values })
    }
    case 'could-not-look': {
      exchangeOf(request).reason = 'could not look'
      const values = { number, message: `${outcome.message}.`, retry: request.url }
      const page = { view: 'could-not-look', title: 'CP-IS could not look', status: 503, failed: true }
      return pages.show(request, reply, { ...page, confidential: true, values })
    }
  }
}

/** How much of the list fits a sheet of A4 beside one plan, beside two, and beside more. */
const PRINTED = [20, 12] as const
const FEWEST_PRINTED = 4
/** So many fewer where the hours of an authority are told. */
const WORDS_TAKE = 2

function historyOf(history: AccessHistoryOutcome) {
  switch (history.kind) {
    case 'listed':
      return { accesses: history.accesses, timeline: timelineOf(history.accesses) }
    case 'none-listed':
      return { accesses: [] }
    case 'unchecked':
      return { accesses: [], historyFailed: UNCHECKED }
    default:
      return { accesses: [], historyFailed: `${history.message}.` }
  }
}

const TIMELINE = { from: 8, to: 592 } as const

/** Where each look stands between the first and the last, on a line of so many units. */
function timelineOf(accesses: readonly ListedAccess[]) {
  const times = accesses.map(({ at }) => at.getTime())
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const span = Math.max(1, last - first)
  const marks = times.map(time =>
    Math.round(TIMELINE.from + ((time - first) / span) * (TIMELINE.to - TIMELINE.from)),
  )
  const [from, to] = [new Date(first), new Date(last)]
  const words = localDay(from) === localDay(to) ? englishMoment : englishDay
  return { fromWords: words(from), toWords: words(to), marks }
}
