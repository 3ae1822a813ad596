import type { FastifyInstance } from 'fastify'
import { type DecidedMatch, decidedMatch, type MatchDecision } from '../../domain/person/match-decision.ts'
import { checkRecord } from '../../domain/upload/check-record.ts'
import { fileNumberWords, shownSequence } from '../../domain/upload/upload.ts'
import { MEND_RECORD_DAYS } from '../../domain/watch/issue.ts'
import { decideMatch } from '../../flows/upload/decide-match.ts'
import type { FailedRecord } from '../../flows/watch/ports.ts'
import { actorOf } from '../exchange.ts'
import { nothingHere, pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { englishDay } from '../words.ts'
import { writeCsv } from './csv.ts'

const ON_A_PAGE = 40

/** People whose records were refused and not loaded since: the longest waiting first, with what to correct. */
export function failureRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { issues, matchDecisions } = deps.flows.storage

  fastify.get('/desk/failures', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show failed records'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const failing = await issues.failedRecords(session.odsCode)
    const page = pageOf(request)
    const from = (page - 1) * ON_A_PAGE
    const shown = failing.slice(from, from + ON_A_PAGE)
    exchange.details = { authority: session.odsCode, shown: shown.length }
    const lateBefore = deps.now().getTime() - MEND_RECORD_DAYS * 86_400_000
    return pages.show(request, reply, {
      view: 'desk-failures',
      title: 'Failed records',
      confidential: shown.length > 0,
      values: {
        total: failing.length,
        days: MEND_RECORD_DAYS,
        from: from + 1,
        records: await Promise.all(
          shown.map(async record => {
            const match = matchOf(record, deps.now())
            const decided = match && (await matchDecisions.find(session.odsCode, match))
            const late = record.since.getTime() < lateBefore
            return { ...whoOf(record), late, ...(match && { match: { ...match, decided } }) }
          }),
        ),
        ...(page > 1 && { earlierPage: `/desk/failures?page=${page - 1}` }),
        ...(from + ON_A_PAGE < failing.length && { nextPage: `/desk/failures?page=${page + 1}` }),
      },
    })
  })

  fastify.post('/desk/failures', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'decide possible match'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const matches = (await issues.failedRecords(session.odsCode)).map(record => matchOf(record, deps.now()))
    // Only of what the page shows: whoever decides has read what differs.
    const match = matches.find(
      match =>
        match?.nhsNumber === field(request, 'nhsNumber') &&
        match.name === field(request, 'name') &&
        match.birthDate === field(request, 'birthDate'),
    )
    const decision = DECISIONS.find(decision => decision === field(request, 'decision'))
    if (!match || !decision) return nothingHere(pages, request, reply)
    const by = { via: 'web', actor: actorOf(session) } as const
    exchange.audited = await decideMatch(deps.flows, session.odsCode, match, decision, by)
    return pages.redirect(reply, '/desk/failures')
  })

  fastify.get('/desk/failures.csv', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'export failed records'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const failing = await issues.failedRecords(session.odsCode)
    exchange.details = { authority: session.odsCode, exported: failing.length }
    const rows = failing.map(record => {
      const { localId, nhsNumber, name, born, code, reason, since, file } = whoOf(record)
      return [localId, nhsNumber, name, born, code, reason, englishDay(since), file]
    })
    return reply
      .header('Content-Disposition', 'attachment; filename="cp-is-failed-records.csv"')
      .type('text/csv; charset=utf-8')
      .send(writeCsv([EXPORTED, ...rows]))
  })
}

const DECISIONS: readonly MatchDecision[] = ['same-person', 'another-person']

/** What there is to decide about a record; undefined where nothing is. */
function matchOf({ isPossibleMatch, sent }: FailedRecord, now: Date): DecidedMatch | undefined {
  const checked = isPossibleMatch ? checkRecord(sent, now) : undefined
  return checked?.ok ? decidedMatch(checked.value.nhsNumber, checked.value.subject) : undefined
}

const EXPORTED = [
  'Your reference',
  'NHS number as sent',
  'Name as sent',
  'Date of birth as sent',
  'Code',
  'What is wrong and what to do',
  'Failing since',
  'Newest file',
]

function whoOf({ sent, code, reason, since, newest }: FailedRecord) {
  const subject = sent.subjects[0]
  return {
    localId: subject?.localId ?? '',
    nhsNumber: subject?.nhsNumber ?? '',
    name: [subject?.given, subject?.family].filter(Boolean).join(' '),
    born: subject?.birthTime ?? '',
    code,
    reason,
    since,
    file: shownSequence(newest.sequence),
    numberWords: fileNumberWords(newest.sequence),
  }
}
