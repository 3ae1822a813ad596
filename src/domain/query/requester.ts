import type { Organisation } from '../organisation.ts'
import { failure, type Result, success } from '../result.ts'

/** An emergency look-up, which the authority is told of, or a booked one, which is silent (rules 5.1 and 5.2). */
export type AccessKind = 'unscheduled' | 'scheduled'

/** The national activities that open CP-IS (rule 5.3): B0107 views and notifies, B0170 views silently. */
export const ACTIVITY_FOR: Readonly<Record<AccessKind, string>> = { unscheduled: 'B0107', scheduled: 'B0170' }

export interface PersonName {
  readonly prefix?: string
  readonly given: readonly string[]
  readonly family: string
  readonly suffix?: string
}

export interface JobRole {
  readonly code: string
  readonly display: string
}

/** A clinician signed in with a smartcard or CIS2. Identifiers are those of the Spine Directory Service. */
export interface PersonAuthor {
  readonly kind: 'person'
  readonly userId: string
  readonly roleProfileId?: string
  readonly name: PersonName
  readonly jobRole: JobRole
  readonly organisation: Organisation
}

/** A system that asks by itself, with the people nominated as responsible for it. */
export interface SystemAuthor {
  readonly kind: 'system'
  readonly asid: string
  readonly organisation: Organisation
  readonly responsible: readonly { readonly name: PersonName; readonly jobRole: JobRole }[]
}

/** Who looked: kept with the access, shown in the access list and told to the authority. */
export type Author = PersonAuthor | SystemAuthor

/** Who asks, as every interface hands it on: the author and what they may do. */
export interface Requester {
  readonly author: Author
  readonly activities: ReadonlySet<string>
}

export interface MissingActivity {
  readonly kind: 'missing-activity'
  readonly access: AccessKind
  readonly activity: string
}

/** Silence is by role, not by goodwill: each kind of access needs its own activity (rule 5.3). */
export function mayQuery(requester: Requester, access: AccessKind): Result<true, MissingActivity> {
  const activity = ACTIVITY_FOR[access]
  return requester.activities.has(activity)
    ? success(true)
    : failure({ kind: 'missing-activity', access, activity })
}

/** Whom the 24-hour rule counts as the same author: a person by user id, a system by ASID and organisation (rule 5.6). */
export function authorKey(author: Author): string {
  return author.kind === 'person'
    ? `person:${author.userId}`
    : `system:${author.asid}:${author.organisation.odsCode}`
}

/** A name as people read it, family name in capitals, for example `Nurse Ada EXAMPLE`. */
export function displayName(name: PersonName): string {
  return [name.prefix, ...name.given, name.family.toUpperCase(), name.suffix].filter(Boolean).join(' ')
}
