import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type OdsCode, parseOdsCode } from '../../domain/organisation.ts'
import { GO_LIVE_PERCENT, matchPercent, meetsGoLive } from '../../domain/registration/authority.ts'
import { goLiveObstacle, scopeWords } from '../../domain/registration/match-rate.ts'
import { exchangeStatus } from '../../domain/watch/exchange-status.ts'
import { issueWords } from '../../domain/watch/issue-words.ts'
import {
  type AuthorityReport,
  goLive,
  restartSequence,
  resume,
  showAuthority,
  suspend,
} from '../../flows/registration/onboard-authority.ts'
import { acceptGaps } from '../../flows/watch/answer-issue.ts'
import { showIssues } from '../../flows/watch/watch-exchange.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import type { OperatorSession } from '../session/session.ts'
import { doneBy } from './done-by.ts'
import { STATUS_WORDS } from './status-words.ts'

const LONGEST_WHY = 500

const DEEDS = ['go-live', 'overrule', 'suspend', 'resume', 'accept-gaps', 'restart-sequence'] as const
type Deed = (typeof DEEDS)[number]

interface Problem {
  readonly of: Deed
  readonly text: string
  readonly typed: string
}

/** One authority: how it comes on, what it sent, and the operator's ways to let it go live, stop it and let it go on. */
export function authorityRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage } = deps.flows

  const showOne = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: OperatorSession,
    odsCode: OdsCode,
    problem?: Problem,
  ) => {
    const shown = await showAuthority(doneBy(pages, session), odsCode)
    if (!shown.ok) return nothingHere(pages, request, reply)
    // To show it is on record already, unless something was asked besides.
    if (!problem) exchangeOf(request).audited = true
    const [states, watched, holidays] = await Promise.all([
      storage.oversight.exchangeStates(),
      showIssues(deps.flows),
      storage.holidays.days(),
    ])
    const concerns = watched.concerns.filter(({ authority }) => authority === odsCode)
    const state = states.find(({ authority }) => authority === odsCode)
    return pages.show(request, reply, {
      view: 'operator-authority',
      title: shown.value.authority.name,
      ...(problem && { status: 400, failed: true }),
      values: {
        ...shown.value,
        ...gateOf(shown.value),
        waitingSince: state?.waitingSince,
        unreadSince: state?.unreadSince,
        words: STATUS_WORDS[exchangeStatus({ ...state, ...shown.value.authority }, deps.now(), holidays)],
        watched,
        concerns: concerns.map(issue => ({ ...issueWords(issue), since: issue.since })),
        needed: GO_LIVE_PERCENT,
        problem,
      },
    })
  }

  fastify.get<{ Params: { ods: string } }>('/operator/authorities/:ods', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show authority'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const odsCode = parseOdsCode(request.params.ods)
    return odsCode ? showOne(request, reply, session, odsCode) : nothingHere(pages, request, reply)
  })

  fastify.post<{ Params: { ods: string } }>('/operator/authorities/:ods', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'change authority'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const odsCode = parseOdsCode(request.params.ods)
    const deed = DEEDS.find(known => known === field(request, 'do'))
    if (!odsCode || !deed) return nothingHere(pages, request, reply)
    exchange.action = `change authority: ${deed}`
    exchange.subject = odsCode
    const why = field(request, 'why')
    const text = problemOf(deed, why)
    if (text) {
      exchange.reason = 'not filled in'
      return showOne(request, reply, session, odsCode, { of: deed, text, typed: why })
    }
    const done = await work(pages, session, deed, odsCode, why, Number(field(request, 'epoch')))
    if (done.ok) {
      // Sent twice: it was restarted already.
      if ('restarted' in done.value && !done.value.restarted) exchange.reason = 'restarted before'
      else exchange.audited = true
      return pages.redirect(reply, `/operator/authorities/${odsCode}`)
    }
    exchange.reason = done.fault.kind
    switch (done.fault.kind) {
      case 'no-such-authority':
        return nothingHere(pages, request, reply)
      case 'low-match':
      case 'not-declared':
      case 'no-test': {
        const changed = 'The newest test file is not good enough. Look at the numbers shown now.'
        return showOne(request, reply, session, odsCode, { of: deed, text: changed, typed: why })
      }
      // Sent twice, or somebody else was faster: it stands as was asked.
      default:
        return pages.redirect(reply, `/operator/authorities/${odsCode}`)
    }
  })
}

function work(
  pages: Pages,
  session: OperatorSession,
  deed: Deed,
  odsCode: OdsCode,
  why: string,
  epoch: number,
) {
  const by = doneBy(pages, session)
  switch (deed) {
    case 'go-live':
      return goLive(by, odsCode)
    case 'overrule':
      return goLive(by, odsCode, why)
    case 'suspend':
      return suspend(by, odsCode, why)
    case 'resume':
      return resume(by, odsCode)
    case 'accept-gaps':
      return acceptGaps(by, odsCode)
    case 'restart-sequence':
      return restartSequence(by, odsCode, epoch)
  }
}

function problemOf(deed: Deed, why: string): string | undefined {
  if (deed !== 'overrule' && deed !== 'suspend') return undefined
  if (why === '') return 'Write why'
  return why.length > LONGEST_WHY ? `Use ${LONGEST_WHY} letters or fewer: there are ${why.length}` : undefined
}

/** The one match rate, and the gate that goes by it before real children depend on an authority's files (rule 19.3). */
function gateOf({ authority, matchRate }: AuthorityReport) {
  return {
    obstacle: goLiveObstacle(authority.stage, matchRate)?.kind,
    rate: matchRate && {
      ...matchRate,
      percent: matchPercent(matchRate) ?? 0,
      enough: meetsGoLive(matchRate),
      counted: scopeWords(matchRate),
    },
  }
}
