import { addDays, type CalendarDate } from '../domain/english-time.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import type { RecordAsSent, SubjectAsSent } from '../domain/upload/upload.ts'
import type { SandboxAuthority } from './authorities.ts'
import { between, chance } from './chance.ts'
import { numberAt } from './number-line.ts'
import {
  CHILDREN_IN_ROUND,
  type Country,
  childIndex,
  memberIndex,
  personAt,
  type SandboxPerson,
  successorIndex,
} from './people.ts'
import { type Dates, type DaysAgo, type Situation, situationNameAt, situationNamed } from './situations.ts'

/** The part of the country whose plans one authority holds: a row of records, counted from 0. */
export interface Share {
  readonly authority: SandboxAuthority
  /** The round of people that the share starts with. */
  readonly firstRound: number
  readonly size: number
}

/** The number that the nth record of a share is about; where it is sent mistyped, the number that was meant. */
export function numberOf(share: Share, nth: number): NhsNumber {
  return numberAt(indexOf(share, nth, situationNamed(situationNameAt(nth))))
}

/** The nth record of a share as its authority sends it. */
export function ownRecord(country: Country, share: Share, nth: number, position: number): RecordAsSent {
  const situation = situationNamed(situationNameAt(nth))
  return record(country, share.authority, indexOf(share, nth, situation), situation, position)
}

/** What another authority sends of the same person: that the child is looked after by it. */
export function recordElsewhere(
  country: Country,
  share: Share,
  nth: number,
  elsewhere: SandboxAuthority,
  position: number,
): RecordAsSent {
  const { group: _, ...care } = situationNamed('care')
  const index = indexOf(share, nth, situationNamed(situationNameAt(nth)))
  return record(country, elsewhere, index, care, position)
}

function indexOf(share: Share, nth: number, situation: Situation): number {
  const round = share.firstRound + Math.floor(nth / CHILDREN_IN_ROUND)
  return situation.group ? memberIndex(situation.group, round) : childIndex(round, nth % CHILDREN_IN_ROUND)
}

function record(
  country: Country,
  authority: SandboxAuthority,
  index: number,
  situation: Situation,
  position: number,
): RecordAsSent {
  const person = personAt(country, situation.group === 'superseded' ? successorIndex(index) : index)
  // The authority decides too, so that two of them tell of one child with different dates.
  const draw = (what: number) =>
    chance(country.seed, index, Number.parseInt(authority.odsCode, 36), 100 + what)
  const sent = situation.flaw ?? (subject => subject)
  const subject = {
    nhsNumber: numberAt(index),
    localId: `P${String(position).padStart(7, '0')}`,
    localIdAuthority: `${authority.odsCode}:${authority.name}`,
    birthTime: person.birthDate.replaceAll('-', ''),
    ...nameAsSent(person, draw),
  }
  return {
    position,
    plans: situation.plans(datesFrom(country.referenceDay, person.birthDate, draw)),
    subjects: (situation.subjects ?? ['child']).map(kind => sent({ kind, ...subject })),
  }
}

/** Authorities write names in their own way; all of these still are the same person (rule 3.7). */
function nameAsSent(
  person: SandboxPerson,
  draw: (what: number) => number,
): Pick<SubjectAsSent, 'given' | 'family'> {
  const [first = ''] = person.given
  const family = person.formerFamily && draw(0) < 0.5 ? person.formerFamily : person.family
  const way = draw(1)
  if (way < 0.1) return { given: `${first} ${(person.given[1] ?? '').charAt(0)}`.trim(), family }
  if (way < 0.2) return { given: plain(first), family: plain(family) }
  return { given: way < 0.6 ? first : person.given.join(' '), family }
}

/** As an old system writes it. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\p{M}'’-]/gu, '')
    .toUpperCase()
}

/** Draws the dates of a record's plans: in office hours, and never before the person was born. */
function datesFrom(today: CalendarDate, birthDate: CalendarDate, draw: (what: number) => number): Dates {
  const age = (Date.parse(today) - Date.parse(birthDate)) / 86_400_000
  let drawn = 10
  const time = ([from, to]: DaysAgo, earliest: number) => {
    const day = addDays(today, -Math.min(earliest, between(from, to, draw(drawn++))))
    const minutes = between(9 * 12, 17 * 12 - 1, draw(drawn++)) * 5
    const clock = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0'))
    return day.replaceAll('-', '') + clock.join('')
  }
  return (type, { start, end }) => ({
    type,
    start: time(start, age - 1),
    ...(end && { end: time(end, age - 2) }),
  })
}
