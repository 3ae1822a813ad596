import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { successionObstacleWords, undoObstacleWords } from '../../api/common/registration/succession-words.ts'
import { parseOdsCode } from '../../domain/organisation.ts'
import { UNDO_DAYS } from '../../domain/registration/succession.ts'
import type { Authority } from '../../flows/registration/ports.ts'
import {
  planSuccession,
  showSuccessions,
  trySuccession,
  undoSuccession,
} from '../../flows/registration/succession.ts'
import { actorOf } from '../exchange.ts'
import { takeFiles } from '../file-form.ts'
import { type FormProblem, shownProblems } from '../form-problems.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { sealedBox } from '../session/sealed-box.ts'
import type { OperatorSession } from '../session/session.ts'
import { doneBy } from './done-by.ts'
import {
  NO_SUCCESSION_FIELDS,
  readSuccessionForm,
  type SuccessionFields,
  successionFields,
} from './succession-form.ts'

/** Between looking at what a hand-over would do and planning it (minutes). */
const CHECK_MINUTES = 60

const STATE_WORDS = {
  planned: { text: 'Planned', tag: 'blue' },
  done: { text: 'Done', tag: 'green' },
  undone: { text: 'Undone', tag: 'grey' },
  withdrawn: { text: 'Withdrawn', tag: 'grey' },
} as const

const looked = z.object({ by: z.string(), from: z.string(), fields: successionFields })

/**
 * The plans of an authority pass to others: what would happen is shown first, as often as one likes, then it is planned, and undone
 * (rules 19.13 to 19.18). What was looked at travels sealed in the page that shows it.
 */
export function successionRoutes(operator: FastifyInstance, pages: Pages): void {
  operator.register(async fastify => {
    takeFiles(fastify)
    routes(fastify, pages)
  })
}

