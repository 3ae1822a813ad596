import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { dueBy, type OfficeOfItems, overdueBefore } from '../../domain/notification/due.ts'
import { issueWords } from '../../domain/watch/issue-words.ts'
import {
  NOTIFICATION_KINDS,
  NOTIFICATION_STATES,
  NOTIFICATION_STEPS,
  type NotificationFilter,
  type NotificationItem,
  type OpenedNotificationItem,
} from '../../flows/notification/ports.ts'
import { takeNotificationStep } from '../../flows/notification/take-notification-step.ts'
import { nothingHere, pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import type { AuthoritySession } from '../session/session.ts'
import { displayNhsNumber, englishMoment } from '../words.ts'
import { writeCsv } from './csv.ts'
import { authorWords, KIND_WORDS, STATE_WORDS } from './notification-words.ts'
import { idOf, officerOf } from './officer.ts'

const ON_A_PAGE = 40
/** More than anybody was ever told: an export is one question, so that nothing that comes meanwhile moves the rest. */
const IN_A_PART = 100_000

const LONGEST = { assigned: 100, noted: 2_000, acknowledged: 0 } as const

const asked = z.object({
  state: z.enum(NOTIFICATION_STATES).catch('open'),
  kind: z.enum(NOTIFICATION_KINDS).optional().catch(undefined),
  assigned: z.enum(['nobody', 'somebody']).optional().catch(undefined),
})

/** What the authority was told: a list, each item by itself with what was done about it, and an export. */
export function notificationRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { authorities, authorityPages, holidays, issues } = deps.flows.storage

  const officeOf = async ({ odsCode }: AuthoritySession): Promise<OfficeOfItems> => {
    const [authority, set] = await Promise.all([authorities.find(odsCode), holidays.days()])
    return { hours: authority?.hours, holidays: set }
  }

  const filterOf = (query: unknown, office: OfficeOfItems): NotificationFilter => {
    const { state, kind, assigned } = asked.parse(query)
    const before = overdueBefore(deps.now(), office)
    return { state, ...(kind && { kind }), ...(assigned && { assigned }), overdueBefore: before }
  }

  fastify.get('/desk', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show desk'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const office = await officeOf(session)
    const filter = filterOf(request.query, office)
    const page = pageOf(request)
    const offset = (page - 1) * ON_A_PAGE
    const [authority, found, counts, open] = await Promise.all([
      authorities.find(session.odsCode),
      authorityPages.items(session.odsCode, filter, { limit: ON_A_PAGE + 1, offset }),
      authorityPages.counts(session.odsCode, filter.overdueBefore),
      issues.open(session.odsCode),
    ])
    const items = found.slice(0, ON_A_PAGE).map(shownItem(deps.now(), office))
    exchange.details = { authority: session.odsCode, shown: items.length }
    const address = addressOf(filter)
    return pages.show(request, reply, {
      view: 'desk',
      title: 'Today',
      confidential: items.length > 0,
      values: {
        items,
        counts,
        onlyHere: authority?.toldAt === 'desk',
        concerns: open.map(issue => ({ ...issueWords(issue), since: issue.since })),
        filter,
        kinds: KIND_WORDS,
        states: STATE_WORDS,
        filtered: filter.state !== 'open' || filter.kind !== undefined || filter.assigned !== undefined,
        exportHref: `/desk/export.csv?${address}`,
        back: `${address}${page > 1 ? `&page=${page}` : ''}`,
        ...(page > 1 && { earlierPage: `/desk?${address}&page=${page - 1}` }),
        ...(found.length > ON_A_PAGE && { nextPage: `/desk?${address}&page=${page + 1}` }),
        newStep: deps.newId,
      },
    })
  })

  fastify.get('/desk/export.csv', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'export desk'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const filter = filterOf(request.query, await officeOf(session))
    const rows: string[][] = []
    for (;;) {
      const part = await authorityPages.items(session.odsCode, filter, {
        limit: IN_A_PART,
        offset: rows.length,
      })
      rows.push(...part.map(exportedRow))
      if (part.length < IN_A_PART) break
    }
    exchange.details = { authority: session.odsCode, exported: rows.length }
    return reply
      .header('Content-Disposition', 'attachment; filename="cp-is-desk.csv"')
      .type('text/csv; charset=utf-8')
      .send(writeCsv([EXPORTED, ...rows]))
  })

  const showItem = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: AuthoritySession,
    item: OpenedNotificationItem,
    problem?: { readonly text: string; readonly href: string; readonly typed: string },
  ) => {
    exchangeOf(request).nhsNumber = item.nhsNumber
    exchangeOf(request).subject = item.id
    const office = await officeOf(session)
    return pages.show(request, reply, {
      view: 'desk-item',
      title: KIND_WORDS[item.kind],
      confidential: true,
      ...(problem && { status: 400, failed: true }),
      values: { item: { ...item, ...shownItem(deps.now(), office)(item) }, problem, newStep: deps.newId },
    })
  }

  fastify.get<{ Params: { id: string } }>('/desk/items/:id', async (request, reply) => {
    exchangeOf(request).action = 'open desk item'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const id = idOf(request.params.id)
    const item = id && (await authorityPages.item(session.odsCode, id))
    return item ? showItem(request, reply, session, item) : nothingHere(pages, request, reply)
  })

  fastify.post<{ Params: { id: string } }>('/desk/items/:id', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'desk item step'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const kind = NOTIFICATION_STEPS.find(known => known === field(request, 'do'))
    const [id, step] = [idOf(request.params.id), idOf(field(request, 'step'))]
    const item = id && (await authorityPages.item(session.odsCode, id))
    if (!item || !kind || !step) return nothingHere(pages, request, reply)
    const text = field(request, 'text')
    const problem = problemOf(kind, text)
    if (problem) {
      exchange.reason = 'not filled in'
      return showItem(request, reply, session, item, { text: problem, href: `#${kind}`, typed: text })
    }
    const words = kind === 'acknowledged' ? {} : { text }
    const taken = await takeNotificationStep(deps.flows, officerOf(session), item.id, {
      id: step,
      kind,
      ...words,
    })
    if (taken === 'unknown') return nothingHere(pages, request, reply)
    exchange.audited = taken === 'taken'
    exchange.nhsNumber = item.nhsNumber
    exchange.subject = item.id
    const back = field(request, 'back')
    return pages.redirect(
      reply,
      back
        ? `/desk?${addressOf(filterOf(queryOf(back), await officeOf(session)))}`
        : `/desk/items/${item.id}`,
    )
  })
}

