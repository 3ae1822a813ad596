import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { localDay } from '../../domain/english-time.ts'
import { type OfficeHours, parseOfficeHours, WEEKDAYS } from '../../domain/registration/office-hours.ts'
import { changeSettings } from '../../flows/registration/onboard-authority.ts'
import { actorOf } from '../exchange.ts'
import { type FormProblem, shownProblems } from '../form-problems.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import type { AuthoritySession } from '../session/session.ts'
import { comingWeek, fieldsOfHours, type HoursFields, hoursFields, readHoursForm } from './hours-form.ts'

const DAYS = {
  Mon: 'Monday',
  Tue: 'Tuesday',
  Wed: 'Wednesday',
  Thu: 'Thursday',
  Fri: 'Friday',
  Sat: 'Saturday',
  Sun: 'Sunday',
}

/** When the office is open and the duty team answers, as an officer says it, with the coming week before it counts (rule 16.12). */
export function hoursRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { authorities, holidays } = deps.flows.storage

  const weekOf = async (hours: OfficeHours | undefined) =>
    hours && comingWeek({ hours, holidays: await holidays.days() }, localDay(deps.now()))

  const showForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: AuthoritySession,
    typed?: HoursFields,
    problems: readonly FormProblem[] = [],
  ) => {
    const authority = await authorities.find(session.odsCode)
    if (!authority) return nothingHere(pages, request, reply)
    const { hours } = authority
    return pages.show(request, reply, {
      view: 'desk-hours',
      title: 'Office hours',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: {
        hours,
        week: await weekOf(hours),
        fields: typed ?? fieldsOfHours(hours),
        days: WEEKDAYS.map(name => ({ name, label: DAYS[name] })),
        ...shownProblems(problems),
      },
    })
  }

  fastify.get('/desk/hours', async (request, reply) => {
    exchangeOf(request).action = 'show hours'
    const session = await admit(pages, request, reply, 'authority')
    return session ? showForm(request, reply, session) : reply
  })

  fastify.post('/desk/hours', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'change hours'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    switch (field(request, 'do')) {
      case 'confirm': {
        const hours = parseOfficeHours(field(request, 'hours'))
        return hours.ok ? change(request, reply, session, hours.value) : nothingHere(pages, request, reply)
      }
      case 'remove':
        return change(request, reply, session, null)
    }
    const fields = hoursFields.parse(
      Object.fromEntries(Object.keys(hoursFields.shape).map(name => [name, field(request, name)])),
    )
    const read = readHoursForm(fields)
    exchange.reason = read.ok ? 'not confirmed yet' : 'not filled in'
    // The officer goes back to what was typed, or confirms what was read.
    if (!read.ok || field(request, 'do') === 'again')
      return showForm(request, reply, session, fields, read.ok ? [] : read.fault)
    return pages.show(request, reply, {
      view: 'desk-hours-preview',
      title: 'Check the office hours',
      values: { hours: read.value, week: await weekOf(read.value), fields },
    })
  })

  async function change(
    request: FastifyRequest,
    reply: FastifyReply,
    session: AuthoritySession,
    hours: OfficeHours | null,
  ) {
    const exchange = exchangeOf(request)
    const by = { via: 'web', actor: actorOf(session) } as const
    const done = await changeSettings({ ...deps.flows, by }, session.odsCode, { hours })
    if (!done.ok) return nothingHere(pages, request, reply)
    if (done.value.changed) exchange.audited = true
    else exchange.reason = 'unchanged'
    return pages.redirect(reply, '/desk/hours')
  }
}
