import { parseOdsCode } from '../../domain/organisation.ts'
import { failure, success } from '../../domain/result.ts'
import { handshake } from '../../flows/mailbox/handshake.ts'
import { lookUpEndpoints } from '../../flows/mailbox/look-up-endpoints.ts'
import { HANDSHAKE_HEADERS } from '../../formats/mesh/headers.ts'
import { invalid } from '../../formats/mesh/invalid-part.ts'
import { writeHandshake, writeLookup, writeWorkflowSearch } from '../../formats/mesh/write-bodies.ts'
import type { MeshApiDeps } from './api-deps.ts'
import type { LookUpRoute, MeshRoute } from './mesh-route.ts'

/** Whether a mailbox gets through. */
export function directoryRoutes(deps: MeshApiDeps): readonly MeshRoute[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/:mailbox',
      action: 'handshake',
      answer: async ({ mailbox, version, headers }) => {
        const missing = HANDSHAKE_HEADERS.filter(name => headers[name] === undefined)
        if (missing.length > 0)
          return failure({ invalid: missing.map(name => invalid.missing(['header', name])) })
        await handshake(deps, mailbox.id, 'handshake')
        return success({ status: 200, body: writeHandshake(version, mailbox.id) })
      },
    },
    {
      methods: ['POST'],
      path: '/:mailbox/update',
      action: 'update client',
      answer: async ({ mailbox, version }) => {
        await handshake(deps, mailbox.id, 'update client')
        return success({ status: 200, body: writeHandshake(version, mailbox.id) })
      },
    },
  ]
}

/** Who else can be reached. */
export function lookUpRoutes(deps: MeshApiDeps): readonly LookUpRoute[] {
  return [
    {
      methods: ['GET'],
      path: '/endpointlookup/:ods/:workflow',
      action: 'look up endpoints',
      answer: async ({ caller, version, params, reference }) => {
        const odsCode = parseOdsCode(params['ods'] ?? '')
        if (!odsCode) return failure({ invalid: [invalid.notOneOf(['path', 'ods_code'], 'ODS codes')] })
        const workflowId = params['workflow'] ?? ''
        const found = await lookUpEndpoints(deps, caller, { workflowId, odsCode })
        return success({ status: 200, body: writeLookup(version, found, reference) })
      },
    },
    {
      methods: ['GET'],
      path: '/workflowsearch/:workflow',
      action: 'look up endpoints',
      answer: async ({ caller, params }) => {
        const found = await lookUpEndpoints(deps, caller, { workflowId: params['workflow'] ?? '' })
        return success({ status: 200, body: writeWorkflowSearch(found) })
      },
    },
  ]
}
