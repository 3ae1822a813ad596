import { createHash } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'
import type { z } from 'zod'

export interface SealedBox<T> {
  seal(value: T, now: Date, minutes: number): Promise<string>
  /** Undefined where the text was not sealed here for this purpose, was changed, or is over. */
  open(sealed: string, now: Date): Promise<T | undefined>
}

/** Hands values to browsers that nobody but the service can read, make or change; each purpose has a key of its own. */
export function sealedBox<T>(secret: string, purpose: string, shape: z.ZodType<T>): SealedBox<T> {
  const key = createHash('sha256').update(`cp-is web ${purpose} ${secret}`).digest()
  return {
    seal: (value, now, minutes) =>
      new EncryptJWT({ value })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(new Date(now.getTime() + minutes * 60_000))
        .encrypt(key),
    open: async (sealed, now) => {
      try {
        const { payload } = await jwtDecrypt(sealed, key, { currentDate: now })
        return shape.parse(payload['value'])
      } catch {
        return undefined
      }
    },
  }
}