function problemOf(kind: (typeof NOTIFICATION_STEPS)[number], text: string): string | undefined {
  if (kind === 'noted' && text === '') return 'Write what was done'
  if (kind === 'assigned' && text === '') return 'Write who will deal with it'
  if (kind !== 'acknowledged' && text.length > LONGEST[kind]) {
    return `Use ${LONGEST[kind]} letters or fewer: there are ${text.length}`
  }
  return undefined
}

function shownItem(now: Date, office: OfficeOfItems) {
  return (item: NotificationItem) => ({
    ...item,
    words: KIND_WORDS[item.kind],
    ...(item.author && { who: authorWords(item.author) }),
    due: dueBy(item.at, office),
    overdue: !item.acknowledgedAt && dueBy(item.at, office).getTime() < now.getTime(),
  })
}

function addressOf({ state, kind, assigned }: NotificationFilter): string {
  const query = new URLSearchParams({ state, ...(kind && { kind }), ...(assigned && { assigned }) })
  return query.toString()
}

function queryOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(text))
}

const EXPORTED = [
  'What',
  'When',
  'NHS number',
  'Your reference',
  'Who',
  'Role',
  'Organisation',
  'Appointment',
  'Setting',
  'New NHS number',
  'Acknowledged',
  'Dealt with by',
]

function exportedRow(item: NotificationItem): string[] {
  const who = item.author && authorWords(item.author)
  const { appointment, replacement, acknowledgedAt } = item
  return [
    KIND_WORDS[item.kind],
    englishMoment(item.at),
    displayNhsNumber(item.nhsNumber),
    item.localId ?? '',
    who?.name ?? '',
    who?.role ?? '',
    who?.organisation ?? '',
    appointment ? englishMoment(appointment.start) : '',
    appointment?.service ?? '',
    replacement ? displayNhsNumber(replacement) : '',
    acknowledgedAt ? englishMoment(acknowledgedAt) : '',
    item.assignedTo ?? '',
  ]
}
