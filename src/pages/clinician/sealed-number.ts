import { z } from 'zod'
import { type NhsNumber, parseNhsNumber } from '../../domain/nhs-number.ts'
import type { PageDeps } from '../page-deps.ts'
import { sealedBox } from '../session/sealed-box.ts'
import type { ClinicianSession } from '../session/session.ts'

/** How long the address of an answer leads to it, for whoever asked. */
const ADDRESS_MINUTES = 12 * 60

/** A number in a sealed box. */
export const sealedNumber = z.string().transform((text, context): NhsNumber => {
  const number = parseNhsNumber(text)
  if (!number.ok) context.addIssue('not an NHS number')
  return number.ok ? number.value : z.NEVER
})

/**
 * Addresses of answers: they show no number (rule 8.2), and lead nobody there but the person who asked, also when that person had
 * to sign in again.
 */
export interface AnswerAddresses {
  of(session: ClinicianSession, number: NhsNumber): Promise<string>
  /** Undefined where the address is somebody else's, changed, or over. */
  open(session: ClinicianSession, sealed: string): Promise<NhsNumber | undefined>
}

export function answerAddresses({ sessionSecret, now }: PageDeps): AnswerAddresses {
  const box = sealedBox(sessionSecret, 'answer', z.object({ user: z.string(), number: sealedNumber }))
  return {
    of: async ({ user }, number) => `/answer/${await box.seal({ user, number }, now(), ADDRESS_MINUTES)}`,
    open: async ({ user }, sealed) => {
      const opened = await box.open(sealed, now())
      return opened?.user === user ? opened.number : undefined
    },
  }
}
