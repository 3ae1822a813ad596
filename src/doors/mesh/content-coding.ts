import { pipeline, Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import type { StoredChunk } from '../../flows/ports.ts'
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
  const stored = Readable.from(chunk.bytes, { objectMode: false })
  const accepts = acceptsGzip(caller.acceptEncoding)
  if (chunk.encoding === 'gzip') {
    return accepts
      ? { bytes: stored, gzip: true, length: chunk.size }
      : { bytes: through(stored, createGunzip()), gzip: false }
  }
  return accepts && caller.version === 2
    ? { bytes: through(stored, createGzip()), gzip: true }
    : { bytes: stored, gzip: false, length: chunk.size }
}

/** Either end that breaks off ends the other; what broke shows at the end that is sent. */
function through(source: Readable, coder: ReturnType<typeof createGunzip>): Readable {
  pipeline(source, coder, () => undefined)
  return coder
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
