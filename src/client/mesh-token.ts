import { createHmac, randomUUID } from 'node:crypto'

/** What a mailbox proves itself with. */
export interface MeshCredentials {
  readonly mailboxId: string
  readonly password: string
  readonly sharedKey: string
}

/** The `Authorization` value of one request, as the published MESH API describes it: each opens one request. */
export function meshToken({ mailboxId, password, sharedKey }: MeshCredentials, now: Date): string {
  const id = mailboxId.toUpperCase()
  const nonce = randomUUID()
  const count = '0'
  const time = now.toISOString().replace(/\D/g, '').slice(0, 12)
  const hash = createHmac('sha256', sharedKey)
    .update([id, nonce, count, password, time].join(':'))
    .digest('hex')
  return `NHSMESH ${[id, nonce, count, time, hash].join(':')}`
}
