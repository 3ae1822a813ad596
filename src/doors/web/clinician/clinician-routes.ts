import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type NhsNumber, parseNhsNumber } from '../../../domain/nhs-number.ts'
import { admit, field } from '../admit.ts'
import type { Pages } from '../pages.ts'
import { sealedBox } from '../sealed-box.ts'
import type { ClinicianSession } from '../session.ts'
import { typedNhsNumber } from '../words.ts'
import { showAnswer } from './show-answer.ts'

/** How long the address of an answer leads to it, for those who are still signed in. */
const ADDRESS_MINUTES = 12 * 60

const addressed = z.object({
  csrf: z.string(),
  number: z.string().transform((text, context): NhsNumber => {
    const number = parseNhsNumber(text)
    if (!number.ok) context.addIssue('not an NHS number')
    return number.ok ? number.value : z.NEVER
  }),
})

/** A clinician signs in, says once why they are looking, and then two steps lead from a number to an answer. */
export function clinicianRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  // The address of an answer shows no number (rule 8.2), and leads nobody there but whoever asked.
  const addresses = sealedBox(deps.sessionSecret, 'answer', addressed)
  const addressOf = async ({ csrf }: ClinicianSession, number: NhsNumber) =>
    `/answer/${await addresses.seal({ csrf, number }, deps.now(), ADDRESS_MINUTES)}`

  fastify.get('/care', async (request, reply) => {
    exchangeOf(request).action = 'choose care'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    if (session.may.length < 2) return pages.redirect(reply, '/check')
    return pages.show(request, reply, { view: 'care', title: 'Why are you looking today?' })
  })

  fastify.post('/care', async (request, reply) => {
    exchangeOf(request).action = 'choose care'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    const chosen = session.may.find(access => access === field(request, 'access'))
    if (!chosen) {
      const problem = 'Choose why you are looking'
      const values = { problem }
      return pages.show(request, reply, { view: 'care', title: problem, status: 400, failed: true, values })
    }
    await pages.signIn(reply, { ...session, access: chosen })
    return pages.redirect(reply, '/check')
  })

  fastify.get('/check', async (request, reply) => {
    exchangeOf(request).action = 'check'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    if (session.may.length === 0) return noActivity()
    if (!session.access) return pages.redirect(reply, '/care')
    return pages.show(request, reply, { view: 'check', title: 'Check a child or a pregnant woman' })

    function noActivity() {
      exchangeOf(request).reason = 'no activity'
      return pages.show(request, reply, {
        view: 'message',
        title: 'Your role cannot use CP-IS',
        status: 403,
        values: {
          lines: [
            'Looking needs activity B0107 (the local authority is told) or B0170 (booked appointments).',
            'If you need it for your work, ask your registration authority.',
          ],
        },
      })
    }
  })

  fastify.post('/check', async (request, reply) => {
    exchangeOf(request).action = 'check'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    if (!session.access) return pages.redirect(reply, '/care')
    const typed = field(request, 'nhsNumber')
    const number = parseNhsNumber(typedNhsNumber(typed))
    if (number.ok) return pages.redirect(reply, await addressOf(session, number.value))
    exchangeOf(request).reason = 'not an NHS number'
    const values = { problem: whatIsWrong(typedNhsNumber(typed)), typed: typed.slice(0, 60) }
    return pages.show(request, reply, {
      view: 'check',
      title: 'Check a child or a pregnant woman',
      status: 400,
      failed: true,
      values,
    })
  })

  fastify.get<{ Params: { sealed: string } }>('/answer/:sealed', async (request, reply) => {
    exchangeOf(request).action = 'show answer'
    const session = await admit(pages, request, reply, 'clinician')
    if (!session) return reply
    if (!session.access) return pages.redirect(reply, '/care')
    const asked = await addresses.open(request.params.sealed, deps.now())
    if (asked?.csrf !== session.csrf) return pages.redirect(reply, '/check')
    return showAnswer(pages, request, reply, session, asked.number)
  })
}

/** Says which rule of a number is broken (rule 1.1). */
function whatIsWrong(digits: string): string {
  if (digits === '') return 'Enter an NHS number'
  if (/\D/.test(digits)) return 'An NHS number has digits only'
  if (digits.length < 10) return `An NHS number has 10 digits: this one has ${digits.length}`
  if (digits.length > 10) return `An NHS number has 10 digits: this one has ${digits.length}`
  return 'That is not an NHS number: one of its digits must be wrong'
}
