import { z } from 'zod'
import { type MailboxId, parseMailboxId } from '../../../domain/organisation.ts'
import { name, odsCode } from './organisation-body.ts'

export const mailboxId = z.string().transform((text, context): MailboxId => {
  const id = parseMailboxId(text)
  if (!id) context.addIssue({ code: 'custom', message: 'A mailbox id is letters, digits, - and _.' })
  return id ?? z.NEVER
})

export const password = z.string().min(8, 'A mailbox password has at least 8 characters.')

/** What an operator says of a mailbox. */
export const mailboxBody = z.object({ id: mailboxId, name, odsCode, password })
