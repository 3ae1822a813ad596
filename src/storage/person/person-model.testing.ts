import fc from 'fast-check'

export const NUMBERS = 7
export const AUTHORITIES = ['801', '802'] as const
export const STARTS = ['202601010000', '202602010000'] as const
const HOUR = 3_600_000
export const BEGIN = new Date('2026-06-15T12:00:00Z')

/** Something that happens; numbers, authorities and authors are named by their place. */
export type Step =
  /** PDS says something of a number; a late answer is one to a question that was asked so many questions ago. */
  | { readonly does: 'says'; readonly of: number; readonly says: Said; readonly late: number }
  | {
      readonly does: 'load'
      readonly under: number
      readonly authority: number
      readonly start: number
      /** Days before the first file. */
      readonly age: number
      readonly deleted: boolean
    }
  | {
      readonly does: 'ask'
      readonly by: number
      readonly author: number
      readonly silent: boolean
      readonly hours: number
    }

export type Said =
  | { readonly state: 'live' | 'invalid' | 'unknown' }
  | { readonly state: 'replaced'; readonly by: number }

const place = fc.nat(NUMBERS - 1)
const said: fc.Arbitrary<Said> = fc.oneof(
  { weight: 3, arbitrary: place.map(by => ({ state: 'replaced', by }) as const) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('live' as const, 'invalid' as const, 'unknown' as const)
      .map(state => ({ state })),
  },
)
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    does: fc.constant('says' as const),
    of: place,
    says: said,
    late: fc.oneof(fc.constant(0), fc.nat(5)),
  }),
  fc.record({
    does: fc.constant('load' as const),
    under: place,
    authority: fc.nat(AUTHORITIES.length - 1),
    start: fc.nat(STARTS.length - 1),
    age: fc.nat(3),
    deleted: fc.oneof(
      { weight: 4, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  }),
  fc.record({
    does: fc.constant('ask' as const),
    by: place,
    author: fc.nat(1),
    silent: fc.boolean(),
    hours: fc.constantFrom(0, 1, 23, 24, 25),
  }),
)

interface ModelPlan {
  readonly number: number
  readonly key: string
  readonly authority: string
  readonly written: readonly [age: number, sequence: number]
  readonly deleted: boolean
}

interface ModelAccess {
  readonly id: string
  readonly number: number
  readonly author: number
  readonly at: number
}

/**
 * What has to be true, said in the plainest way and by other means than the service's: what PDS last said of each number, plans and
 * accesses by number, and people as whatever pointers connect (properties P1 to P6 of the design, rules 3.4, 4.4, 5.6 and 14.5).
 */
export class PersonModel {
  readonly registers = new Map<number, { readonly version: number; readonly by: number | undefined }>()
  readonly plans: ModelPlan[] = []
  readonly accesses: ModelAccess[] = []

  says(of: number, version: number, says: Said): void {
    if ((this.registers.get(of)?.version ?? 0) >= version) return
    const by = says.state === 'replaced' && says.by !== of ? says.by : undefined
    this.registers.set(of, { version, by })
  }

  load(plan: ModelPlan): void {
    const held = this.plans.findIndex(({ number, key }) => number === plan.number && key === plan.key)
    if (held < 0) this.plans.push(plan)
    else if (isNewer(plan, this.plans[held])) this.plans[held] = plan
  }

  /** Every number that pointers connect with one, in either direction. */
  person(of: number): Set<number> {
    const found = new Set([of])
    for (let before = 0; before !== found.size; ) {
      before = found.size
      for (const [number, { by }] of this.registers) {
        if (by === undefined) continue
        if (found.has(number)) found.add(by)
        if (found.has(by)) found.add(number)
      }
    }
    return found
  }

  visible(by: number): ModelPlan[] {
    const person = this.person(by)
    const speaking = new Map<string, ModelPlan>()
    for (const plan of this.plans.filter(({ number }) => person.has(number)))
      if (isNewer(plan, speaking.get(plan.key))) speaking.set(plan.key, plan)
    return [...speaking.values()].filter(({ deleted }) => !deleted)
  }

  listed(by: number): ModelAccess[] {
    const person = this.person(by)
    return this.visible(by).length > 0 ? this.accesses.filter(({ number }) => person.has(number)) : []
  }

  /** Whether an unscheduled look is listed now. */
  isListed(by: number, author: number, at: number): boolean {
    const last = this.listed(by).filter(access => access.author === author)
    return this.visible(by).length > 0 && last.every(access => access.at <= at - 24 * HOUR)
  }
}

function isNewer(plan: ModelPlan, other: ModelPlan | undefined): boolean {
  if (!other) return true
  const [age, sequence] = plan.written
  const [otherAge, otherSequence] = other.written
  return age < otherAge || (age === otherAge && sequence >= otherSequence)
}
