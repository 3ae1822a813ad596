import { type Result, success } from '../../domain/result.ts'
import { readMultipart } from '../mime/read-multipart.ts'
import type { EbxmlFault, EbxmlHeader } from './ebxml-header.ts'
import { notReadable } from './envelope.ts'
import { payloadIdOf } from './payload-reference.ts'
import { readEbxmlHeader } from './read-header.ts'

export interface EbxmlMessage {
  readonly header: EbxmlHeader
  /** The part that the manifest names, byte for byte; undefined where it names not one (`INVALID_MANIFEST_REFERENCE`). */
  readonly payload: Uint8Array | undefined
}

/** Reads a message as it came over HTTP: a multipart of its header and its payload. */
export async function readEbxmlMessage(
  contentType: string | undefined,
  bytes: Uint8Array,
): Promise<Result<EbxmlMessage, EbxmlFault>> {
  const multipart = readMultipart(contentType, bytes)
  if (!multipart.ok) return notReadable(multipart.fault.detail)
  const { parts, root } = multipart.value
  const header = await readEbxmlHeader(root.bytes)
  if (!header.ok) return header
  const id = payloadIdOf(header.value)
  const payload = id === undefined ? undefined : parts.find(part => part !== root && part.contentId === id)
  if (id !== undefined && !payload) return notReadable('the manifest names a part that is not there.')
  return success({ header: header.value, payload: payload?.bytes })
}