function routes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { authorities } = deps.flows.storage
  const checks = sealedBox(deps.sessionSecret, 'succession', looked)
  const address = '/operator/authorities/:ods/succession'

  /** The signed-in operator and the authority of the address, or undefined after having said what is to be said. */
  const opened = async (
    request: FastifyRequest<{ Params: { ods: string } }>,
    reply: FastifyReply,
    action: string,
  ) => {
    const exchange = exchangeOf(request)
    exchange.action = action
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return undefined
    const odsCode = parseOdsCode(request.params.ods)
    const authority = odsCode && (await authorities.find(odsCode))
    if (!authority) {
      nothingHere(pages, request, reply)
      return undefined
    }
    exchange.subject = authority.odsCode
    return { session, authority }
  }

  const showForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: OperatorSession,
    authority: Authority,
    fields: SuccessionFields = NO_SUCCESSION_FIELDS,
    problems: readonly FormProblem[] = [],
  ) => {
    const successions = await showSuccessions(doneBy(pages, session), authority.odsCode)
    if (problems.length > 0) exchangeOf(request).reason = 'not filled in'
    else exchangeOf(request).audited = true
    return pages.show(request, reply, {
      view: 'operator-succession',
      title: `Successors of ${authority.name}`,
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: {
        authority,
        fields,
        successions: successions.map(one => ({ ...one, words: STATE_WORDS[one.state] })),
        current: successions.find(({ state }) => state === 'planned' || state === 'done'),
        undoDays: UNDO_DAYS,
        ...shownProblems(problems),
      },
    })
  }

  fastify.get<{ Params: { ods: string } }>(address, async (request, reply) => {
    const found = await opened(request, reply, 'show successions')
    return found ? showForm(request, reply, found.session, found.authority) : reply
  })

  fastify.post<{ Params: { ods: string } }>(address, async (request, reply) => {
    const found = await opened(request, reply, 'try succession')
    if (!found) return reply
    const { session, authority } = found
    const fields = typedFields(request)
    const read = readSuccessionForm(fields)
    if (!read.ok) return showForm(request, reply, session, authority, fields, read.fault)
    const plan = read.value.planOf(authority.odsCode)
    const tried = await trySuccession(doneBy(pages, session), plan)
    if (!tried.ok) {
      const text = successionObstacleWords(tried.fault)
      return showForm(request, reply, session, authority, fields, [
        { field: fieldOf(tried.fault.kind), text },
      ])
    }
    exchangeOf(request).audited = true
    const kept = { by: actorOf(session), from: authority.odsCode, fields }
    return pages.show(request, reply, {
      view: 'operator-succession-check',
      title: 'Check what the hand-over does',
      values: {
        authority,
        plan,
        ...tried.value,
        names: await namesOf(pages),
        sealed: await checks.seal(kept, deps.now(), CHECK_MINUTES),
      },
    })
  })

  fastify.post<{ Params: { ods: string } }>(`${address}/confirm`, async (request, reply) => {
    const found = await opened(request, reply, 'plan succession')
    if (!found) return reply
    const { session, authority } = found
    const kept = await checks.open(field(request, 'sealed'), deps.now())
    const read =
      kept?.by === actorOf(session) && kept.from === authority.odsCode
        ? readSuccessionForm(kept.fields)
        : undefined
    if (!kept || !read?.ok) {
      const text = 'Too much time has passed since you looked at it. Enter it again'
      return showForm(request, reply, session, authority, NO_SUCCESSION_FIELDS, [
        { field: 'successors', text },
      ])
    }
    const planned = await planSuccession(doneBy(pages, session), read.value.planOf(authority.odsCode))
    // Sent twice: it is planned already, and the page says so.
    if (planned.ok) exchangeOf(request).audited = true
    else exchangeOf(request).reason = planned.fault.kind
    if (planned.ok || planned.fault.kind === 'planned-already')
      return pages.redirect(reply, `/operator/authorities/${authority.odsCode}/succession`)
    const text = successionObstacleWords(planned.fault)
    const problem = { field: fieldOf(planned.fault.kind), text }
    return showForm(request, reply, session, authority, kept.fields, [problem])
  })

  fastify.post<{ Params: { ods: string } }>(`${address}/undo`, async (request, reply) => {
    const found = await opened(request, reply, 'undo succession')
    if (!found) return reply
    const { session, authority } = found
    // The form of an earlier hand-over undoes nothing of a later one.
    const current = await deps.flows.storage.successions.current(authority.odsCode)
    if (current && current.id !== field(request, 'id')) {
      exchangeOf(request).reason = 'another succession'
      return pages.redirect(reply, `/operator/authorities/${authority.odsCode}/succession`)
    }
    const undone = await undoSuccession(doneBy(pages, session), authority.odsCode)
    if (undone.ok) exchangeOf(request).audited = true
    else exchangeOf(request).reason = undone.fault.kind
    // Sent twice: there is nothing left to be undone.
    if (undone.ok || undone.fault.kind === 'no-succession')
      return pages.redirect(reply, `/operator/authorities/${authority.odsCode}/succession`)
    const problem = { field: 'undo', text: undoObstacleWords(undone.fault) }
    return showForm(request, reply, session, authority, NO_SUCCESSION_FIELDS, [problem])
  })
}

function typedFields(request: FastifyRequest): SuccessionFields {
  const file = (request.body as Readonly<Record<string, unknown>>)['file']
  return successionFields.parse({
    ...Object.fromEntries(
      Object.keys(NO_SUCCESSION_FIELDS).map(name => [name, name === 'file' ? '' : field(request, name)]),
    ),
    file: file instanceof Uint8Array ? Buffer.from(file).toString('utf8') : '',
  })
}

/** The field of the form that an obstacle is about. */
function fieldOf(kind: string): string {
  if (kind === 'day-is-over') return 'day'
  return kind === 'not-a-successor' ? 'file' : 'successors'
}

async function namesOf({ deps }: Pages): Promise<Readonly<Record<string, string>>> {
  const known = await deps.flows.storage.authorities.list()
  return Object.fromEntries(known.map(({ odsCode, name }) => [odsCode, name]))
}
