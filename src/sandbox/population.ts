import { addDays, type CalendarDate, endOfDay } from '../domain/english-time.ts'
import type { RecordAsSent, UploadHeader } from '../domain/upload/upload.ts'
import type { SandboxAuthority } from './authorities.ts'
import { CHILDREN_IN_ROUND, type Country } from './people.ts'
import { ownRecord, recordElsewhere, type Share } from './records.ts'
import { firstOf } from './situations.ts'

/** One authority's upload file. The records are made as they are read, and the same each time they are. */
export interface PopulationUpload {
  readonly authority: SandboxAuthority
  readonly header: UploadHeader
  readonly records: Iterable<RecordAsSent>
}

export interface Population {
  readonly country: Country
  readonly shares: readonly Share[]
  /** One file for each authority, in the order of the authorities. */
  readonly uploads: readonly PopulationUpload[]
}

export interface PopulationOptions {
  readonly seed: number
  readonly authorities: readonly SandboxAuthority[]
  /** How many people, mothers of unborn children among them, have a record; at least one for each authority. */
  readonly children: number
  /** The day that ages and plans are counted from (`Country.referenceDay`). */
  readonly today: CalendarDate
  /** The sequence number of the files. */
  readonly sequence?: number
}

/** The most people that a population can have, however they are shared out. */
export const LARGEST_POPULATION = 600_000

/**
 * A population of plans: every authority's records, in shares by the number of children who live there. Four records in a
 * hundred, one at the end of each round of 25, are refused, each for another reason; all others are loaded (CPR06).
 * Memory does not grow with the number of children.
 */
export function makePopulation(options: PopulationOptions): Population {
  const country = { seed: options.seed, referenceDay: options.today }
  const shares = shareOut(options.authorities, options.children)
  const uploads = shares.map((share, index) => {
    const neighbour = shares.length > 1 ? shares.at(index - 1) : undefined
    const { odsCode, name, dutyPhone, officePhone } = share.authority
    return {
      authority: share.authority,
      header: {
        // The first moment of the day, so that a file made today is never ahead of the clock (rule 3.11).
        createdAt: endOfDay(addDays(options.today, -1)),
        sequence: options.sequence ?? 1,
        recordCount: share.size + (neighbour ? sharedPlaces(neighbour).count : 0),
        authority: { odsCode, name, dutyPhone, ...(officePhone && { officePhone }) },
      },
      records: { [Symbol.iterator]: () => recordsOf(country, share, neighbour) },
    }
  })
  return { country, shares, uploads }
}

/** An authority's own records, then what it knows of its neighbour's children of two authorities. */
function* recordsOf(country: Country, share: Share, neighbour: Share | undefined): Generator<RecordAsSent> {
  for (let nth = 0; nth < share.size; nth++) yield ownRecord(country, share, nth, nth + 1)
  if (!neighbour) return
  const { first, count } = sharedPlaces(neighbour)
  for (let nth = 0; nth < count; nth++) {
    const place = first + nth * CHILDREN_IN_ROUND
    yield recordElsewhere(country, neighbour, place, share.authority, share.size + nth + 1)
  }
}

/** Where in a share the children of two authorities are: one in each round. */
function sharedPlaces(share: Share): { first: number; count: number } {
  const first = firstOf('twoAuthorities')
  return { first, count: Math.max(0, Math.ceil((share.size - first) / CHILDREN_IN_ROUND)) }
}

/** Shares by size of the authority, each of at least one record, each starting with a round of people of its own. */
function shareOut(authorities: readonly SandboxAuthority[], children: number): Share[] {
  if (!Number.isInteger(children) || children < authorities.length || children > LARGEST_POPULATION) {
    throw new RangeError(
      `A population has ${authorities.length} to ${LARGEST_POPULATION} people, not ${children}`,
    )
  }
  const total = authorities.reduce((sum, authority) => sum + authority.children, 0)
  const spare = children - authorities.length
  let livingBefore = 0
  let firstRound = 0
  return authorities.map(authority => {
    const upTo = (living: number) => Math.round((spare * living) / total)
    const size = 1 + upTo(livingBefore + authority.children) - upTo(livingBefore)
    const share = { authority, firstRound, size }
    livingBefore += authority.children
    firstRound += Math.ceil(size / CHILDREN_IN_ROUND)
    return share
  })
}
