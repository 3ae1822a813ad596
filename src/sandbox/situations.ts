import type { PlanType } from '../domain/plan/plan.ts'
import type { PlanAsSent, SubjectAsSent } from '../domain/upload/upload.ts'
import { CHILDREN_IN_ROUND, type UncommonGroup } from './people.ts'

/** What an authority may have to tell of somebody, in one record. */
export interface Situation {
  /** What it shows, for people who try the sandbox out. */
  readonly note: string
  /** How many plans a query by the number of the record sees once the file is loaded. */
  readonly visiblePlans: number
  /** Whom the record is about: a child of the round unless a group is named. */
  readonly group?: UncommonGroup
  readonly subjects?: readonly SubjectAsSent['kind'][]
  readonly plans: (dates: Dates) => readonly PlanAsSent[]
  /** What is wrong with the person as sent. */
  readonly flaw?: (subject: SubjectAsSent) => SubjectAsSent
}

/** A plan with its start, and its end if it has one, drawn between two days. */
export type Dates = (type: PlanType, days: { start: DaysAgo; end?: DaysAgo }) => PlanAsSent
/** Days before the reference day; below zero, after it. */
export type DaysAgo = readonly [from: number, to: number]

const protection: Situation = {
  note: 'a child protection plan',
  visiblePlans: 1,
  plans: dates => [dates('CPP', { start: [5, 700] })],
}

const care: Situation = {
  note: 'a looked after child',
  visiblePlans: 1,
  plans: dates => [dates('LAC', { start: [5, 1500] })],
}

const endedProtection: Situation = {
  note: 'a child protection plan that ended less than 365 days ago: still shown, as ended (rule 2.3)',
  visiblePlans: 1,
  plans: dates => [dates('CPP', { start: [310, 800], end: [5, 300] })],
}

const endedCare: Situation = {
  note: 'a looked after child until some time in the last 365 days: still shown, as ended (rule 2.3)',
  visiblePlans: 1,
  plans: dates => [dates('LAC', { start: [310, 1500], end: [5, 300] })],
}

/** Situations whose record is loaded. */
const GOOD = {
  protection,
  care,
  endedProtection,
  endedCare,
  unborn: {
    note: 'the mother of an unborn child with a protection plan',
    visiblePlans: 1,
    group: 'mother',
    subjects: ['mother'],
    // A due date a little in the past is still within its 28 days (rule 2.4).
    plans: dates => [dates('UCPP', { start: [20, 120], end: [-150, 10] })],
  },
  both: {
    note: 'a looked after child who has a child protection plan as well',
    visiblePlans: 2,
    plans: dates => [dates('CPP', { start: [5, 400] }), dates('LAC', { start: [5, 900] })],
  },
  endedLongAgo: {
    note: 'looked after until more than 365 days ago: no longer shown (rule 2.3)',
    visiblePlans: 0,
    group: 'pupil',
    plans: dates => [dates('LAC', { start: [1000, 1500], end: [400, 900] })],
  },
  coming: {
    note: 'a child protection plan that starts in some days: shown with its start (rule 2.7)',
    visiblePlans: 1,
    plans: dates => [dates('CPP', { start: [-30, -7] })],
  },
  twoAuthorities: {
    note: 'a child of two authorities, on a protection plan of one and looked after by the other: both are shown, both are told (rule 6.1)',
    visiblePlans: 1,
    plans: dates => [dates('CPP', { start: [5, 700] })],
  },
  nearlyAdult: {
    note: 'looked after, and 18 within three months: shown to the end of that birthday (rule 2.5)',
    visiblePlans: 1,
    group: 'nearlyAdult',
    plans: dates => [dates('LAC', { start: [200, 2000] })],
  },
  newAdult: {
    note: 'looked after until turning 18 some days ago: no longer shown (rule 2.5)',
    visiblePlans: 0,
    group: 'newAdult',
    plans: dates => [dates('LAC', { start: [200, 2000] })],
  },
  youngMother: {
    note: 'a mother who is a child herself: her own protection plan and the one of her unborn child (rule 2.2)',
    visiblePlans: 2,
    group: 'youngMother',
    subjects: ['child', 'mother'],
    plans: dates => [
      dates('CPP', { start: [130, 700] }),
      dates('UCPP', { start: [20, 120], end: [-150, 10] }),
    ],
  },
} satisfies Record<string, Situation>

