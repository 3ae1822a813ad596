import type { Answer } from '../../domain/query/answer.ts'
import type { Identified, IdentifiedKind } from '../../domain/query/identified.ts'
import { type MissingActivity, mayQuery } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { MissedAppointmentStore } from '../notification/ports.ts'
import { type AnswerQueryDeps, answerQuery, type QueryRequest } from './answer-query.ts'

export interface ReadByIdDeps extends AnswerQueryDeps {
  readonly missedAppointments: Pick<MissedAppointmentStore, 'findById'>
}

export interface ReadRequest extends Omit<QueryRequest, 'nhsNumber' | 'details'> {
  readonly of: IdentifiedKind
  /** A UUID. */
  readonly id: string
}

export type NotRead = MissingActivity | { readonly kind: 'not-found' }

/**
 * Somebody reads by its id what an answer named. The id leads to the person, who is asked about as in any other query: an access like
 * any other (rule 5.5). An id that leads nowhere, one of somebody of whom nothing is visible, and one of somebody whom PDS restricts are
 * the same to the caller (rule 4.13). Throws when it could not look.
 */
export async function readById(
  deps: ReadByIdDeps,
  request: ReadRequest,
): Promise<Result<Identified, NotRead>> {
  const { of, id, ...query } = request
  const may = mayQuery(query.requester, query.access)
  const owner = may.ok ? await deps.queries.ownerOf(of, id) : undefined
  if (!may.ok || !owner) {
    await deps.audit.append({
      id: deps.newId(),
      at: deps.clock.now(),
      via: query.via,
      action: query.action,
      outcome: 'refused',
      reason: may.ok ? 'not-found' : `missing ${may.fault.activity}`,
      author: query.requester.author,
      traceId: query.traceId,
      details: { of, id },
    })
    return may.ok ? failure({ kind: 'not-found' }) : may
  }
  const answered = await answerQuery(deps, { ...query, nhsNumber: owner.person, details: { of, id } })
  if (!answered.ok) {
    return answered.fault.kind === 'restricted' ? failure({ kind: 'not-found' }) : failure(answered.fault)
  }
  const answer = answered.value
  const read = answer.plans.length > 0 ? await find(deps, request, answer, owner.id) : undefined
  return read ? success(read) : failure({ kind: 'not-found' })
}

/** `currentId` is the one that answers give what the id leads to. */
async function find(
  { missedAppointments }: ReadByIdDeps,
  { of, id }: ReadRequest,
  answer: Answer,
  currentId: string,
): Promise<Identified | undefined> {
  if (of === 'plan') {
    const plan = answer.plans.find(candidate => candidate.id === currentId)
    return plan && { of, plan: { ...plan, id }, answer }
  }
  if (of === 'access') {
    const access = answer.accesses.find(candidate => candidate.id === currentId)
    return access && { of, access, answer }
  }
  const report = await missedAppointments.findById(id)
  return report && { of, report, answer }
}
