import type { FastifyInstance } from 'fastify'
import { parseOdsCode } from '../../domain/organisation.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { recordCommand } from './record-command.ts'

const ALERTS_SHOWN = 100

/** What an authority was told of missed appointments, for whoever looks after it; on record (rule 15.8). */
export function appointmentRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  const { authorities, missedAppointments } = deps.storage
  app.get<{ Params: { ods: string } }>('/authorities/:ods/missed-appointments', async (request, reply) => {
    const odsCode = parseOdsCode(request.params.ods)
    if (!odsCode || !(await authorities.find(odsCode)))
      return reply.code(404).send({ error: 'No such authority. GET /authorities lists them.' })
    const alerts = await missedAppointments.alerts(odsCode, ALERTS_SHOWN)
    await recordCommand(deps, {
      action: 'list missed appointments',
      outcome: 'allowed',
      actor: 'operator',
      subject: odsCode,
      details: { alerts: alerts.length },
    })
    return alerts
  })
}
