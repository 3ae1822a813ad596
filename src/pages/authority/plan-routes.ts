import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { dayOf } from '../../domain/english-time.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { PLAN_TYPE_WORDS } from '../../domain/plan/plan.ts'
import { isSamePlanToCheck, type PlanToCheck, type PlanToCheckKey } from '../../domain/plan/plan-to-check.ts'
import { fileNumberWords } from '../../domain/upload/upload.ts'
import { confirmPlan, deletePlan } from '../../flows/upload/check-plan.ts'
import { pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { officerOf } from './officer.ts'

const ON_A_PAGE = 40

/** Plans that the authority holds and that may not stand any more: it confirms each, or has it deleted (rule 3.26). */
export function planRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { plansToCheck } = deps.flows.storage

  fastify.get('/desk/plans', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show plans to check'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const plans = await plansToCheck.list(session.odsCode, deps.now())
    const page = pageOf(request)
    const from = (page - 1) * ON_A_PAGE
    const shown = plans.slice(from, from + ON_A_PAGE)
    exchange.details = { authority: session.odsCode, shown: shown.length }
    return pages.show(request, reply, {
      view: 'desk-plans',
      title: 'Plans to check',
      confidential: shown.length > 0,
      values: {
        total: plans.length,
        from: from + 1,
        plans: shown.map(planWords),
        ...(page > 1 && { earlierPage: `/desk/plans?page=${page - 1}` }),
        ...(from + ON_A_PAGE < plans.length && { nextPage: `/desk/plans?page=${page + 1}` }),
      },
    })
  })

  fastify.post('/desk/plans', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'confirm plan'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const named = await planNamed(session.odsCode, request)
    // Confirmed or deleted before: pressed twice, or a colleague was faster.
    if (!named) return pages.redirect(reply, '/desk/plans')
    if (field(request, 'decision') === 'confirm') {
      exchange.audited = await confirmPlan(deps.flows, officerOf(session), named)
      return pages.redirect(reply, '/desk/plans')
    }
    exchange.action = 'ask to delete plan'
    return pages.show(request, reply, {
      view: 'desk-plan-delete',
      title: 'Delete this plan?',
      confidential: true,
      values: { plan: planWords(named) },
    })
  })

  fastify.post('/desk/plans/delete', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'delete plan'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const named = await planNamed(session.odsCode, request)
    // Deleted before: what became of the file stands there.
    if (!named) return pages.redirect(reply, '/desk/uploads')
    const sent = await deletePlan(deps.flows, officerOf(session), named)
    if (sent.ok) {
      exchange.audited = true
      return pages.redirect(reply, `/desk/uploads?sent=${sent.value}`)
    }
    if (sent.fault === 'unknown') return pages.redirect(reply, '/desk/uploads')
    return refused(request, reply, sent.fault)
  })

  /** Only of what the page lists: whoever decides has read it. */
  const planNamed = async (authority: OdsCode, request: FastifyRequest) => {
    const key = {
      doubt: field(request, 'doubt'),
      nhsNumber: field(request, 'nhsNumber'),
      type: field(request, 'type'),
      start: field(request, 'start'),
      unborn: field(request, 'unborn'),
    } as PlanToCheckKey
    return (await plansToCheck.list(authority, deps.now())).find(plan => isSamePlanToCheck(plan, key))
  }

  const refused = (request: FastifyRequest, reply: FastifyReply, reason: string) => {
    exchangeOf(request).reason = reason
    return pages.show(request, reply, {
      view: 'message',
      title: 'The plan was not deleted',
      status: 409,
      values: {
        lines: ['Your authority may not send files. Ask the national service.'],
        link: { href: '/desk/plans', text: 'Back to the plans to check' },
      },
    })
  }
}

function planWords(plan: PlanToCheck) {
  const { given, family, start, beside, end, lastCarriedBy } = plan
  return {
    ...plan,
    typeWords: PLAN_TYPE_WORDS[plan.type],
    name: [given, family].filter(Boolean).join(' '),
    startDay: dayOf(start),
    ...(end && { endDay: dayOf(end) }),
    ...(beside && { besideDay: dayOf(beside) }),
    file: fileNumberWords(lastCarriedBy.sequence),
  }
}
