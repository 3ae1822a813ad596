import { z } from 'zod'
import { authorityEntry } from './authority-body.ts'
import { clientSystemBody } from './client-system-body.ts'
import { mailboxId, password } from './mailbox-body.ts'
import { name, odsCode, organisationBody } from './organisation-body.ts'

const mailboxEntry = z.strictObject({ id: mailboxId, name, odsCode, password: password.optional() })

/** Whom an operator takes on by a file (rule 19.8). */
export const onboardingFile = z.strictObject({
  mailboxes: z
    .array(
      mailboxEntry.transform(({ password, ...mailbox }) => ({
        ...mailbox,
        ...(password !== undefined && { password }),
      })),
    )
    .default([]),
  authorities: z.array(authorityEntry).default([]),
  organisations: z.array(organisationBody).default([]),
  systems: z.array(clientSystemBody).default([]),
})
