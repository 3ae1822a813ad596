import type { NhsNumber } from '../nhs-number.ts'
import { unreachable } from '../result.ts'
import type { KnownDemographics } from './demographics.ts'

/** What PDS says of a number. */
export type NumberRegister =
  | { readonly state: 'live'; readonly restricted: boolean }
  | { readonly state: 'replaced'; readonly by: NhsNumber }
  | { readonly state: 'invalid' }
  | { readonly state: 'unknown' }

/** What stands in the directory of a number: nothing but what PDS said of it, and when it was asked. */
export interface NumberEntry {
  readonly nhsNumber: NhsNumber
  /** The number that PDS last said replaces it. */
  readonly replacedBy?: NhsNumber
  /** The version of that answer. */
  readonly version: number
}

/** Where a number belongs. */
export interface Place {
  readonly nhsNumber: NhsNumber
  /** The current number of its person: the end of the chain of replacements. */
  readonly person: NhsNumber
  /** The next number of the chain; absent at its end. */
  readonly follows?: NhsNumber
}

/** A number that PDS names as its own replacement is in use. */
export function registerOf(number: NhsNumber, answer: KnownDemographics): NumberRegister {
  switch (answer.kind) {
    case 'found':
      return { state: 'live', restricted: false }
    case 'restricted':
      return { state: 'live', restricted: true }
    case 'superseded':
      return answer.by === number
        ? { state: 'live', restricted: false }
        : { state: 'replaced', by: answer.by }
    case 'invalidated':
      return { state: 'invalid' }
    case 'unknown':
      return { state: 'unknown' }
    default:
      return unreachable(answer)
  }
}

/**
 * Who is one person, by the replacements that PDS named and by nothing else (rules 4.4 and 14.8). `entries` holds every number that
 * one of them names. Of a ring of replacements (A by B once, B by A later) the one said longest ago is not followed, so that each chain
 * has an end.
 */
export function placesOf(entries: readonly NumberEntry[]): readonly Place[] {
  const byNumber = new Map(entries.map(entry => [entry.nhsNumber, entry]))
  const followed = new Map(
    entries.flatMap(({ nhsNumber, replacedBy }) => (replacedBy ? [[nhsNumber, replacedBy] as const] : [])),
  )
  for (const { nhsNumber } of entries) {
    const path: NhsNumber[] = []
    for (let at: NhsNumber | undefined = nhsNumber; at && !path.includes(at); at = followed.get(at))
      path.push(at)
    const ringStart = followed.get(path.at(-1) ?? nhsNumber)
    const ring = ringStart === undefined ? [] : path.slice(path.indexOf(ringStart))
    const [oldest] = ring
      .map(number => byNumber.get(number))
      .filter(entry => entry !== undefined)
      .sort((a, b) => a.version - b.version || (a.nhsNumber < b.nhsNumber ? -1 : 1))
    if (oldest) followed.delete(oldest.nhsNumber)
  }
  const endOf = (number: NhsNumber): NhsNumber => {
    const next = followed.get(number)
    return next ? endOf(next) : number
  }
  return entries.map(({ nhsNumber }) => {
    const follows = followed.get(nhsNumber)
    return { nhsNumber, person: endOf(nhsNumber), ...(follows && { follows }) }
  })
}
