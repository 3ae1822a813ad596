import { randomBytes } from 'node:crypto'

/** A mailbox password that nobody could guess, for those who do not bring one. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url')
}
