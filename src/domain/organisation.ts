import type { Branded } from './branded.ts'

/** An organisation's or site's code in the Organisation Data Service, upper case. */
export type OdsCode = Branded<string, 'OdsCode'>

/** A MESH mailbox, upper case. */
export type MailboxId = Branded<string, 'MailboxId'>

export interface Organisation {
  readonly odsCode: OdsCode
  readonly name: string
}

/** Folds case, because codes come back from real systems in either. Undefined where the text is no code. */
export function parseOdsCode(text: string): OdsCode | undefined {
  return /^[A-Za-z0-9]{2,12}$/.test(text) ? (text.toUpperCase() as OdsCode) : undefined
}

/** Folds case, as MESH does. Undefined where the text cannot name a mailbox. */
export function parseMailboxId(text: string): MailboxId | undefined {
  return /^[A-Za-z0-9_-]{1,100}$/.test(text) ? (text.toUpperCase() as MailboxId) : undefined
}