/** Situations whose record fails, each for a reason of its own (rule 3.9). */
const BAD = {
  superseded: {
    ...protection,
    note: 'a number that PDS has replaced: the plan held under the new number is shown (rule 4.4)',
    group: 'superseded',
  },
  sensitive: {
    ...protection,
    note: 'restricted in PDS: the record is refused, and nobody is answered',
    visiblePlans: 0,
    group: 'sensitive',
  },
  otherFamilyName: {
    ...care,
    note: 'sent under another family name than PDS holds: the record is refused, so nothing is held',
    visiblePlans: 0,
    flaw: subject => ({ ...subject, family: `${subject.family}x` }),
  },
  badNumber: {
    ...protection,
    note: 'sent with a check digit that is wrong: the record is refused',
    visiblePlans: 0,
    flaw: subject => ({ ...subject, nhsNumber: mistyped(subject.nhsNumber) }),
  },
  unknown: {
    ...care,
    note: 'a number that PDS does not know: the record is refused, so nothing is held',
    visiblePlans: 0,
    group: 'unknown',
  },
  endBeforeStart: {
    note: 'sent with an end before the start: the record is refused, so nothing is held',
    visiblePlans: 0,
    plans: dates => [dates('CPP', { start: [5, 10], end: [15, 25] })],
  },
  otherBirthDate: {
    ...care,
    note: 'sent with another date of birth than PDS holds: the record is refused, so nothing is held',
    visiblePlans: 0,
    flaw: subject => ({ ...subject, birthTime: otherDay(subject.birthTime) }),
  },
  invalidated: {
    ...protection,
    note: 'a number that PDS no longer holds as valid: the record is refused, so nothing is held',
    visiblePlans: 0,
    group: 'invalidated',
  },
} satisfies Record<string, Situation>

export type SituationName = keyof typeof GOOD | keyof typeof BAD
const SITUATIONS: Readonly<Record<SituationName, Situation>> = { ...GOOD, ...BAD }

/** The 24 good records of every round. About two visible plans in five have ended, as in England. */
const GOOD_IN_ROUND: readonly (keyof typeof GOOD)[] = [
  'protection',
  'care',
  'unborn',
  'endedProtection',
  'both',
  'endedLongAgo',
  'coming',
  'twoAuthorities',
  'nearlyAdult',
  'care',
  'endedCare',
  'protection',
  'care',
  'endedProtection',
  'care',
  'endedCare',
  'protection',
  'endedProtection',
  'care',
  'youngMother',
  'endedProtection',
  'care',
  'endedCare',
  'newAdult',
]
const BAD_BY_ROUND: readonly (keyof typeof BAD)[] = [
  'superseded',
  'sensitive',
  'otherFamilyName',
  'badNumber',
  'unknown',
  'endBeforeStart',
  'otherBirthDate',
  'invalidated',
]

/** The situation of an authority's nth record, from 0: good ones, and one bad one at the end of each round. */
export function situationNameAt(nth: number): SituationName {
  const good = GOOD_IN_ROUND[nth % CHILDREN_IN_ROUND]
  if (good) return good
  const round = Math.floor(nth / CHILDREN_IN_ROUND)
  return BAD_BY_ROUND[round % BAD_BY_ROUND.length] ?? 'superseded'
}

/** The first of an authority's records, from 0, that shows a situation. */
export function firstOf(name: SituationName): number {
  for (let nth = 0; ; nth++) if (situationNameAt(nth) === name) return nth
}

export function situationNamed(name: SituationName): Situation {
  return SITUATIONS[name]
}

function mistyped(nhsNumber = ''): string {
  return nhsNumber.slice(0, 9) + ((Number(nhsNumber[9]) + 1) % 10)
}

function otherDay(birthTime = ''): string {
  return birthTime.slice(0, 6) + (birthTime.endsWith('01') ? '02' : '01')
}
