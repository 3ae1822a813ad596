import type { Branded } from '../branded.ts'
import type { CalendarDate } from '../english-time.ts'
import type { Organisation } from '../organisation.ts'
import type { OfficeHours } from './office-hours.ts'

/** The code of an area at the Office for National Statistics, for example `E09000011`. */
export type GssCode = Branded<string, 'GssCode'>

/** The three digits that the Department for Education gives an authority. */
export type DfeCode = Branded<string, 'DfeCode'>

/** Counties, unitary authorities, metropolitan districts and London boroughs. */
const ENGLISH_AUTHORITY = /^E(?:06|08|09|10)[0-9]{6}$/

/** Undefined where the text is not the code of an English authority. */
export function parseGssCode(text: string): GssCode | undefined {
  const code = text.toUpperCase()
  return ENGLISH_AUTHORITY.test(code) ? (code as GssCode) : undefined
}

/** Undefined where the text is no such code. */
export function parseDfeCode(text: string): DfeCode | undefined {
  return /^[0-9]{3}$/.test(text) ? (text as DfeCode) : undefined
}

/** Whether an authority sends what changed, or all it holds each time. Absence means something only in a snapshot (rule 19.6). */
export const UPLOAD_MODES = ['delta', 'snapshot'] as const
export type UploadMode = (typeof UPLOAD_MODES)[number]

/**
 * Where an authority is told what it is told: in its mailbox, which a system of its own collects, or on its notifications page, on the pages
 * alone (rule 19.9).
 */
export const NOTIFIED_BY = ['mailbox', 'desk'] as const
export type NotifiedBy = (typeof NOTIFIED_BY)[number]

/** How long an authority may be silent before somebody is told, unless it is set otherwise. */
export const DEFAULT_INTERVAL_HOURS = 48

/** What an operator may say of an authority besides its code, name and mailbox. */
export interface AuthoritySettings {
  readonly gssCode?: GssCode
  readonly dfeCode?: DfeCode
  readonly intervalHours: number
  readonly mode: UploadMode
  readonly toldAt: NotifiedBy
  /** A free label: with whom it is taken on. */
  readonly wave?: string
  /** When its office is open and its duty team answers; absent where nobody has said so (rule 16.11). */
  readonly hours?: OfficeHours
  /** How many children it says it holds; absent where nobody has said so (rule 19.3). */
  readonly children?: number
}

/** What is changed of an authority: what is not said stays, and a code or label that is `null` is taken away. */
export type SettingsChange = Partial<Pick<AuthoritySettings, 'intervalHours' | 'mode' | 'toldAt'>> & {
  readonly [Key in 'gssCode' | 'dfeCode' | 'wave' | 'hours' | 'children']?: AuthoritySettings[Key] | null
}

/**
 * Where an authority stands: what it sends is a test, counts, or is refused (rules 19.2 to 19.4); or its plans passed on to a successor
 * (rule 19.13).
 */
export const AUTHORITY_STAGES = ['onboarding', 'live', 'suspended', 'passed-on'] as const
export type AuthorityStage = (typeof AUTHORITY_STAGES)[number]

/** What the stage follows from. Suspension ends where it began: whoever was not live before is not live after. */
export interface AuthorityStatus {
  readonly liveSince?: Date
  readonly suspension?: { readonly since: Date; readonly why: string }
  readonly passedOn?: PassedOn
}

/** An authority's plans passed to others. */
export interface PassedOn {
  /** The first day on which the successors hold them. */
  readonly on: CalendarDate
  /** The instant of the hand-over. */
  readonly at: Date
  readonly to: readonly Organisation[]
}

export function stageOf({ liveSince, suspension, passedOn }: AuthorityStatus): AuthorityStage {
  if (suspension) return 'suspended'
  if (passedOn) return 'passed-on'
  return liveSince ? 'live' : 'onboarding'
}

/** How many records of a file, or people of a holding, have an NHS number that PDS says is theirs (rule 19.3). */
export interface NumberMatch {
  readonly matched: number
  readonly total: number
}

/** What an authority needs to go live, and should hold: percent of its records. */
export const GO_LIVE_PERCENT = 95

export function meetsGoLive({ matched, total }: NumberMatch): boolean {
  return total > 0 && matched * 100 >= total * GO_LIVE_PERCENT
}

/** Percent with one decimal, rounded down so that 94.96 is never told as 95; undefined of nothing. */
export function matchPercent({ matched, total }: NumberMatch): number | undefined {
  return total === 0 ? undefined : Math.floor((matched * 1000) / total) / 10
}

/** What an authority reads at the head of the acknowledgement of a test. */
export function testUploadWords(match: NumberMatch): string {
  const of = `${match.matched} of ${match.total} records have an NHS number that PDS says is the person's`
  const need = `At least ${GO_LIVE_PERCENT} in 100 are needed before you go live`
  return `Test file: it was checked in full, and none of it is kept or shown to clinicians. ${of}. ${need}.`
}
