import type { OdsCode } from '../../domain/organisation.ts'
import type { PlanToCheck } from '../../domain/plan/plan-to-check.ts'
import type { AuthorityStatus, SettingsChange } from '../../domain/registration/authority.ts'
import { type GoLiveObstacle, goLiveObstacle, type MatchRate } from '../../domain/registration/match-rate.ts'
import type { OfficeHours } from '../../domain/registration/office-hours.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Stores } from '../ports.ts'
import type { SequenceGap, UploadOutcome } from '../upload/ports.ts'
import { type ManageExchangeDeps, recordChange } from './manage-exchange.ts'
import type { Authority } from './ports.ts'

/** Each an act of an operator, on record with the transaction that does it (rules 19.2 to 19.6). */

export interface NoSuchAuthority {
  readonly kind: 'no-such-authority'
}

/** How many files, tests and gaps are told of an authority. */
const TOLD = 10

/**
 * From now on what the authority sends counts. `force` overrules a match rate that is too low, or of less than all it holds, with the
 * operator's reason, which goes on record; it does not overrule a suspension (rule 19.3).
 */
export function goLive(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
  force?: string,
): Promise<Result<{ readonly liveSince: Date }, GoLiveObstacle | NoSuchAuthority>> {
  return changing(deps, odsCode, async (stores, authority) => {
    const liveSince = deps.clock.now()
    const rate = (await stores.uploadHistory.matchRates(liveSince, odsCode)).get(odsCode)
    const obstacle = goLiveObstacle(authority.stage, rate)
    const overruled = obstacle && !['already-live', 'suspended'].includes(obstacle.kind)
    if (obstacle && !(overruled && force)) return failure(obstacle)
    await stores.authorities.goLive(odsCode, liveSince)
    const details = {
      ...(rate && { matched: rate.matched, records: rate.total, scope: rate.scope }),
      ...(obstacle && { overruled: obstacle.kind, why: force ?? '' }),
    }
    await recordChange(deps, stores, { action: 'authority goes live', subject: odsCode, details })
    return success({ liveSince })
  })
}

/** From now on the authority's files are refused; its plans are shown and it is notified as before (rule 19.4). */
export function suspend(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
  why: string,
): Promise<
  Result<NonNullable<AuthorityStatus['suspension']>, { readonly kind: 'suspended' } | NoSuchAuthority>
> {
  return changing(deps, odsCode, async (stores, authority) => {
    if (authority.stage === 'suspended') return failure({ kind: 'suspended' } as const)
    const suspension = { since: deps.clock.now(), why }
    await stores.authorities.suspend(odsCode, suspension)
    await recordChange(deps, stores, { action: 'suspend authority', subject: odsCode, details: { why } })
    return success(suspension)
  })
}

/** The authority stands again where it stood before: live, or still being taken on. */
export function resume(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
): Promise<Result<{ readonly live: boolean }, { readonly kind: 'not-suspended' } | NoSuchAuthority>> {
  return changing(deps, odsCode, async (stores, authority) => {
    if (authority.stage !== 'suspended') return failure({ kind: 'not-suspended' } as const)
    await stores.authorities.resume(odsCode)
    await recordChange(deps, stores, { action: 'resume authority', subject: odsCode })
    return success({ live: authority.liveSince !== undefined })
  })
}

export interface SettingsChanged {
  readonly odsCode: OdsCode
  readonly changed: boolean
  /** As they are now. */
  readonly hours?: OfficeHours
}

/** Changes what is known of an authority; what is not said stays. Nothing is done where it is so already. */
export function changeSettings(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
  settings: SettingsChange,
): Promise<Result<SettingsChanged, NoSuchAuthority>> {
  return changing(deps, odsCode, async (stores, authority) => {
    const keys = Object.keys(settings) as (keyof SettingsChange)[]
    const changes = keys.filter(key => (authority[key] ?? null) !== settings[key])
    if (changes.length > 0) {
      await stores.authorities.change(odsCode, settings)
      const details = Object.fromEntries(changes.map(key => [key, settings[key] ?? 'none']))
      await recordChange(deps, stores, { action: 'change authority', subject: odsCode, details })
    }
    const hours = settings.hours === undefined ? authority.hours : (settings.hours ?? undefined)
    return success({ odsCode, changed: changes.length > 0, ...(hours !== undefined && { hours }) })
  })
}

