import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { type OdsCode, parseOdsCode } from '../../domain/organisation.ts'
import { GO_LIVE_PERCENT, matchPercent, type NotifiedBy } from '../../domain/registration/authority.ts'
import type { GoLiveObstacle } from '../../domain/registration/match-rate.ts'
import { failure, type Result, unreachable } from '../../domain/result.ts'
import { addAuthority } from '../../flows/registration/manage-exchange.ts'
import {
  changeSettings,
  goLive,
  listPlansToCheck,
  type NoSuchAuthority,
  restartSequence,
  resume,
  showAuthority,
  suspend,
} from '../../flows/registration/onboard-authority.ts'
import { authorityBody, settingsBody } from '../common/registration/authority-body.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { recordCommand, seenOnRecord } from './record-command.ts'

/** A conflict with where the authority stands. */
type Obstacle = NoSuchAuthority | GoLiveObstacle | { readonly kind: 'not-suspended' | 'no-pages' }

/** Why nobody can be notified on the notifications page here (rule 19.20). */
export const NO_PAGES =
  'This service has no pages that an authority can sign in to, so nobody can be notified there. Leave out --told-at, or set it to mailbox.'

/** Whether an authority is to be notified on pages that are not there. */
export function lacksPages(
  { hasPages }: Pick<OperationsApiDeps, 'hasPages'>,
  { toldAt }: { readonly toldAt?: NotifiedBy },
): boolean {
  return toldAt === 'desk' && !hasPages
}

/** Taking authorities on and looking after them (rules 19.1 to 19.6). */
export function authorityRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.get('/authorities', async () => {
    const { authorities, uploadHistory } = deps.storage
    const known = await seenOnRecord(deps, 'list authorities', authorities.list())
    const rates = await uploadHistory.matchRates(deps.clock.now())
    return known.map(authority => {
      const matchRate = rates.get(authority.odsCode)
      return { ...authority, ...(matchRate && { matchRate }) }
    })
  })
  app.post('/authorities', async (request, reply) => {
    const authority = authorityBody.parse(request.body)
    if (lacksPages(deps, authority)) return reply.code(409).send({ error: NO_PAGES })
    const { odsCode, mailbox } = authority
    const added = await addAuthority(deps, authority)
    if (!added.ok) {
      const error =
        added.fault.kind === 'mailbox-of-other'
          ? `Mailbox ${mailbox.id} is that of authority ${added.fault.owner}. Where one trust speaks for both, say that they share it.`
          : `There is no mailbox ${mailbox.id} to be shared.`
      return reply.code(400).send({ error })
    }
    return reply.code(201).send({ odsCode, mailboxId: mailbox.id })
  })

  /** A command for one authority: what came of it, or why not. */
  const command = (
    method: 'GET' | 'POST',
    path: string,
    work: (odsCode: OdsCode, body: unknown) => Promise<Result<object, Obstacle>>,
  ) =>
    app.route<{ Params: { ods: string } }>({
      method,
      url: `/authorities/:ods${path}`,
      handler: async (request, reply) => {
        const odsCode = parseOdsCode(request.params.ods)
        if (!odsCode) return refused(reply, { kind: 'no-such-authority' })
        const outcome = await work(odsCode, request.body)
        return outcome.ok ? outcome.value : refused(reply, outcome.fault)
      },
    })

  command('GET', '', odsCode => showAuthority(deps, odsCode))
  command('GET', '/plans-to-check', odsCode => listPlansToCheck(deps, odsCode))
  command('POST', '/settings', async (odsCode, body) => {
    const settings = settingsBody.parse(body)
    if (lacksPages(deps, settings)) return failure({ kind: 'no-pages' })
    const done = await changeSettings(deps, odsCode, settings)
    if (done.ok && !done.value.changed)
      await recordCommand(deps, {
        action: 'change authority',
        outcome: 'allowed',
        reason: 'unchanged',
        actor: 'operator',
        subject: odsCode,
      })
    return done
  })
  command('POST', '/go-live', (odsCode, body) => goLive(deps, odsCode, goLiveBody.parse(body ?? {}).force))
  command('POST', '/suspend', (odsCode, body) => suspend(deps, odsCode, suspendBody.parse(body).why))
  command('POST', '/resume', odsCode => resume(deps, odsCode))
  command('POST', '/restart-sequence', odsCode => restartSequence(deps, odsCode))
}

/** Somebody's reason for an act, as it goes on record: nothing of a person belongs there. */
const reason = z
  .string("A reason is needed; it goes on record, so no person's details.")
  .trim()
  .min(5, 'A reason is needed: a few words.')
  .max(200, 'A reason is at most 200 characters.')

const goLiveBody = z.object({ force: reason.optional() })
const suspendBody = z.object({ why: reason })

function refused(reply: FastifyReply, obstacle: Obstacle) {
  return reply
    .code(obstacle.kind === 'no-such-authority' ? 404 : 409)
    .send({ error: obstacleWords(obstacle), kind: obstacle.kind })
}

function obstacleWords(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'no-such-authority':
      return 'No such authority. GET /authorities lists them.'
    case 'already-live':
      return 'The authority is live already.'
    case 'passed-on':
      return 'The plans of the authority passed to a successor. Undo that first.'
    case 'suspended':
      return 'The authority is suspended. Resume it first.'
    case 'no-pages':
      return NO_PAGES
    case 'not-suspended':
      return 'The authority is not suspended.'
    case 'no-test':
      return `The authority has sent no test file yet that could be judged. It needs one in which the NHS numbers of at least ${GO_LIVE_PERCENT} % of the records are right.`
    case 'not-declared':
      return 'Nobody has said how many children the authority holds, so that its test files may leave some out. Say it with cpis authority set --children, or set the mode to snapshot if each file holds all of them.'
    case 'low-match':
      return `${obstacle.match.matched} of ${obstacle.match.total} NHS numbers are right (${matchPercent(obstacle.match) ?? 0} %); ${GO_LIVE_PERCENT} % are needed.`
    default:
      return unreachable(obstacle)
  }
}
