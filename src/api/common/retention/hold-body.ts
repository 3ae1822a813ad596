import { z } from 'zod'
import { otherNationWords, parseNhsNumber } from '../../../domain/nhs-number.ts'
import { parseOdsCode } from '../../../domain/organisation.ts'
import type { LegalHold } from '../../../flows/retention/ports.ts'

const MOST_LETTERS = 500

/** What an operator puts on legal hold, and why (rule 23.10): a person by NHS number, or an authority by code. */
export const holdBody = z
  .strictObject({
    person: z.string().optional(),
    authority: z.string().optional(),
    reason: z
      .string()
      .trim()
      .min(1, 'Enter a reason.')
      .max(MOST_LETTERS, `Enter a reason of at most ${MOST_LETTERS} characters.`),
  })
  .transform(({ person, authority, reason }, context): { what: LegalHold['what']; reason: string } => {
    const wrong = (field: 'person' | 'authority', message: string) => {
      context.addIssue({ code: 'custom', path: [field], message })
      return z.NEVER
    }
    if ((person === undefined) === (authority === undefined))
      return wrong('person', 'Enter either a person or an authority.')
    if (authority !== undefined) {
      const code = parseOdsCode(authority)
      return code
        ? { what: { authority: code }, reason }
        : wrong('authority', 'Enter the code of an authority.')
    }
    const number = parseNhsNumber((person ?? '').replace(/[ -]/g, ''))
    if (number.ok) return { what: { person: number.value }, reason }
    const nation = otherNationWords(number.fault)
    return wrong('person', nation ? `That is ${nation}.` : 'Enter a valid NHS number.')
  })
