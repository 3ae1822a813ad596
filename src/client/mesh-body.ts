import { BrokenGzip, decompressed } from './gunzip.ts'
import { MeshError } from './mesh-error.ts'
import type { MeshMessageInfo } from './mesh-message-info.ts'

/** A chunk as it travels: compressed by itself, or not. */
export interface MeshChunk {
  readonly encoding: 'gzip' | 'identity'
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The content of an answer as it travels. */
export function asChunk(response: Response): MeshChunk {
  const coding = response.headers.get('content-encoding')?.toLowerCase()
  return { encoding: coding === 'gzip' ? 'gzip' : 'identity', bytes: bodyOf(response) }
}

/** The content of a chunk that may travel compressed. What a given `fetch` has decompressed already is taken as it is. */
export async function* plainBodyOf(
  response: Response,
  { kind }: MeshMessageInfo,
): AsyncGenerator<Uint8Array> {
  const { encoding, bytes } = asChunk(response)
  if (encoding === 'identity' || kind === 'REPORT') return yield* bytes
  try {
    yield* decompressed(notEmpty(bytes))
  } catch (cause) {
    if (!(cause instanceof BrokenGzip)) throw cause
    throw new MeshError('download: the compressed content is damaged or cut short', {
      status: response.status,
      cause,
    })
  }
}

/** Nothing at all is less than the shortest gzip. */
async function* notEmpty(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const part of bytes) {
    length += part.length
    yield part
  }
  if (length === 0) throw new BrokenGzip('Compressed content is empty')
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    if (response.body) yield* response.body
  } catch (cause) {
    throw new MeshError('download: the content broke off', { status: response.status, cause })
  }
}
