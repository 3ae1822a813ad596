import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseOdsCode } from '../../domain/organisation.ts'
import { changeSettings } from '../../flows/registration/onboard-authority.ts'
import type { Authority } from '../../flows/registration/ports.ts'
import { type FormProblem, shownProblems } from '../form-problems.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import {
  readSettingsForm,
  type SettingsFields,
  settingsFields,
  settingsOfAuthority,
} from './authority-form.ts'
import { doneBy } from './done-by.ts'

/** What an operator may change of an authority (rule 19.1): its codes, when its files are due, what they hold, where it is told. */
export function authoritySettingsRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { authorities } = deps.flows.storage
  const address = '/operator/authorities/:ods/settings'

  const showForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    authority: Authority,
    fields: SettingsFields,
    problems: readonly FormProblem[] = [],
  ) =>
    pages.show(request, reply, {
      view: 'operator-authority-settings',
      title: `Settings of ${authority.name}`,
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: { authority, fields, ...shownProblems(problems) },
    })

  const find = async (text: string) => {
    const odsCode = parseOdsCode(text)
    return odsCode && authorities.find(odsCode)
  }

  fastify.get<{ Params: { ods: string } }>(address, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show authority settings'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const authority = await find(request.params.ods)
    if (!authority) return nothingHere(pages, request, reply)
    exchange.subject = authority.odsCode
    return showForm(request, reply, authority, settingsOfAuthority(authority))
  })

  fastify.post<{ Params: { ods: string } }>(address, async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'change authority'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const authority = await find(request.params.ods)
    if (!authority) return nothingHere(pages, request, reply)
    const { odsCode } = authority
    exchange.subject = odsCode
    const fields = settingsFields.parse(
      Object.fromEntries(Object.keys(settingsFields.shape).map(name => [name, field(request, name)])),
    )
    const read = readSettingsForm(fields)
    if (!read.ok) {
      exchange.reason = 'not filled in'
      return showForm(request, reply, authority, fields, read.fault)
    }
    const done = await changeSettings(doneBy(pages, session), odsCode, read.value)
    if (!done.ok) return nothingHere(pages, request, reply)
    if (done.value.changed) exchange.audited = true
    else exchange.reason = 'unchanged'
    return pages.redirect(reply, `/operator/authorities/${odsCode}`)
  })
}
