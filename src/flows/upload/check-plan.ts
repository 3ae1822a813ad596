import { v5 as stableId } from 'uuid'
import { planTimeOf } from '../../domain/english-time.ts'
import { isSamePlanToCheck, type PlanToCheck, type PlanToCheckKey } from '../../domain/plan/plan-to-check.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import type { NotificationStepDeps, Officer } from '../notification/take-notification-step.ts'
import { type PageUploadDeps, type PageUploadObstacle, sendFile } from './send-page-upload.ts'

/** Files that delete one plan are known by an id made of the plan, so that two presses send one. */
const DELETIONS = '0a6c2a3e-6e0b-5b39-9d2f-6c2f8c4c1b77'

/** What is to be done with a plan that the authority was asked to check is on record (rule 3.26). */

/**
 * An officer of the authority says that a plan stands. Answers false where there is no such plan to check: it is another authority's, or
 * somebody has checked it before.
 */
export function confirmPlan(
  { storage, clock, newId }: NotificationStepDeps,
  officer: Officer,
  key: PlanToCheckKey,
): Promise<boolean> {
  return storage.transaction(async stores => {
    const { authority, actor } = officer
    await stores.authorities.hold(authority)
    const at = clock.now()
    const plan = (await stores.plansToCheck.list(authority, at)).find(plan => isSamePlanToCheck(plan, key))
    if (!plan) return false
    await stores.plansToCheck.confirm(authority, plan, at)
    await stores.audit.append({
      id: newId(),
      at,
      via: 'web',
      action: 'confirm plan',
      outcome: 'allowed',
      actor,
      nhsNumber: plan.nhsNumber,
      details: { authority, type: plan.type, start: plan.start, doubt: plan.doubt },
    })
    return true
  })
}

/**
 * An officer of the authority has a plan deleted that should not stand: as a file of the authority's own with this one record, which is
 * judged and acknowledged as any other. Pressed twice it is sent once. Answers the number of the file.
 */
export function deletePlan(
  deps: Omit<PageUploadDeps, 'readTable'>,
  officer: Officer,
  key: PlanToCheckKey,
): Promise<Result<number, Exclude<PageUploadObstacle, 'nobody-in-it'>>> {
  return deps.storage.transaction(async stores => {
    const authority = await stores.authorities.hold(officer.authority)
    const madeAt = deps.clock.now()
    const plans = await stores.plansToCheck.list(officer.authority, madeAt)
    const plan = plans.find(plan => isSamePlanToCheck(plan, key))
    if (!authority?.contact || !plan) return failure('unknown')
    const id = stableId(nameOf(officer, plan), DELETIONS)
    const earlier = await stores.authorityPages.draft(officer.authority, id)
    if (earlier?.sent) return success(earlier.sent.sequence)
    const draft = { id, authority: officer.authority, madeAt, contact: authority.contact }
    await stores.authorityPages.keepDraft(draft)
    return sendFile(deps, stores, officer, authority, draft, 1, deletionOf(plan, madeAt))
  })
}

function nameOf({ authority }: Officer, plan: PlanToCheck): string {
  const { nhsNumber, type, start, unborn, lastCarriedBy } = plan
  const written = [lastCarriedBy.createdAt.toISOString(), lastCarriedBy.sequence]
  return JSON.stringify([authority, nhsNumber, type, start, unborn, ...written])
}

/** The plan as it is held, with the delete date. */
async function* deletionOf(plan: PlanToCheck, at: Date): AsyncGenerator<RecordAsSent> {
  const { type, start, end, nhsNumber, given, family, birthDate, localId } = plan
  yield {
    position: 1,
    plans: [{ type, start, ...(end && { end }), delete: planTimeOf(at) }],
    subjects: [
      {
        kind: type === 'UCPP' ? 'mother' : 'child',
        nhsNumber,
        birthTime: birthDate.replaceAll('-', ''),
        given,
        family,
        ...(localId !== undefined && { localId }),
      },
    ],
  }
}
