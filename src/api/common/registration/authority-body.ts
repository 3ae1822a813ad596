import { z } from 'zod'
import {
  type AuthoritySettings,
  type DfeCode,
  type GssCode,
  NOTIFIED_BY,
  parseDfeCode,
  parseGssCode,
  UPLOAD_MODES,
} from '../../../domain/registration/authority.ts'
import { type OfficeHours, parseOfficeHours } from '../../../domain/registration/office-hours.ts'
import { mailboxId, password } from './mailbox-body.ts'
import { name, odsCode, wave } from './organisation-body.ts'

const gssCode = z.string().transform((text, context): GssCode => {
  const code = parseGssCode(text)
  const message = 'The GSS code of an English authority is E06, E08, E09 or E10 and six digits.'
  if (!code) context.addIssue({ code: 'custom', message })
  return code ?? z.NEVER
})

const dfeCode = z.string().transform((text, context): DfeCode => {
  const code = parseDfeCode(text)
  if (!code) context.addIssue({ code: 'custom', message: 'A DfE code is three digits.' })
  return code ?? z.NEVER
})

const hours = z.string().transform((text, context): OfficeHours => {
  const read = parseOfficeHours(text)
  if (!read.ok) context.addIssue({ code: 'custom', message: read.fault })
  return read.ok ? read.value : z.NEVER
})

const children = z
  .int('How many children it holds is a whole number.')
  .min(1, 'An authority holds at least 1 child.')
  .max(100_000, 'An authority holds at most 100,000 children.')

const settings = {
  gssCode: gssCode.optional(),
  dfeCode: dfeCode.optional(),
  intervalHours: z
    .int('An interval is a whole number of hours.')
    .min(1, 'An interval is at least 1 hour.')
    .max(744, 'An interval is at most 744 hours: 31 days.')
    .optional(),
  mode: z.enum(UPLOAD_MODES, 'A mode is delta (what changed) or snapshot (all that is held).').optional(),
  toldAt: z.enum(NOTIFIED_BY, 'An authority is told in its mailbox or at its desk.').optional(),
  wave,
  hours: hours.optional(),
  children: children.optional(),
}

/** What an operator may change of an authority (rule 19.1); hours that are `null` are taken away. */
export const settingsBody = z
  .strictObject({ ...settings, hours: hours.nullable().optional() })
  .refine(given => Object.values(given).some(value => value !== undefined), 'Nothing is said to change.')
  .transform(said)

/** What an operator says of an authority that is taken on; without a password its mailbox keeps or is made one. */
const authority = z.strictObject({ odsCode, name, mailboxId, password: password.optional(), ...settings })
export const authorityEntry = authority.transform(({ odsCode, name, mailboxId, password, ...rest }) => ({
  odsCode,
  name,
  mailboxId,
  ...(password !== undefined && { password }),
  ...said(rest),
}))
export const authorityBody = authority
  .extend({ password: password.optional(), sharedMailbox: z.boolean().default(false) })
  .refine(given => given.sharedMailbox || given.password !== undefined, {
    path: ['password'],
    message: 'A mailbox has a password; only one that is shared keeps its own.',
  })
  .transform(({ odsCode, name, mailboxId, password = '', sharedMailbox, ...rest }) => ({
    odsCode,
    name,
    mailbox: { id: mailboxId, name, odsCode, password },
    ...(sharedMailbox && { isMailboxShared: true }),
    ...said(rest),
  }))

type Said<Given> = { [Key in keyof Given]?: Exclude<Given[Key], undefined> }

/** Only what was said. */
function said<Given extends { readonly [Key in keyof AuthoritySettings]?: unknown }>(
  given: Given,
): Said<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Said<Given>
}
