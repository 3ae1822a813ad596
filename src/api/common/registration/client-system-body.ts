import { z } from 'zod'
import {
  type Asid,
  type CertificateFingerprint,
  type ClientSystem,
  EXCHANGES,
  parseAsid,
  parseCertificateFingerprint,
} from '../../../domain/registration/client-system.ts'
import { odsCode } from './organisation-body.ts'

const asid = z.string().transform((text, context): Asid => {
  const id = parseAsid(text)
  if (!id) context.addIssue({ code: 'custom', message: 'An ASID is twelve digits.' })
  return id ?? z.NEVER
})

const certificate = z.string().transform((text, context): CertificateFingerprint => {
  const fingerprint = parseCertificateFingerprint(text)
  const message = 'A certificate is given by its SHA-256 fingerprint: 64 hexadecimal digits, colons allowed.'
  if (!fingerprint) context.addIssue({ code: 'custom', message })
  return fingerprint ?? z.NEVER
})

const whole = (least: number, most: number) =>
  z.int('A whole number is needed.').min(least, `At least ${least}.`).max(most, `At most ${most}.`)

/** The interval at which the Spine Directory Service has most systems retry, and what it has them remember. */
export const contractTerms = z.object({
  reliability: z.enum(['reliable', 'express'], 'A contract is reliable or express.').default('reliable'),
  retries: whole(0, 20).default(2),
  retryIntervalSeconds: whole(1, 3600).default(10),
  persistSeconds: whole(60, 604_800).default(300),
})

const contract = contractTerms.extend({
  cpaId: z.string().regex(/^[!-~]{1,64}$/, 'A CPA id is up to 64 printable characters without spaces.'),
  callback: z.url({
    protocol: /^https?$/,
    message: 'The callback must be a whole address such as https://example.org/answers.',
  }),
})

/** What an operator says of a client system (rule 9.5). */
export const clientSystemBody = z
  .object({
    asid,
    partyKey: z.string().regex(/^[A-Za-z0-9-]{1,40}$/, 'A party key is letters, digits and hyphens.'),
    odsCode,
    organisationName: z.string().min(1, 'A name is needed.'),
    allows: z
      .array(z.enum(['unscheduled', 'scheduled'], 'A system may ask unscheduled, scheduled or both.'))
      .min(1, 'What the system may ask is needed: unscheduled, scheduled or both.'),
    exchanges: z
      .array(z.enum(EXCHANGES, `An exchange is one of ${EXCHANGES.join(', ')}.`))
      .min(1, `What the system may use is needed: ${EXCHANGES.join(', ')}.`)
      .default(['synchronous']),
    contract: contract.optional(),
    certificate: certificate.optional(),
  })
  .refine(({ exchanges, contract }) => contract !== undefined || !exchanges.includes('asynchronous'), {
    path: ['contract'],
    message: 'A system that is answered later needs a contract: its CPA id and the callback.',
  })
  .refine(({ exchanges, allows }) => allows.includes('unscheduled') || !exchanges.includes('mini-service'), {
    path: ['exchanges'],
    message: 'The mini service answers unscheduled queries only.',
  })
  .transform(
    ({ odsCode, organisationName: name, contract, certificate, ...system }): ClientSystem => ({
      ...system,
      organisation: { odsCode, name },
      ...(contract && { contract }),
      ...(certificate && { certificate }),
    }),
  )
