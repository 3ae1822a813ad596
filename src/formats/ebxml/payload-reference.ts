import { bareContentId } from '../mime/part-header.ts'
import type { EbxmlHeader } from './ebxml-header.ts'

/** The Content-Id of the payload: what the one reference of the manifest names; undefined where it is not one, or names no part. */
export function payloadIdOf({ references }: EbxmlHeader): string | undefined {
  const [reference, ...others] = references
  const written = /^cid:(.+)$/i.exec(reference ?? '')?.[1]
  return written === undefined || others.length > 0 ? undefined : bareContentId(unescaped(written))
}

/** A Content-Id in an address may have its characters written as `%40` and the like (RFC 2392). */
function unescaped(text: string): string {
  return text.replace(/%([2-7][0-9A-Fa-f])/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
