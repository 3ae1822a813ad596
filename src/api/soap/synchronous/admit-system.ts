import type { Asid, ClientExchange, ClientSystem } from '../../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../../domain/result.ts'
import { disbelief, type Shown } from '../common/client-certificate.ts'
import type { QueryRefusal } from '../common/query-refusal.ts'
import type { SynchronousApiDeps } from './api-deps.ts'

/** A system that is registered, as itself and for this exchange; any other is told nothing of its message (rule 9.6). */
export async function admitSystem(
  deps: SynchronousApiDeps,
  asid: Asid,
  through: ClientExchange,
  shown: Shown | undefined,
): Promise<Result<ClientSystem, QueryRefusal>> {
  const system = await deps.findClientSystem(asid)
  if (!system) return failure({ kind: 'denied', reason: 'system not registered' })
  const doubt = disbelief(system, shown)
  if (doubt) return failure({ kind: 'denied', reason: doubt })
  if (!system.exchanges.includes(through)) return failure({ kind: 'denied', reason: `not ${through}` })
  return success(system)
}
