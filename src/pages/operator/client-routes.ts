import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ClientSystem, EXCHANGES, parseAsid } from '../../domain/registration/client-system.ts'
import { removeClientSystem } from '../../flows/registration/manage-exchange.ts'
import { registerClientSystem, type SystemObstacle } from '../../flows/registration/register.ts'
import { type FormProblem, shownProblems } from '../form-problems.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import type { OperatorSession } from '../session/session.ts'
import {
  ACCESSES,
  type ClientFields,
  clientFieldsOf,
  fieldsOfClient,
  NEW_CLIENT,
  readClientForm,
} from './client-form.ts'
import { ACCESS_WORDS, EXCHANGE_WORDS } from './clients-routes.ts'
import { doneBy } from './done-by.ts'

const LIST = '/operator/clients'

/** Registering a system that may ask by message (rule 9.5): a new one, what is known of one, and one that asks no longer. */
export function clientRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { clientSystems } = deps.flows.storage

  const showForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    known: ClientSystem | undefined,
    fields: ClientFields,
    problems: readonly FormProblem[] = [],
  ) => {
    if (problems.length > 0) exchangeOf(request).reason = 'not filled in'
    return pages.show(request, reply, {
      view: 'operator-client',
      title: known ? `System ${known.asid}` : 'Add a system',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: {
        known,
        fields,
        accesses: boxes('allows', ACCESSES, ACCESS_WORDS, fields.allows),
        exchanges: boxes('exchanges', EXCHANGES, EXCHANGE_WORDS, fields.exchanges),
        ...shownProblems(problems),
      },
    })
  }

  const find = async (text: string) => {
    const asid = parseAsid(text)
    return asid && clientSystems.find(asid)
  }

  /** Reads what was sent and does it, or shows what is wrong with it. */
  const take = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: OperatorSession,
    known?: ClientSystem,
  ) => {
    const exchange = exchangeOf(request)
    const typed = clientFieldsOf(name => field(request, name))
    const fields = known ? { ...typed, asid: known.asid } : typed
    const read = readClientForm(fields)
    if (!read.ok) return showForm(request, reply, known, fields, read.fault)
    exchange.subject = read.value.asid
    const put = await registerClientSystem(doneBy(pages, session), read.value, known ? 'known' : 'new')
    if (!put.ok) return showForm(request, reply, known, fields, [problemOf(put.fault)])
    if (put.value.changed) exchange.audited = true
    else exchange.reason = 'unchanged'
    return pages.redirect(reply, LIST)
  }

  fastify.get(`${LIST}/add`, async (request, reply) => {
    exchangeOf(request).action = 'show form of client system'
    const session = await admit(pages, request, reply, 'operator')
    return session ? showForm(request, reply, undefined, NEW_CLIENT) : reply
  })

  fastify.post(`${LIST}/add`, async (request, reply) => {
    exchangeOf(request).action = 'add client system'
    const session = await admit(pages, request, reply, 'operator')
    return session ? take(request, reply, session) : reply
  })

  fastify.get<{ Params: { asid: string } }>(`${LIST}/:asid`, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show client system'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const known = await find(request.params.asid)
    if (!known) return nothingHere(pages, request, reply)
    exchange.subject = known.asid
    return showForm(request, reply, known, fieldsOfClient(known))
  })

  fastify.post<{ Params: { asid: string } }>(`${LIST}/:asid`, async (request, reply) => {
    exchangeOf(request).action = 'change client system'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const known = await find(request.params.asid)
    return known ? take(request, reply, session, known) : nothingHere(pages, request, reply)
  })

  fastify.get<{ Params: { asid: string } }>(`${LIST}/:asid/remove`, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show client system'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const system = await find(request.params.asid)
    if (!system) return nothingHere(pages, request, reply)
    exchange.subject = system.asid
    return pages.show(request, reply, {
      view: 'operator-client-remove',
      title: 'Let this system ask no longer?',
      values: { system, exchanges: system.exchanges.map(one => EXCHANGE_WORDS[one]) },
    })
  })

  fastify.post<{ Params: { asid: string } }>(`${LIST}/:asid/remove`, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'remove client system'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const asid = parseAsid(request.params.asid)
    if (!asid) return nothingHere(pages, request, reply)
    exchange.subject = asid
    exchange.audited = await removeClientSystem(doneBy(pages, session), asid)
    // Sent twice: it asks no longer already.
    if (!exchange.audited) exchange.reason = 'not registered'
    return pages.redirect(reply, LIST)
  })
}

/** A box to tick for each, under a name of its own. */
function boxes<Key extends string>(
  prefix: string,
  keys: readonly Key[],
  words: Readonly<Record<Key, string>>,
  chosen: readonly Key[],
) {
  return keys.map(key => ({
    name: `${prefix}-${key}`,
    value: 'yes',
    text: words[key],
    checked: chosen.includes(key),
  }))
}

function problemOf(obstacle: SystemObstacle): FormProblem {
  switch (obstacle.kind) {
    case 'contract-of-other':
      return { field: 'cpaId', text: `System ${obstacle.asid} has this CPA id: each has its own` }
    case 'system-exists':
      return { field: 'asid', text: 'There is a system with this ASID already. Change it on its own page' }
    case 'no-such-system':
      return { field: 'asid', text: 'This system was taken away meanwhile' }
  }
}
