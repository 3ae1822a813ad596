import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { gunzipped } from '../../flows/mailbox/decompress.ts'
import type { StoredChunk } from '../../flows/mailbox/ports.ts'
import type { ApiVersion } from '../../formats/mesh/api-version.ts'

export interface CodedContent {
  readonly bytes: Readable
  readonly gzip: boolean
  /** Known only where the bytes go out as they are stored. */
  readonly length?: number
}

/**
 * A chunk as its recipient can take it: as it is stored where that suits; compressed or decompressed on the way where it does
 * not. Version 1 callers get a plain chunk plain whatever they accept.
 */
export function codedContent(
  chunk: StoredChunk,
  caller: { readonly version: ApiVersion; readonly acceptEncoding: string | undefined },
): CodedContent {
  const stored = () => Readable.from(chunk.bytes, { objectMode: false })
  const accepts = acceptsGzip(caller.acceptEncoding)
  if (chunk.encoding === 'gzip') {
    return accepts
      ? { bytes: stored(), gzip: true, length: chunk.size }
      : { bytes: Readable.from(gunzipped(chunk.bytes), { objectMode: false }), gzip: false }
  }
  return accepts && caller.version === 2
    ? { bytes: compressed(stored()), gzip: true }
    : { bytes: stored(), gzip: false, length: chunk.size }
}

/** An error at either end closes the other, and shows at the end that is sent. */
function compressed(source: Readable): Readable {
  const gzip = createGzip()
  pipeline(source, gzip, () => undefined)
  return gzip
}

/** RFC 9110, 12.5.3: named or by `*`, and not with a weight of nought. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const weights = new Map<string, boolean>()
  for (const coding of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = coding.split(';').map(part => part.trim())
    weights.set(name, !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter)))
  }
  return weights.get('gzip') ?? weights.get('*') ?? false
}
