import { parseContentType } from '../mime/content-type.ts'
import { readMultipart } from '../mime/read-multipart.ts'
import { readAcknowledgment } from './acknowledgment.ts'
import { readEbxmlEnvelope } from './envelope.ts'
import { type MessageError, readMessageError } from './message-error.ts'

/** What the body of an HTTP reply to a message says of it. */
export type EbxmlReply =
  /** The message with this id, letter for letter, was received. */
  | { readonly kind: 'acknowledgment'; readonly refToMessageId: string }
  | ({ readonly kind: 'message-error' } & MessageError)
  /** It is empty, or something else: nothing is known of the message. */
  | { readonly kind: 'neither' }

/**
 * Reads what a receiver replied; never a fault, for whoever posts can only post again. Where an acknowledgment and an error stand
 * side by side, the error counts: a message that may not have been taken is posted again.
 */
export async function readEbxmlReply(bytes: Uint8Array, contentType?: string): Promise<EbxmlReply> {
  const envelope = await readEbxmlEnvelope(envelopeIn(bytes, contentType))
  if (!envelope.ok) return { kind: 'neither' }
  const error = readMessageError(envelope.value)
  const refToMessageId = readAcknowledgment(envelope.value)
  if (error?.highestSeverity === 'Error') return { kind: 'message-error', ...error }
  if (refToMessageId !== undefined) return { kind: 'acknowledgment', refToMessageId }
  return error ? { kind: 'message-error', ...error } : { kind: 'neither' }
}

/** Some send an envelope alone as a multipart of one part (ebXML 2.0, clause 2.1.2). */
function envelopeIn(bytes: Uint8Array, contentType: string | undefined): Uint8Array {
  if (!parseContentType(contentType ?? '')?.mediaType.startsWith('multipart/')) return bytes
  const multipart = readMultipart(contentType, bytes)
  return multipart.ok ? multipart.value.root.bytes : new Uint8Array()
}
