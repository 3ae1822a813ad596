import type { Branded } from './branded.ts'
import type { Organisation } from './organisation.ts'
import { ACTIVITY_FOR, type AccessKind } from './requester.ts'

/** The number a system is accredited under in the Spine Directory Service: twelve digits. */
export type Asid = Branded<string, 'Asid'>

/** A clinical system that may ask over Spine messaging. What it is allowed follows from the care it is used in (rule 9.5). */
export interface ClientSystem {
  readonly asid: Asid
  /** The message handling party that the system sends through, for example `X9Z01-999001`. */
  readonly partyKey: string
  readonly organisation: Organisation
  /** At least one. */
  readonly allows: readonly AccessKind[]
}

/** Undefined where the text is no ASID. */
export function parseAsid(text: string): Asid | undefined {
  return /^[0-9]{12}$/.test(text) ? (text as Asid) : undefined
}

/** The activities of whoever asks through a system: those of the care it is registered for, and no others (rule 9.5). */
export function activitiesThrough(system: ClientSystem): ReadonlySet<string> {
  return new Set(system.allows.map(access => ACTIVITY_FOR[access]))
}
