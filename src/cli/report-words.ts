import type { MeshMessageInfo } from '../client/index.ts'

/** A report of MESH, with as much as it says: which message it is about, by the sender's own reference where there is one, and why. */
export function reportWords(info: MeshMessageInfo): string {
  const { linkedMessageId, localId, failure } = info
  const named = [
    linkedMessageId && `message ${linkedMessageId}`,
    localId && `your reference ${localId}`,
  ].filter(Boolean)
  const reason = [failure?.code && `code ${failure.code}`, failure?.description].filter(Boolean)
  return [
    `not delivered: ${named.join(', ') || 'a message that the report does not name'}`,
    ` (${reason.join(', ') || 'the report gives no reason'})`,
  ].join('')
}
