import type { FastifyInstance } from 'fastify'
import { fileNumberWords, shownSequence } from '../../domain/upload/upload.ts'
import { MEND_RECORD_DAYS } from '../../domain/watch/issue.ts'
import type { FailedRecord } from '../../flows/watch/ports.ts'
import { pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit } from '../session/admit.ts'
import { englishDay } from '../words.ts'
import { writeCsv } from './csv.ts'

const ON_A_PAGE = 40

/** People whose records were refused and not loaded since: the longest waiting first, with what to correct. */
export function failureRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { issues } = deps.flows.storage

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
        records: shown.map(record => ({ ...whoOf(record), late: record.since.getTime() < lateBefore })),
        ...(page > 1 && { earlierPage: `/desk/failures?page=${page - 1}` }),
        ...(from + ON_A_PAGE < failing.length && { nextPage: `/desk/failures?page=${page + 1}` }),
      },
    })
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
