import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { FOUND_AT_MOST, proveFound } from '../../flows/audit/prove-audit.ts'
import type { AuditSearch } from '../../flows/watch/ports.ts'
import { writeProofFile } from '../../formats/audit-seal/proof-file.ts'
import { nothingHere, pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { sealedBox } from '../session/sealed-box.ts'
import type { OperatorSession } from '../session/session.ts'
import {
  type AuditFields,
  type AuditProblem,
  auditFields,
  INTERFACES,
  OUTCOMES,
  readAuditForm,
} from './audit-form.ts'
import { entriesAsCsv, shownEntry } from './found-entries.ts'
import { INTERFACE_WORDS } from './interface-words.ts'
import { shownSeal } from './shown-seal.ts'

const ON_A_PAGE = 40
/** How long the address of what was found leads to it (minutes). */
const ADDRESS_MINUTES = 12 * 60

const NOTHING_TYPED: AuditFields = { from: '', to: '', number: '', who: '', via: '', outcome: '' }

const kept = z.object({ user: z.string(), asked: z.coerce.date(), fields: auditFields })

/** A search as the files of proofs have always named it, which are kept for years. */
function searchAsSaved({ via: door, ...search }: AuditSearch): object {
  return { ...search, ...(door && { door }) }
}

interface Found {
  readonly session: OperatorSession
  readonly search: AuditSearch
  readonly fields: AuditFields
  readonly of: string
}

/** Searching the audit log. What is searched for is typed into a form and sealed into the address of what is found (rule 21.2). */
export function auditRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { oversight } = deps.flows.storage
  const box = sealedBox(deps.sessionSecret, 'audit search', kept)

  const showForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    fields: AuditFields,
    problems: readonly AuditProblem[] = [],
  ) => {
    const seal = await shownSeal(pages)
    return pages.show(request, reply, {
      view: 'operator-audit',
      title: 'Audit log',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: {
        fields,
        problems,
        wrong: Object.fromEntries(problems.map(problem => [problem.field, problem.text])),
        interfaces: INTERFACES.map(via => ({ value: via, text: INTERFACE_WORDS[via] })),
        outcomes: OUTCOMES,
        seal,
      },
    })
  }

  fastify.get('/operator/audit', async (request, reply) => {
    exchangeOf(request).action = 'open audit search'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const again = await opened(request, session)
    return showForm(request, reply, again?.fields ?? NOTHING_TYPED)
  })

  fastify.post('/operator/audit', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'ask audit log'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const fields: AuditFields = {
      from: field(request, 'from'),
      to: field(request, 'to'),
      number: field(request, 'number'),
      who: field(request, 'who'),
      via: field(request, 'via'),
      outcome: field(request, 'outcome'),
    }
    const now = deps.now()
    const search = readAuditForm(fields, now)
    if (!search.ok) {
      exchange.reason = 'not filled in'
      return showForm(request, reply, fields, search.fault)
    }
    const sealed = await box.seal({ user: session.name, asked: now, fields }, now, ADDRESS_MINUTES)
    return pages.redirect(reply, `/operator/audit/found?of=${sealed}`)
  })

  const opened = async (request: FastifyRequest, session: OperatorSession) => {
    const { of } = request.query as Readonly<Record<string, unknown>>
    const search = typeof of === 'string' ? await box.open(of, deps.now()) : undefined
    return search?.user === session.name ? { ...search, of: String(of) } : undefined
  }

  /** What an address asks for, which is then on record with whoever looked; undefined after having said what is to be said. */
  const findOut = async (request: FastifyRequest, reply: FastifyReply): Promise<Found | undefined> => {
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return undefined
    const asked = await opened(request, session)
    const search = asked && readAuditForm(asked.fields, asked.asked)
    if (!asked || !search?.ok) {
      nothingHere(pages, request, reply)
      return undefined
    }
    const { nhsNumber, from, before, who, via, outcome } = search.value
    const exchange = exchangeOf(request)
    if (nhsNumber) exchange.nhsNumber = nhsNumber
    exchange.details = {
      from: from.toISOString(),
      before: before.toISOString(),
      ...(who && { who }),
      ...(via && { door: via }),
      ...(outcome && { outcome }),
    }
    return { session, search: search.value, fields: asked.fields, of: asked.of }
  }

  const tooMany = (found: Found, request: FastifyRequest, reply: FastifyReply) => {
    exchangeOf(request).reason = 'too many'
    return pages.show(request, reply, {
      view: 'message',
      title: 'That is too much for one file',
      status: 422,
      values: {
        lines: [`More than ${FOUND_AT_MOST.toLocaleString('en-GB')} entries were found. Search fewer days.`],
        link: { href: `/operator/audit?of=${found.of}`, text: 'Change the search' },
      },
    })
  }

  fastify.get('/operator/audit/found', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show audit entries'
    const found = await findOut(request, reply)
    if (!found) return reply
    const page = pageOf(request)
    const offset = (page - 1) * ON_A_PAGE
    const entries = await oversight.searchAudit(found.search, { limit: ON_A_PAGE + 1, offset })
    const shown = entries.slice(0, ON_A_PAGE)
    exchange.details = { ...exchange.details, shown: shown.length }
    const here = `/operator/audit/found?of=${found.of}`
    return pages.show(request, reply, {
      view: 'operator-found',
      title: 'What was found',
      confidential: shown.some(({ nhsNumber }) => nhsNumber !== undefined),
      values: {
        entries: shown.map(shownEntry),
        first: offset + 1,
        ...found.search,
        viaWords: found.search.via && INTERFACE_WORDS[found.search.via],
        of: found.of,
        ...(page > 1 && { earlierPage: `${here}&page=${page - 1}` }),
        ...(entries.length > ON_A_PAGE && { nextPage: `${here}&page=${page + 1}` }),
      },
    })
  })

  fastify.get('/operator/audit/found.csv', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'save audit entries'
    const found = await findOut(request, reply)
    if (!found) return reply
    const entries = await oversight.searchAudit(found.search, { limit: FOUND_AT_MOST + 1, offset: 0 })
    if (entries.length > FOUND_AT_MOST) return tooMany(found, request, reply)
    exchange.details = { ...exchange.details, saved: entries.length }
    return reply
      .header('Content-Disposition', 'attachment; filename="cp-is-audit.csv"')
      .type('text/csv; charset=utf-8')
      .send(entriesAsCsv(entries))
  })

  fastify.get('/operator/audit/found.proof.json', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'prove audit entries'
    const found = await findOut(request, reply)
    if (!found) return reply
    const now = deps.now()
    const proof = await proveFound({ ...deps.flows, ...deps.seal }, found.search)
    if (!proof.ok && proof.fault.kind === 'too-many') return tooMany(found, request, reply)
    if (!proof.ok) {
      exchange.reason = proof.fault.kind
      return pages.show(request, reply, {
        view: 'message',
        title: 'The audit log was changed',
        status: 409,
        values: {
          lines: [
            'One of these entries, or the seal over it, is not as it was when it was sealed. Nothing can be proved with it.',
            'Keep everything as it is, tell whoever is responsible for security, and run cpis audit verify: it names each entry.',
          ],
          link: { href: `/operator/audit/found?of=${found.of}`, text: 'Back to what was found' },
        },
      })
    }
    exchange.details = { ...exchange.details, proved: proof.value.entries.length }
    return reply
      .header('Content-Disposition', 'attachment; filename="cp-is-audit-proof.json"')
      .type('application/json; charset=utf-8')
      .send(writeProofFile({ search: searchAsSaved(found.search), savedAt: now, ...proof.value }))
  })
}
