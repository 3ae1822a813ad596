import { createHmac } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { newPassword } from '../../api/common/registration/new-password.ts'
import { type OnboardedLine, onboard } from '../../flows/registration/onboard.ts'
import { actorOf } from '../exchange.ts'
import { takeFiles } from '../file-form.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { sealedBox } from '../session/sealed-box.ts'
import { doneBy } from './done-by.ts'
import { readOnboardingFile } from './onboarding-form.ts'

/** Between looking at what a file would do and doing it (minutes). */
const CHECK_MINUTES = 60
/** Of a file that cannot be used, the first problems are shown. */
const MOST_PROBLEMS = 50

const looked = z.object({ by: z.string(), text: z.string(), seed: z.string() })

const KIND_WORDS: Readonly<Record<OnboardedLine['kind'], string>> = {
  mailbox: 'Mailbox',
  authority: 'Authority',
  organisation: 'Organisation of health',
  system: 'System that asks',
}

/**
 * Everybody whom a file names, as `cpis onboard` takes them on (rule 19.8): what would become of each is shown first. The file travels
 * sealed in the page that shows it, with what the passwords of new mailboxes are made of: the same confirmation, sent twice, tells
 * the same ones (rule 21.24).
 */
export function onboardingRoutes(operator: FastifyInstance, pages: Pages): void {
  operator.register(async fastify => {
    takeFiles(fastify)
    routes(fastify, pages)
  })
}

function routes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const files = sealedBox(deps.sessionSecret, 'onboarding', looked)

  const showForm = (request: FastifyRequest, reply: FastifyReply, problems: readonly string[] = []) => {
    if (problems.length > 0) exchangeOf(request).reason = 'not usable'
    return pages.show(request, reply, {
      view: 'operator-onboarding',
      title: 'Add many by a file',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: {
        problems: problems.slice(0, MOST_PROBLEMS).map(text => ({ text, href: '#file' })),
        more: Math.max(0, problems.length - MOST_PROBLEMS),
      },
    })
  }

  const showLines = (
    request: FastifyRequest,
    reply: FastifyReply,
    lines: readonly OnboardedLine[],
    sealed?: string,
  ) =>
    pages.show(request, reply, {
      view: 'operator-onboarding-lines',
      title: sealed === undefined ? 'The file was applied' : 'Check what the file does',
      values: {
        lines: lines.map(line => ({ ...line, words: KIND_WORDS[line.kind] })),
        changes: lines.filter(({ outcome }) => outcome !== 'unchanged').length,
        passwords: lines.filter(({ password }) => password !== undefined).length,
        sealed,
      },
    })

  fastify.get('/operator/onboarding', async (request, reply) => {
    exchangeOf(request).action = 'show form of onboarding file'
    const session = await admit(pages, request, reply, 'operator')
    return session ? showForm(request, reply) : reply
  })

  fastify.post('/operator/onboarding', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'try onboarding file'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const read = readOnboardingFile((request.body as Readonly<Record<string, unknown>>)['file'])
    if (!read.ok) return showForm(request, reply, read.fault)
    const { text, file } = read.value
    const tried = await onboard({ ...doneBy(pages, session), newPassword }, file, { dryRun: true })
    if (!tried.ok) return showForm(request, reply, tried.fault)
    exchange.audited = true
    const kept = { by: actorOf(session), text, seed: newPassword() }
    return showLines(request, reply, tried.value, await files.seal(kept, deps.now(), CHECK_MINUTES))
  })

  fastify.post('/operator/onboarding/confirm', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'apply onboarding file'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const kept = await files.open(field(request, 'sealed'), deps.now())
    const read = kept?.by === actorOf(session) ? readOnboardingFile(Buffer.from(kept.text)) : undefined
    if (!kept || !read?.ok) {
      return showForm(request, reply, ['Too much time has passed since you looked at it. Choose it again'])
    }
    const passwordOf = (mailbox: string) =>
      createHmac('sha256', kept.seed).update(mailbox).digest('base64url').slice(0, kept.seed.length)
    const by = { ...doneBy(pages, session), newPassword: passwordOf }
    const applied = await onboard(by, read.value.file, { dryRun: false })
    if (!applied.ok) return showForm(request, reply, applied.fault)
    exchange.audited = true
    return showLines(request, reply, applied.value)
  })
}
