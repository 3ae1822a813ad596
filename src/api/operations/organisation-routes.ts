import type { FastifyInstance } from 'fastify'
import { parseOdsCode } from '../../domain/organisation.ts'
import { addOrganisation, removeOrganisation } from '../../flows/registration/manage-exchange.ts'
import { organisationBody } from '../common/registration/organisation-body.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { seenOnRecord } from './record-command.ts'

/** The organisations of health that use the service, each with the systems it asks through (rule 19.7). */
export function organisationRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  const { organisations, clientSystems } = deps.storage
  app.get('/organisations', () => seenOnRecord(deps, 'list organisations', withSystems()))
  app.post('/organisations', async (request, reply) => {
    const organisation = organisationBody.parse(request.body)
    await addOrganisation(deps, organisation)
    return reply.code(201).send({ odsCode: organisation.odsCode })
  })
  app.post<{ Params: { ods: string } }>('/organisations/:ods/remove', async (request, reply) => {
    const odsCode = parseOdsCode(request.params.ods)
    const removed = odsCode && (await removeOrganisation(deps, odsCode))
    if (removed?.ok) return { odsCode }
    if (removed?.fault.kind === 'still-asks') {
      const asids = removed.fault.systems.join(', ')
      return reply
        .code(409)
        .send({ error: `The organisation still asks through ${asids}. Remove them first.` })
    }
    return reply.code(404).send({ error: 'No such organisation. GET /organisations lists them.' })
  })

  async function withSystems() {
    const systems = Map.groupBy(await clientSystems.list(), system => system.organisation.odsCode)
    return (await organisations.list()).map(organisation => ({
      ...organisation,
      systems: (systems.get(organisation.odsCode) ?? []).map(({ asid }) => asid),
    }))
  }
}
