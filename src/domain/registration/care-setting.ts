import type { Organisation } from '../organisation.ts'
import type { AccessKind } from '../query/requester.ts'

/** Where health looks people up, and the kind of access that belongs to it. */
export const CARE_SETTINGS = {
  'emergency-department': 'unscheduled',
  'minor-injury-unit': 'unscheduled',
  'walk-in-centre': 'unscheduled',
  'maternity-unscheduled': 'unscheduled',
  'gp-out-of-hours': 'unscheduled',
  'paediatric-ward': 'unscheduled',
  ambulance: 'unscheduled',
  'nhs-111': 'unscheduled',
  'gp-in-hours': 'scheduled',
  camhs: 'scheduled',
  'sexual-assault-referral-centre': 'scheduled',
  'termination-of-pregnancy': 'scheduled',
  'services-0-19': 'scheduled',
  'community-paediatrics': 'scheduled',
  dentistry: 'scheduled',
} as const satisfies Readonly<Record<string, AccessKind>>

export type CareSetting = keyof typeof CARE_SETTINGS

export const CARE_SETTING_NAMES = Object.keys(CARE_SETTINGS) as readonly CareSetting[]

/**
 * An organisation of health that uses CP-IS, as the operator knows it. It informs: what somebody may see follows from their token,
 * and what a system may from the register of systems (rules 5.3 and 9.5).
 */
export interface CareOrganisation extends Organisation {
  /** At least one. */
  readonly settings: readonly CareSetting[]
  /** A free label: with whom it is taken on. */
  readonly wave?: string
}
