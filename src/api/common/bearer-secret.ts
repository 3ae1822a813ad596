import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header shows a secret. Compared by digest, so that the time taken tells nothing of the secret. */
export function showsSecret(authorization: string | undefined, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${secret}`))
}
