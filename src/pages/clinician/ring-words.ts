import { type AuthorityToPhone, ringNow } from '../../client/index.ts'
import type { HolidaysSet } from '../../domain/bank-holidays.ts'
import { localDay } from '../../domain/english-time.ts'
import { type PhoneToRing, phonesToRing } from '../../domain/office-hours.ts'
import { unreachable } from '../../domain/result.ts'
import { englishTime, englishWeekday } from '../words.ts'

/** The numbers of an authority, the one to ring first, and what its own hours say of them. */
export interface ShownRing {
  /** What the authority's hours say now; absent where nothing is known, and then nothing is claimed (rule 21.3). */
  readonly words?: string
  /** The number that is answered now is known: it stands first. */
  readonly isKnown: boolean
  readonly phones: readonly PhoneToRing[]
}

/**
 * Whom to ring at an authority, by its own hours. Where they are not known, or say that nobody answers, the numbers stand in the order in
 * which most authorities answer them.
 */
export function shownRing(authority: AuthorityToPhone, now: Date, holidays: HolidaysSet): ShownRing {
  const ring = ringNow({ authority }, now)
  const either = phonesToRing(authority, now, holidays)
  const first = (wanted: PhoneToRing['kind']) => [
    ...either.filter(({ kind }) => kind === wanted),
    ...either.filter(({ kind }) => kind !== wanted),
  ]
  switch (ring.kind) {
    case 'not-known':
      return { isKnown: false, phones: either }
    case 'office': {
      const until = ring.until ? `, open until ${momentFrom(now, ring.until)}` : ', open now'
      return { words: `Office${until}`, isKnown: true, phones: first('office') }
    }
    case 'duty': {
      const closed = ring.officeOpens
        ? `The office is closed until ${momentFrom(now, ring.officeOpens)}. `
        : 'The office is closed. '
      return {
        words: `${ring.officeClosed ? closed : ''}Ring the duty team`,
        isKnown: true,
        phones: first('duty'),
      }
    }
    case 'nobody': {
      const duty = ring.dutyFrom ? ` The duty team answers from ${momentFrom(now, ring.dutyFrom)}.` : ''
      return { words: `The office is closed.${duty}`, isKnown: false, phones: first('duty') }
    }
    default:
      return unreachable(ring)
  }
}

/** `4:30pm`, or of another day `8:30am on Monday 23 November 2026`: a printed page is read later. */
function momentFrom(now: Date, instant: Date): string {
  const time = englishTime(instant).replace(':00', '')
  return localDay(now) === localDay(instant) ? time : `${time} on ${englishWeekday(instant)}`
}
