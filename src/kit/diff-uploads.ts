import type { PlanType } from '../domain/plan/plan.ts'
import { unbornOf } from '../domain/plan/plan.ts'
import { failure, type Result, success } from '../domain/result.ts'
import type { UploadFileFault } from '../domain/upload/file-faults.ts'
import type { PlanAsSent, RecordAsSent, SubjectAsSent } from '../domain/upload/upload.ts'
import { readUpload } from '../formats/hl7v3/read-upload.ts'

/** What can differ in how a person is described. */
export const PERSON_ITEMS = ['given name', 'family name', 'date of birth', 'local id', 'subject'] as const
export type DiffedPersonItem = (typeof PERSON_ITEMS)[number]

/** One difference between an earlier and a later file. People are told apart by NHS number, their plans by type and start, those of unborn twins also by local id. */
export type Difference = {
  readonly nhsNumber: string
  /** The authority's own id, where the later file, or else the earlier one, gives it. */
  readonly localId?: string
} & (
  | { readonly kind: 'record-added' | 'record-gone'; readonly plans: number }
  | { readonly kind: 'person-changed'; readonly items: readonly DiffedPersonItem[] }
  | { readonly kind: 'plan-added' | 'plan-gone'; readonly plan: PlanType; readonly start: string }
  | {
      readonly kind: 'plan-changed'
      readonly plan: PlanType
      readonly start: string
      readonly changes: readonly {
        readonly date: 'end' | 'delete'
        readonly from?: string
        readonly to?: string
      }[]
    }
)

/** A file to be read: its size decides which of two is held in memory. */
export interface UploadToDiff {
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

export interface DiffFault {
  readonly which: 'earlier' | 'later'
  readonly fault: UploadFileFault
}

interface Person {
  readonly subject: Readonly<Partial<Record<DiffedPersonItem, string>>>
  readonly plans: Map<string, PlanAsSent>
  /** What the other file has of them. */
  readonly seen: Set<string>
  met: boolean
}

/**
 * Compares two uploads person by person and plan by plan: of the smaller file each person is held, the other streams by. `onChange`
 * is called with each difference as it is found; answers how many records are the same in both.
 */
export async function diffUploads(
  earlier: UploadToDiff,
  later: UploadToDiff,
  onChange: (difference: Difference) => void,
): Promise<Result<{ readonly same: number }, DiffFault>> {
  const holdLater = later.size <= earlier.size
  const [held, streamed] = holdLater ? [later, earlier] : [earlier, later]
  const [heldName, streamedName] = holdLater
    ? (['later', 'earlier'] as const)
    : (['earlier', 'later'] as const)
  const people = new Map<string, Person>()
  for await (const item of readUpload(held.open())) {
    if (item.kind === 'fault') return failure({ which: heldName, fault: item.fault })
    if (item.kind === 'record') hold(people, item.record)
  }
  const compare = comparison(people, holdLater, onChange)
  for await (const item of readUpload(streamed.open())) {
    if (item.kind === 'fault') return failure({ which: streamedName, fault: item.fault })
    if (item.kind === 'record') compare.record(item.record)
  }
  return success({ same: compare.finish() })
}

/** A person's records may be several, of three plans each: they count as one. */
function hold(people: Map<string, Person>, record: RecordAsSent): void {
  const number = numberOf(record)
  const known = people.get(number) ?? {
    subject: subjectOf(record),
    plans: new Map(),
    seen: new Set(),
    met: false,
  }
  for (const plan of record.plans) known.plans.set(keyOf(plan, subjectOf(record)), plan)
  people.set(number, known)
}

function comparison(
  people: ReadonlyMap<string, Person>,
  heldIsLater: boolean,
  onChange: (difference: Difference) => void,
) {
  const strangers = new Map<string, { plans: number; localId?: string }>()
  const changed = new Set<string>()
  const tell = (difference: Difference) => {
    changed.add(difference.nhsNumber)
    onChange(difference)
  }
  const onlyStreamed = heldIsLater ? 'gone' : 'added'
  const onlyHeld = heldIsLater ? 'added' : 'gone'
  return {
    record(record: RecordAsSent): void {
      const nhsNumber = numberOf(record)
      const subject = subjectOf(record)
      const held = people.get(nhsNumber)
      const id = subject['local id']
      if (!held) {
        const before = strangers.get(nhsNumber)?.plans ?? 0
        strangers.set(nhsNumber, {
          plans: before + record.plans.length,
          ...(id !== undefined && { localId: id }),
        })
        return
      }
      const localId = (heldIsLater ? held.subject['local id'] : id) ?? id ?? held.subject['local id']
      const who = { nhsNumber, ...(localId !== undefined && { localId }) }
      if (!held.met) {
        held.met = true
        const items = PERSON_ITEMS.filter(item => held.subject[item] !== subject[item])
        if (items.length > 0) tell({ ...who, kind: 'person-changed', items })
      }
      for (const plan of record.plans) {
        const key = keyOf(plan, subject)
        const same = held.plans.get(key)
        const of = { ...who, plan: plan.type, start: plan.start ?? '' }
        if (held.seen.has(key)) continue
        held.seen.add(key)
        if (!same) tell({ ...of, kind: `plan-${onlyStreamed}` })
        else {
          const changes = heldIsLater ? changesOf(plan, same) : changesOf(same, plan)
          if (changes.length > 0) tell({ ...of, kind: 'plan-changed', changes })
        }
      }
    },
    finish(): number {
      let same = 0
      for (const [nhsNumber, person] of people) {
        const localId = person.subject['local id']
        const who = { nhsNumber, ...(localId !== undefined && { localId }) }
        if (!person.met) {
          tell({ ...who, kind: `record-${onlyHeld}`, plans: person.plans.size })
          continue
        }
        for (const [key, plan] of person.plans) {
          if (!person.seen.has(key))
            tell({ ...who, kind: `plan-${onlyHeld}`, plan: plan.type, start: plan.start ?? '' })
        }
        if (!changed.has(nhsNumber)) same += 1
      }
      for (const [nhsNumber, stranger] of strangers)
        tell({ nhsNumber, ...stranger, kind: `record-${onlyStreamed}` })
      return same
    },
  }
}

function changesOf(from: PlanAsSent, to: PlanAsSent) {
  return (['end', 'delete'] as const).flatMap(date => {
    const [was, is] = [from[date], to[date]]
    if (was === is) return []
    return [{ date, ...(was !== undefined && { from: was }), ...(is !== undefined && { to: is }) }]
  })
}

function keyOf({ type, start }: PlanAsSent, subject: ReturnType<typeof subjectOf>): string {
  return `${type} ${start ?? ''} ${unbornOf(type, { localId: subject['local id'] })}`
}

function numberOf({ subjects }: RecordAsSent): string {
  return subjects.find(({ nhsNumber }) => nhsNumber)?.nhsNumber ?? ''
}

function subjectOf({ subjects }: RecordAsSent): Person['subject'] {
  const [first] = subjects
  const described: Partial<Record<DiffedPersonItem, keyof SubjectAsSent>> = {
    'given name': 'given',
    'family name': 'family',
    'local id': 'localId',
  }
  const texts = Object.entries(described).map(([item, field]) => [item, first?.[field]])
  return {
    ...Object.fromEntries(texts),
    'date of birth': first?.birthTime?.slice(0, 8),
    subject: subjects
      .map(({ kind }) => kind)
      .toSorted()
      .join(' and '),
  }
}
