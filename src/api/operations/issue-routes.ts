import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { type OdsCode, parseOdsCode } from '../../domain/organisation.ts'
import { unreachable } from '../../domain/result.ts'
import { issueWords } from '../../domain/watch/issue-words.ts'
import { acceptGaps, confirmPhones, type PhonesObstacle } from '../../flows/watch/answer-issue.ts'
import { showIssues } from '../../flows/watch/watch-exchange.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { seenOnRecord } from './record-command.ts'

/** What is wrong with the exchange with authorities, and an operator's answers to it (rules 16.1 to 16.9). */
export function issueRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.get('/concerns', async () => {
    const { concerns, ...round } = await seenOnRecord(deps, 'list concerns', showIssues(deps))
    return { ...round, concerns: concerns.map(issue => ({ ...issue, ...issueWords(issue) })) }
  })
  app.post<{ Params: { ods: string } }>('/authorities/:ods/confirm-phones', async (request, reply) => {
    const { phones } = phonesBody.parse(request.body)
    const confirmed = await ofAuthority(request.params.ods, odsCode => confirmPhones(deps, odsCode, phones))
    return confirmed.ok ? confirmed.value : refused(reply, confirmed.fault)
  })
  app.post<{ Params: { ods: string } }>('/authorities/:ods/accept-gaps', async (request, reply) => {
    const accepted = await ofAuthority(request.params.ods, odsCode => acceptGaps(deps, odsCode))
    return accepted.ok ? accepted.value : refused(reply, accepted.fault)
  })
}

const phonesBody = z.object({ phones: z.array(z.string().max(40)).min(1, 'Say which numbers were rung.') })

async function ofAuthority<Outcome>(ods: string, work: (odsCode: OdsCode) => Promise<Outcome>) {
  const odsCode = parseOdsCode(ods)
  return odsCode ? work(odsCode) : ({ ok: false, fault: { kind: 'no-such-authority' } } as const)
}

function refused(reply: FastifyReply, obstacle: PhonesObstacle) {
  return reply
    .code(obstacle.kind === 'no-such-authority' ? 404 : 409)
    .send({ error: obstacleWords(obstacle), kind: obstacle.kind })
}

function obstacleWords(obstacle: PhonesObstacle): string {
  switch (obstacle.kind) {
    case 'no-such-authority':
      return 'No such authority. GET /authorities lists them.'
    case 'no-phones':
      return 'No file of the authority was applied yet, so that there are no numbers to confirm.'
    case 'other-phones': {
      const { dutyPhone, officePhone } = obstacle.shown
      const day = officePhone === undefined ? '' : ` and ${officePhone} by day`
      return `Clinicians are shown ${dutyPhone} by night${day}: confirm just these, once they were rung.`
    }
    case 'confirmed-since':
      return 'The numbers were confirmed meanwhile.'
    default:
      return unreachable(obstacle)
  }
}
