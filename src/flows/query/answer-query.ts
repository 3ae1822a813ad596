import type { AuditEntry, InterfaceName } from '../../domain/audit/audit.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { Answer, NotAnswered } from '../../domain/query/answer.ts'
import { type AccessKind, mayQuery, type Requester } from '../../domain/query/requester.ts'
import type { Asid } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { AuditLog } from '../audit/ports.ts'
import { askAsNeeded, type NumberLookUp } from '../person/look-up-number.ts'
import type { Clock, NewId } from '../ports.ts'
import type { QueryStore } from './ports.ts'

export interface AnswerQueryDeps {
  readonly queries: QueryStore
  readonly audit: AuditLog
  readonly clock: Clock
  readonly newId: NewId
  /** Asks PDS about a number under which nothing is held. */
  readonly lookUp: NumberLookUp
}

export interface QueryRequest {
  readonly requester: Requester
  readonly nhsNumber: NhsNumber
  readonly access: AccessKind
  readonly via: InterfaceName
  /** What is asked for, in the audit log's words. */
  readonly action: string
  readonly traceId: string
  /** The id of the access, where it is listed (UUID); a new one, where nothing is said. */
  readonly accessId?: string
  /** The registered system it came through, at interfaces that know it. */
  readonly system?: Asid
  /** What else the API knows of who asks, for the audit log. */
  readonly details?: AuditEntry['details']
}

/**
 * Somebody in health asks about a person. What is answered, the access, its notifications and the audit entry are one
 * commit (rule 5.8); if the store fails this throws, and no interface may turn that into "nothing held" (rule 4.3). Before it is said
 * that nothing is held, PDS is asked whose number it is, unless it said so lately (rule 4.8).
 */
export async function answerQuery(
  deps: AnswerQueryDeps,
  request: QueryRequest,
): Promise<Result<Answer, NotAnswered>> {
  const { requester, nhsNumber, access, system } = request
  const at = deps.clock.now()
  const auditEntry = {
    id: deps.newId(),
    at,
    via: request.via,
    action: request.action,
    author: requester.author,
    nhsNumber,
    traceId: request.traceId,
    details: { ...request.details, access, ...(system && { system }) },
  }
  const allowed = mayQuery(requester, access)
  if (!allowed.ok) {
    await deps.audit.append({
      ...auditEntry,
      outcome: 'refused',
      reason: `missing ${allowed.fault.activity}`,
    })
    return allowed
  }
  const query = {
    id: request.accessId ?? deps.newId(),
    nhsNumber,
    access,
    author: requester.author,
    at,
    audit: { ...auditEntry, outcome: 'allowed' },
    ...deps.lookUp.freshness(at),
  } as const
  const answer = await askAsNeeded(deps.lookUp, mayAsk => deps.queries.answer({ ...query, mayAsk }))
  if (answer.kind === 'restricted') return failure({ kind: 'restricted' })
  const { kind: _, ...held } = answer
  return success({ id: query.id, nhsNumber, access, askedAt: at, ...held })
}
