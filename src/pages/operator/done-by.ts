import type { RegisterDeps } from '../../flows/registration/manage-exchange.ts'
import { actorOf } from '../exchange.ts'
import type { Pages } from '../pages.ts'
import type { OperatorSession } from '../session/session.ts'

/** What the operator who is signed in does, under their own name. */
export function doneBy({ deps }: Pages, session: OperatorSession): RegisterDeps {
  const { storage, clock, newId } = deps.flows
  return { storage, clock, newId, mesh: deps.mesh, by: { via: 'web', actor: actorOf(session) } }
}
