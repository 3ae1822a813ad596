import type { FastifyInstance } from 'fastify'
import { GO_LIVE_PERCENT, matchPercent, type NumberMatch } from '../../domain/registration/authority.ts'
import { scopeWords } from '../../domain/registration/match-rate.ts'
import { capital } from '../../domain/upload/reason.ts'
import { fileNumberWords, shownSequence } from '../../domain/upload/upload.ts'
import { issueWords } from '../../domain/watch/issue-words.ts'
import type { ReceivedFile } from '../../flows/notification/ports.ts'
import type { Authority } from '../../flows/registration/ports.ts'
import type { UploadOutcome } from '../../flows/upload/ports.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit } from '../session/admit.ts'
import { fileWords } from './notification-words.ts'

const NEWEST = 50

/** What became of each file, how fresh and how right what is held is, and what is wrong with the exchange. */
export function uploadRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage, uploadWorkflow } = deps.flows

  fastify.get('/desk/uploads', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show uploads'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const { odsCode } = session
    exchange.details = { authority: odsCode }
    const authority = await storage.authorities.find(odsCode)
    if (!authority) return nothingHere(pages, request, reply)
    const now = deps.now()
    const [files, waiting, applied, tests, gaps, open, failing, rates] = await Promise.all([
      storage.authorityPages.files(odsCode, authority.mailbox, NEWEST),
      storage.authorityPages.waiting(authority.mailbox, uploadWorkflow),
      storage.uploadHistory.applied(odsCode, 1),
      storage.uploadHistory.tests(odsCode, 1),
      storage.uploadHistory.gaps(odsCode, NEWEST),
      storage.issues.open(odsCode),
      storage.issues.failedRecords(odsCode),
      storage.uploadHistory.matchRates(now, odsCode),
    ])
    const live = authority.stage !== 'onboarding'
    const rate = rates.get(odsCode)
    return pages.show(request, reply, {
      view: 'desk-uploads',
      title: 'Uploads',
      values: {
        authority,
        files: files.map(file => ({ ...file, ...fileWords(file), number: numberOf(file) })),
        waiting,
        gaps,
        sent: sentOf(request.query),
        failing: failing.length,
        concerns: open.map(issue => ({ ...issueWords(issue), since: issue.since })),
        fresh: freshness(authority, live ? applied[0] : tests[0], now),
        ...(rate && { gauge: { ...gaugeOf(rate), counted: scopeWords(rate) } }),
      },
    })
  })
}

/** The file that was just sent, by its number. */
function sentOf(query: unknown): string | undefined {
  const sent = Number((query as Readonly<Record<string, unknown>>)['sent'])
  return Number.isSafeInteger(sent) && sent > 0 ? capital(fileNumberWords(sent)) : undefined
}

function numberOf({ sequence }: ReceivedFile): string {
  return sequence === undefined ? '–' : capital(shownSequence(sequence))
}

function freshness({ intervalHours }: Authority, newest: UploadOutcome | undefined, now: Date) {
  if (!newest) return { intervalHours }
  const next = new Date(newest.receivedAt.getTime() + intervalHours * 3_600_000)
  return { intervalHours, last: newest.receivedAt, next, late: next.getTime() < now.getTime() }
}

/** The bar begins here, so that what matters can be told apart: nobody is to hold fewer than 95 in 100. */
const SCALE = { from: 80, to: 100, left: 10, right: 590 } as const

/** Where the bar ends, and where the marks of 95 and 100 percent stand. */
function gaugeOf(match: NumberMatch) {
  const percent = matchPercent(match) ?? 0
  const x = (value: number) => {
    const share = (Math.max(value, SCALE.from) - SCALE.from) / (SCALE.to - SCALE.from)
    return Math.round(SCALE.left + share * (SCALE.right - SCALE.left))
  }
  return {
    ...match,
    percent,
    needed: GO_LIVE_PERCENT,
    enough: percent >= GO_LIVE_PERCENT,
    bar: x(percent) - SCALE.left,
    neededAt: x(GO_LIVE_PERCENT),
    from: SCALE.from,
  }
}
