import type { NhsNumber } from '../nhs-number.ts'
import type { OdsCode } from '../organisation.ts'
import { type PlanKey, type PlanSubject, unbornOf } from '../plan/plan.ts'
import type { RecordFault } from './record-faults.ts'
import { type CheckedPlan, type CheckedRecord, compareVersions, type FileVersion, wordsOf } from './upload.ts'

/** A plan as it is held, with the file that last wrote it. */
export interface HeldPlan extends PlanKey, Omit<CheckedPlan, 'type' | 'start'> {
  readonly subject: PlanSubject
  /** Whether any applied file ever carried the plan without a delete date: if none did, only its deletion is remembered. */
  readonly everLoaded: boolean
  readonly version: FileVersion
}

/** What one authority holds, by plan. */
export type Holding = ReadonlyMap<string, HeldPlan>

export function planKey(key: PlanKey): string {
  return [key.authority, key.nhsNumber, key.type, key.start, key.unborn].join('|')
}

/**
 * The state of one plan after a file carried it. The newer file decides what is held, whichever came first; a delete is
 * remembered even for a plan that was never held (rules 3.4 to 3.6). Order and repetition do not matter: this is a join.
 */
export function applyPlan(held: HeldPlan | undefined, incoming: HeldPlan): HeldPlan {
  if (!held) return incoming
  const newest = compareVersions(incoming.version, held.version) >= 0 ? incoming : held
  return { ...newest, everLoaded: held.everLoaded || incoming.everLoaded }
}

/** The plan as a file carries it, ready to be applied. */
export function carriedPlan(
  authority: OdsCode,
  nhsNumber: NhsNumber,
  subject: PlanSubject,
  plan: CheckedPlan,
  version: FileVersion,
): HeldPlan {
  const unborn = unbornOf(plan.type, subject)
  return { authority, nhsNumber, subject, ...plan, unborn, everLoaded: plan.delete === undefined, version }
}

/**
 * Applies the records of one file that passed their own checks and PDS. Of a record that stands there twice, word for word, the second does
 * nothing, and has the fault of the first if there is one. A plan that an earlier one of these records already carried otherwise fails its
 * record, of which nothing is applied. The delete of a plan never held is reported as a failure, yet the
 * record is applied as it stands: were it not, the result would depend on which file came first (rules 3.5, 3.6 and 3.9).
 *
 * This is the rule as plain data; the store does the same to whole files at once, and is tested against it.
 */
export function applyUpload(
  holding: Holding,
  authority: OdsCode,
  version: FileVersion,
  records: readonly CheckedRecord[],
): { holding: Holding; faults: ReadonlyMap<number, RecordFault> } {
  const next = new Map(holding)
  const faults = new Map<number, RecordFault>()
  const met = new Set<string>()
  const positions = new Map<string, number>()
  for (const record of records) {
    const words = wordsOf(record)
    const first = positions.get(words)
    if (first !== undefined) {
      const fault = faults.get(first)
      if (fault) faults.set(record.position, fault)
      continue
    }
    positions.set(words, record.position)
    const plans = record.plans.map(plan =>
      carriedPlan(authority, record.nhsNumber, record.subject, plan, version),
    )
    const repeated = plans.find(plan => met.has(planKey(plan)))
    for (const plan of plans) met.add(planKey(plan))
    if (repeated) {
      faults.set(record.position, { kind: 'plan-already-in-file', plan: repeated.type })
      continue
    }
    const unknown = plans.find(plan => plan.delete && !holding.get(planKey(plan))?.everLoaded)
    if (unknown) faults.set(record.position, { kind: 'delete-of-unknown-plan', plan: unknown.type })
    for (const plan of plans) next.set(planKey(plan), applyPlan(holding.get(planKey(plan)), plan))
  }
  return { holding: next, faults }
}

/** The published file codes (rule 3.10). */
export type FileCode = 'CPF01' | 'CPF02' | 'CPF03' | 'CPF04' | 'CPF05' | 'CPF06'

/** The code of a file that could be read and judged (rule 3.10). */
export function fileCodeOf(loaded: number, failed: number): FileCode {
  if (loaded === 0) return 'CPF04'
  return failed === 0 ? 'CPF02' : 'CPF03'
}