/**
 * From now on the authority may count its uploads from 1 again (rule 3.8). `seen` is the epoch in which that was decided: whoever
 * decides twice restarts it once.
 */
export function restartSequence(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
  seen?: number,
): Promise<Result<{ readonly odsCode: OdsCode; readonly restarted: boolean }, NoSuchAuthority>> {
  return changing(deps, odsCode, async (stores, { sequenceEpoch }) => {
    const restarted = seen === undefined || seen === sequenceEpoch
    if (restarted) {
      await stores.authorities.restartSequence(odsCode)
      await recordChange(deps, stores, { action: 'restart sequence', subject: odsCode })
    }
    return success({ odsCode, restarted })
  })
}

export interface AuthorityReport {
  readonly authority: Authority
  /** The one figure of the authority; absent while there is nothing to count. */
  readonly matchRate?: MatchRate
  readonly uploads: readonly UploadOutcome[]
  readonly tests: readonly UploadOutcome[]
  readonly gaps: readonly SequenceGap[]
  /** When a file of the authority was last applied. */
  readonly lastApplied?: Date
  /** Live, and silent for longer than its interval. */
  readonly overdue: boolean
}

/** All that is known of an authority as a user of the service. */
export async function showAuthority(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
): Promise<Result<AuthorityReport, NoSuchAuthority>> {
  return looking(deps, odsCode, async authority => {
    const { uploadHistory } = deps.storage
    const at = deps.clock.now()
    const uploads = await uploadHistory.applied(odsCode, TOLD)
    const lastApplied = uploads
      .map(upload => upload.receivedAt)
      .reduce<Date | undefined>((last, received) => (last && last > received ? last : received), undefined)
    const since = lastApplied ?? authority.liveSince
    const matchRate = (await uploadHistory.matchRates(at, odsCode)).get(odsCode)
    const report = {
      authority,
      ...(matchRate && { matchRate }),
      uploads,
      tests: await uploadHistory.tests(odsCode, TOLD),
      gaps: await uploadHistory.gaps(odsCode, TOLD),
      ...(lastApplied && { lastApplied }),
      overdue:
        authority.stage === 'live' &&
        since !== undefined &&
        at.getTime() - since.getTime() > authority.intervalHours * 3_600_000,
    }
    await recordChange(deps, deps.storage, { action: 'show authority', subject: odsCode })
    return success(report)
  })
}

export interface ListedPlans {
  readonly odsCode: OdsCode
  /** The newest applied file; absent where there is none yet. */
  readonly newest?: UploadOutcome
  readonly plans: readonly PlanToCheck[]
}

/** Plans of an authority that may not stand any more; what its newest file left out only if it sends all it holds (rules 3.26 and 19.6). */
export async function listPlansToCheck(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
): Promise<Result<ListedPlans, NoSuchAuthority>> {
  return looking(deps, odsCode, async () => {
    const { uploadHistory, plansToCheck } = deps.storage
    const [newest] = await uploadHistory.applied(odsCode, 1)
    const plans = await plansToCheck.list(odsCode, deps.clock.now())
    const details = { plans: plans.length }
    await recordChange(deps, deps.storage, { action: 'list plans to check', subject: odsCode, details })
    return success({ odsCode, ...(newest && { newest }), plans })
  })
}

/** One change of an authority that nobody else changes meanwhile. */
function changing<T, F>(
  { storage }: ManageExchangeDeps,
  odsCode: OdsCode,
  work: (stores: Stores, authority: Authority) => Promise<Result<T, F>>,
): Promise<Result<T, F | NoSuchAuthority>> {
  return storage.transaction(async stores => {
    const authority = await stores.authorities.hold(odsCode)
    return authority ? work(stores, authority) : failure({ kind: 'no-such-authority' } as const)
  })
}

/** To look at an authority is not to wait for its file that is being applied. */
async function looking<T, F>(
  { storage }: ManageExchangeDeps,
  odsCode: OdsCode,
  work: (authority: Authority) => Promise<Result<T, F>>,
): Promise<Result<T, F | NoSuchAuthority>> {
  const authority = await storage.authorities.find(odsCode)
  return authority ? work(authority) : failure({ kind: 'no-such-authority' } as const)
}
