import type { FastifyInstance } from 'fastify'
import { type HoldObstacle, placeHold, releaseHold } from '../../flows/retention/legal-holds.ts'
import { showRetention } from '../../flows/retention/show-retention.ts'
import { holdBody } from '../common/retention/hold-body.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { seenOnRecord } from './record-command.ts'

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** How long personal data are kept, what is held of each kind, and legal holds (rules 23.10 and 23.11). */
export function retentionRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.get('/retention', () => seenOnRecord(deps, 'show retention', showRetention(deps)))
  app.get('/retention/holds', () => seenOnRecord(deps, 'list legal holds', deps.storage.retention.holds()))
  app.post('/retention/holds', async (request, reply) => {
    const { what, reason } = holdBody.parse(request.body)
    const placed = await placeHold(deps, what, reason)
    if (placed.ok) return reply.code(201).send(placed.value)
    return reply.code(statusOf(placed.fault)).send({ error: obstacleWords(placed.fault) })
  })
  app.post<{ Params: { id: string } }>('/retention/holds/:id/release', async (request, reply) => {
    const { id } = request.params
    const released = UUID.test(id)
      ? await releaseHold(deps, id)
      : ({ ok: false, fault: { kind: 'no-such-hold' } } as const)
    if (released.ok) return released.value
    return reply.code(statusOf(released.fault)).send({ error: obstacleWords(released.fault) })
  })
}

function statusOf({ kind }: HoldObstacle): 404 | 409 {
  return kind === 'held-already' ? 409 : 404
}

function obstacleWords(obstacle: HoldObstacle): string {
  switch (obstacle.kind) {
    case 'no-such-authority':
      return 'No such authority. GET /authorities lists them.'
    case 'held-already':
      return `There is a hold already: ${obstacle.hold.id}.`
    case 'no-such-hold':
      return 'No such hold. GET /retention/holds lists them.'
  }
}
