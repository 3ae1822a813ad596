import type { ClaimedPerson, Comparison, RegisteredPerson } from '../../../src/domain/person/same-person.ts'
import { asWritten } from './as-written.ts'
import { householdAt, registeredAs } from './households.ts'

/** How often each verdict fell, of so many trials. */
export interface Verdicts {
  readonly trials: number
  readonly match: number
  readonly review: number
  readonly no: number
}

/** Whose number stood beside a child: their own, or by a slip that of their twin, of a sibling, or of somebody born on the same day. */
export const WHOSE_NUMBER = [
  'right',
  'twin',
  'sibling',
  'stranger',
  'stranger of the same family name',
] as const
export type WhoseNumber = (typeof WHOSE_NUMBER)[number]

export type Judge = (claimed: ClaimedPerson, registered: RegisteredPerson) => Comparison['kind']

/** Judges so many made-up children, written down with the errors of real registers, against the person of each number (rule 3.7). */
export function measureNumbers(
  judge: Judge,
  { trials, seed, withSex }: { readonly trials: number; readonly seed: number; readonly withSex: boolean },
): Record<WhoseNumber, Verdicts> {
  const counts = Object.fromEntries(
    WHOSE_NUMBER.map(whose => [whose, { trials, match: 0, review: 0, no: 0 }]),
  ) as Record<WhoseNumber, { -readonly [K in keyof Verdicts]: number }>
  for (let index = 0; index < trials; index++) {
    const [child, twin, sibling] = householdAt(seed, index)
    const [elsewhere] = householdAt(seed + 1, index)
    const stranger = { ...elsewhere, birthDate: child.birthDate }
    const claimed = { ...asWritten(child, seed, index), ...(withSex && { sex: child.sex }) }
    const holders = {
      right: child,
      twin,
      sibling,
      stranger,
      'stranger of the same family name': { ...stranger, family: child.family },
    }
    for (const whose of WHOSE_NUMBER) counts[whose][judge(claimed, registeredAs(holders[whose]))] += 1
  }
  return counts
}
