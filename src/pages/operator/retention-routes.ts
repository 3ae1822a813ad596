import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { holdBody } from '../../api/common/retention/hold-body.ts'
import { capital, periodWords } from '../../domain/retention/personal-data.ts'
import { type HoldObstacle, placeHold, releaseHold } from '../../flows/retention/legal-holds.ts'
import type { LegalHold } from '../../flows/retention/ports.ts'
import { showRetention } from '../../flows/retention/show-retention.ts'
import { type FormProblem, problemsOf, shownProblems } from '../form-problems.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { typedNhsNumber } from '../words.ts'
import { doneBy } from './done-by.ts'

const LIST = '/operator/retention'

interface HoldFields {
  readonly person: string
  readonly authority: string
  readonly reason: string
}

/** How long personal data are kept, what is held of each kind, and what is kept whatever its period (rules 23.10 and 23.11). */
export function retentionRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage, clock } = deps.flows

  fastify.get(LIST, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show retention'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const { kinds, holds, current } = await showRetention({ storage, clock, retention: deps.retention })
    exchange.details = { holds: holds.length }
    return pages.show(request, reply, {
      view: 'operator-retention',
      title: 'Retention',
      confidential: holds.some(({ what }) => 'person' in what),
      values: {
        current,
        kinds: kinds.map(({ words, days, last, ...kind }) => ({
          ...kind,
          last,
          words: capital(words),
          period: capital(periodWords(days)),
          counts: last && shownCounts(last.counts),
        })),
        holds,
      },
    })
  })

  const showForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    fields: HoldFields,
    problems: readonly FormProblem[] = [],
  ) => {
    if (problems.length > 0) exchangeOf(request).reason = 'not filled in'
    return pages.show(request, reply, {
      view: 'operator-hold-add',
      title: 'Add a legal hold',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: { fields, ...shownProblems(problems) },
    })
  }

  fastify.get(`${LIST}/holds/add`, async (request, reply) => {
    exchangeOf(request).action = 'show form of legal hold'
    const session = await admit(pages, request, reply, 'operator')
    return session ? showForm(request, reply, { person: '', authority: '', reason: '' }) : reply
  })

  fastify.post(`${LIST}/holds/add`, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'place legal hold'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const fields = {
      person: typedNhsNumber(field(request, 'person')),
      authority: field(request, 'authority').trim(),
      reason: field(request, 'reason'),
    }
    const { person, authority, reason } = fields
    const read = holdBody.safeParse({ reason, ...(person && { person }), ...(authority && { authority }) })
    if (!read.success) return showForm(request, reply, fields, problemsOf(read.error))
    const placed = await placeHold(doneBy(pages, session), read.data.what, read.data.reason)
    // Sent twice, or after a colleague did the same: it is on hold already.
    if (placed.ok) exchange.audited = true
    else if (placed.fault.kind === 'held-already') exchange.reason = 'on hold already'
    else return showForm(request, reply, fields, [problemOf(placed.fault)])
    return pages.redirect(reply, LIST)
  })

  const find = async (id: string): Promise<LegalHold | undefined> =>
    (await storage.retention.holds()).find(hold => hold.id === id)

  fastify.get<{ Params: { id: string } }>(`${LIST}/holds/:id`, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show legal hold'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const hold = await find(request.params.id)
    if (!hold) return nothingHere(pages, request, reply)
    exchange.subject = hold.id
    return pages.show(request, reply, {
      view: 'operator-hold-release',
      title: 'Release this legal hold?',
      confidential: 'person' in hold.what,
      values: { hold },
    })
  })

  fastify.post<{ Params: { id: string } }>(`${LIST}/holds/:id`, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'release legal hold'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const hold = await find(request.params.id)
    const released = hold && (await releaseHold(doneBy(pages, session), hold.id))
    // Sent twice: it is released already.
    if (released?.ok) exchange.audited = true
    else exchange.reason = 'not on hold'
    return pages.redirect(reply, LIST)
  })
}

/** Numbers as people read them. */
function shownCounts(counts: {
  readonly held: number
  readonly past: number
  readonly onHold: number
  readonly soon: number
  readonly oldest?: Date
  readonly nextAt?: Date
}) {
  const words = (count: number) => count.toLocaleString('en-GB')
  const { held, past, onHold, soon, oldest, nextAt } = counts
  return { held: words(held), past: words(past), onHold: words(onHold), soon: words(soon), oldest, nextAt }
}

function problemOf({ kind }: HoldObstacle): FormProblem {
  return kind === 'no-such-authority'
    ? { field: 'authority', text: 'Enter the code of an authority that is registered' }
    : { field: 'person', text: 'Enter a person or an authority that is not on hold' }
}
