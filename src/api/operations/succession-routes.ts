import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parseOdsCode } from '../../domain/organisation.ts'
import type { SuccessionObstacle } from '../../domain/registration/succession.ts'
import {
  planSuccession,
  showSuccessions,
  trySuccession,
  type UndoObstacle,
  undoSuccession,
} from '../../flows/registration/succession.ts'
import { LONGEST_HAND_OVER_FILE, successionBody } from '../common/registration/succession-body.ts'
import { successionObstacleWords, undoObstacleWords } from '../common/registration/succession-words.ts'
import type { OperationsApiDeps } from './api-deps.ts'

interface OfAuthority {
  Params: { ods: string }
}

/** The plans of one authority pass to others: planned, tried, seen and undone (rules 19.13 to 19.18). */
export function successionRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.get('/successions', () => showSuccessions(deps))

  app.post<OfAuthority>(
    '/authorities/:ods/succession',
    { bodyLimit: LONGEST_HAND_OVER_FILE },
    async (request, reply) => {
      const from = parseOdsCode(request.params.ods)
      if (!from) return reply.code(404).send(refusal({ kind: 'no-such-authority' }))
      const { isTried, planOf } = successionBody.parse(request.body)
      const outcome = isTried
        ? await trySuccession(deps, planOf(from))
        : await planSuccession(deps, planOf(from))
      if (outcome.ok) return outcome.value
      return reply.code(outcome.fault.kind === 'no-such-authority' ? 404 : 409).send(refusal(outcome.fault))
    },
  )

  app.post<OfAuthority>('/authorities/:ods/succession/undo', async (request, reply) => {
    const from = parseOdsCode(request.params.ods)
    const { try: isTried } = undoBody.parse(request.body ?? {})
    if (!from) return reply.code(404).send(undoRefusal({ kind: 'no-succession' }))
    if (isTried) {
      const current = (await showSuccessions(deps, from)).find(
        ({ state }) => state === 'planned' || state === 'done',
      )
      if (!current) return reply.code(404).send(undoRefusal({ kind: 'no-succession' }))
      if (current.state === 'done' && !current.undo)
        return reply.code(409).send(undoRefusal({ kind: 'too-late' }))
      return { withdrawn: current.state === 'planned', ...(current.undo ?? { goBack: 0, stay: [] }) }
    }
    const outcome = await undoSuccession(deps, from)
    if (outcome.ok) return outcome.value
    return reply.code(outcome.fault.kind === 'no-succession' ? 404 : 409).send(undoRefusal(outcome.fault))
  })
}

const undoBody = z.strictObject({ try: z.boolean().default(false) })

function refusal(obstacle: SuccessionObstacle) {
  return { error: successionObstacleWords(obstacle), kind: obstacle.kind }
}

function undoRefusal(obstacle: UndoObstacle) {
  return { error: undoObstacleWords(obstacle), kind: obstacle.kind }
}
