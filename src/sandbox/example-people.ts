import type { NhsNumber } from '../domain/nhs-number.ts'
import type { OdsCode } from '../domain/organisation.ts'
import { numberAt } from './number-line.ts'
import { childIndex, ROUNDS } from './people.ts'
import type { Population } from './population.ts'
import { numberOf } from './records.ts'
import { firstOf, type SituationName, situationNamed } from './situations.ts'

/** A number worth asking for, and what the answer is once the files of the population are loaded. */
export interface ExamplePerson {
  readonly nhsNumber: NhsNumber
  readonly note: string
  readonly visiblePlans: number
  /** Of each visible plan's authority the code, each once. */
  readonly authorities: readonly OdsCode[]
  /** PDS restricts who may know of them: nothing is answered (rule 10.1). */
  readonly restricted?: true
}

const WORTH_SHOWING: readonly SituationName[] = [
  'protection',
  'care',
  'both',
  'twoAuthorities',
  'unborn',
  'endedProtection',
  'endedLongAgo',
  'coming',
  'nearlyAdult',
  'superseded',
  'sensitive',
]

/**
 * A dozen numbers that show what there is to see, the same for every start with the same population. A population too small
 * to hold one of them leaves it out.
 */
export function examplePeople({ shares }: Population): readonly ExamplePerson[] {
  const nobody: ExamplePerson = {
    nhsNumber: numberAt(childIndex(ROUNDS - 1, 0)),
    note: 'a child of whom no authority holds anything',
    visiblePlans: 0,
    authorities: [],
  }
  const [home, neighbour] = shares
  if (!home) return [nobody]
  const people = WORTH_SHOWING.flatMap((name): ExamplePerson[] => {
    const nth = firstOf(name)
    const isShared = name === 'twoAuthorities'
    if (nth >= home.size || (isShared && !neighbour)) return []
    const { note, visiblePlans } = situationNamed(name)
    const holders = isShared && neighbour ? [home, neighbour] : visiblePlans > 0 ? [home] : []
    return [
      {
        nhsNumber: numberOf(home, nth),
        note,
        visiblePlans: isShared ? holders.length : visiblePlans,
        authorities: holders.map(holder => holder.authority.odsCode),
        ...(name === 'sensitive' && { restricted: true }),
      },
    ]
  })
  return [nobody, ...people]
}
