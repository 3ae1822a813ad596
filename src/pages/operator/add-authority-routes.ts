import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { newPassword } from '../../api/common/registration/new-password.ts'
import { type AuthorityTaken, authorityTaken, registerAuthority } from '../../flows/registration/register.ts'
import { actorOf } from '../exchange.ts'
import { type FormProblem, shownProblems } from '../form-problems.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { sealedBox } from '../session/sealed-box.ts'
import { type AuthorityFields, authorityFields, newAuthority, readAuthorityForm } from './authority-form.ts'
import { doneBy } from './done-by.ts'
import { ENGLAND } from './england-tiles.ts'

/** Between looking at what will be added and adding it (minutes). */
const CHECK_MINUTES = 60

const registration = z.object({ by: z.string(), password: z.string(), fields: authorityFields })

/**
 * A new authority: typed, looked at, and only then added. The password of its mailbox is made before and travels sealed in the page
 * that is looked at: so the same confirmation, sent twice, adds once and tells the same password (rule 21.22).
 */
export function addAuthorityRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage } = deps.flows
  const registrations = sealedBox(deps.sessionSecret, 'registration', registration)

  const showForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    fields: AuthorityFields,
    problems: readonly FormProblem[] = [],
  ) => {
    if (problems.length > 0) exchangeOf(request).reason = 'not filled in'
    return pages.show(request, reply, {
      view: 'operator-authority-add',
      title: 'Add an authority',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: { fields, ...shownProblems(problems) },
    })
  }

  fastify.get<{ Querystring: { dfe?: string } }>('/operator/authorities/add', async (request, reply) => {
    exchangeOf(request).action = 'show form of authority'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const tile = ENGLAND.find(({ dfeCode }) => dfeCode === request.query.dfe)
    return showForm(request, reply, newAuthority(tile))
  })

  fastify.post('/operator/authorities/add', async (request, reply) => {
    exchangeOf(request).action = 'look at new authority'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const fields = typedFields(request)
    const read = readAuthorityForm(fields)
    if (!read.ok) return showForm(request, reply, fields, read.fault)
    const taken = await authorityTaken(storage, read.value.odsCode, read.value.mailboxId)
    if (taken) return showForm(request, reply, fields, [takenProblem(taken)])
    const sealed = { by: actorOf(session), password: newPassword(), fields }
    return pages.show(request, reply, {
      view: 'operator-authority-check',
      title: 'Check before you add it',
      values: {
        authority: read.value,
        tile: ENGLAND.find(({ dfeCode }) => dfeCode === read.value.dfeCode),
        fields,
        registration: await registrations.seal(sealed, deps.now(), CHECK_MINUTES),
      },
    })
  })

  /** Back from looking: what was typed is there. */
  fastify.post('/operator/authorities/add/change', async (request, reply) => {
    exchangeOf(request).action = 'show form of authority'
    const session = await admit(pages, request, reply, 'operator')
    return session ? showForm(request, reply, typedFields(request)) : reply
  })

  fastify.post('/operator/authorities/add/confirm', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'add authority'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const looked = await registrations.open(field(request, 'registration'), deps.now())
    const read = looked && readAuthorityForm(looked.fields)
    if (looked?.by !== actorOf(session) || !read?.ok) {
      exchange.reason = 'not looked at'
      return pages.show(request, reply, {
        view: 'message',
        title: 'Nothing was added',
        status: 409,
        values: {
          lines: ['Too much time has passed since you looked at it.'],
          link: { href: '/operator/authorities/add', text: 'Start again' },
        },
      })
    }
    const { mailboxId: id, ...described } = read.value
    const { odsCode, name } = described
    exchange.subject = odsCode
    const mailbox = { id, name, odsCode, password: looked.password }
    const added = await registerAuthority(doneBy(pages, session), { ...described, mailbox })
    if (!added.ok) return showForm(request, reply, looked.fields, [takenProblem(added.fault)])
    if (added.value.again) exchange.reason = 'added before'
    else exchange.audited = true
    return pages.show(request, reply, {
      view: 'operator-authority-added',
      title: `${name} is added`,
      values: { odsCode, name, mailbox, toldAt: described.toldAt, cpisMailbox: deps.mesh.cpisMailbox },
    })
  })
}

function typedFields(request: FastifyRequest): AuthorityFields {
  return authorityFields.parse(
    Object.fromEntries(Object.keys(authorityFields.shape).map(name => [name, field(request, name)])),
  )
}

function takenProblem(taken: AuthorityTaken): FormProblem {
  return taken.kind === 'authority-exists'
    ? { field: 'odsCode', text: `There is an authority with this code already: ${taken.name}` }
    : { field: 'mailboxId', text: `There is a mailbox with this id already: that of ${taken.odsCode}` }
}
