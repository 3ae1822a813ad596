import { z } from 'zod'
import type { HeldPlan, MissedAppointment } from '../../client/index.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { PageDeps } from '../page-deps.ts'
import { sealedBox } from '../session/sealed-box.ts'
import type { ClinicianSession } from '../session/session.ts'
import { sealedNumber } from './sealed-number.ts'

const MINUTES = 12 * 60

/** The system of identifiers that are addresses: R4's own. */
const URIS = 'urn:ietf:rfc:3986'

/**
 * A report of a missed appointment while it is made. It carries its identifier from the answer page on, so that two tabs, a
 * double click and whoever goes back tell nobody twice.
 */
const draft = z.object({
  user: z.string(),
  number: sealedNumber,
  /** The authorities on the answer page. */
  authorities: z.array(z.string()).readonly(),
  identifier: z.string(),
  start: z.iso.datetime().optional(),
  service: z.string().optional(),
  description: z.string().optional(),
})
export type Draft = z.infer<typeof draft>

const authority = z.object({
  name: z.string(),
  officePhone: z.string().optional(),
  dutyPhone: z.string().optional(),
})
const told = z.object({ draft, authorities: z.array(authority), repeated: z.boolean() })

/** Drafts and what came of them, in addresses that only their reporter can use. */
export function missedSeals({ sessionSecret, now }: PageDeps) {
  const drafts = sealedBox(sessionSecret, 'missed', draft)
  const outcomes = sealedBox(sessionSecret, 'told', told)
  return {
    seal: (value: Draft) => drafts.seal(value, now(), MINUTES),
    open: async ({ user }: ClinicianSession, sealed: unknown) => {
      const opened = typeof sealed === 'string' ? await drafts.open(sealed, now()) : undefined
      return opened?.user === user ? opened : undefined
    },
    sealOutcome: (value: z.infer<typeof told>) => outcomes.seal(value, now(), MINUTES),
    openOutcome: async ({ user }: ClinicianSession, sealed: unknown) => {
      const opened = typeof sealed === 'string' ? await outcomes.open(sealed, now()) : undefined
      return opened?.draft.user === user ? opened : undefined
    },
  }
}

export function newDraft(
  { user }: ClinicianSession,
  number: NhsNumber,
  plans: readonly HeldPlan[],
  id: string,
): Draft {
  const authorities = [...new Set(plans.map(plan => plan.authority.name))]
  return { user, number, authorities, identifier: `urn:uuid:${id}` }
}

/** The report of a draft that is whole; undefined of another. */
export function reportOf({ number, identifier, start, service, description }: Draft) {
  if (!start) return undefined
  return {
    identifier: { system: URIS, value: identifier },
    nhsNumber: number,
    start: new Date(start),
    ...(service && { service }),
    ...(description && { description }),
  } satisfies MissedAppointment
}
