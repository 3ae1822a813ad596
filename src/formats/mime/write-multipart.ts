import { Buffer } from 'node:buffer'
import { bareContentId } from './part-header.ts'

export interface PartToWrite {
  /** Without angle brackets; of another message's letters nothing may stand in it that an id cannot have. */
  readonly contentId: string
  /** A constant of the code. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** What national systems write, and some of them look for. */
const USUAL_BOUNDARY = '--=_MIME-Boundary'

/** Writes a multipart/related message, which starts with the first of its parts. The same parts are always the same bytes. */
export function writeMultipart(parts: readonly [PartToWrite, ...PartToWrite[]]): {
  readonly contentType: string
  readonly bytes: Uint8Array
} {
  const [root] = parts
  const boundary = boundaryFor(parts)
  const pieces = parts.flatMap(({ contentId, contentType, bytes }) => {
    if (bareContentId(contentId) !== contentId)
      throw new Error('A Content-Id has characters that it cannot have.')
    const header = [
      `--${boundary}`,
      `Content-Id: <${contentId}>`,
      `Content-Type: ${contentType}`,
      'Content-Transfer-Encoding: 8bit',
      '',
      '',
    ]
    return [Buffer.from(header.join('\r\n'), 'latin1'), bytes, Buffer.from('\r\n')]
  })
  return {
    contentType: `multipart/related; boundary="${boundary}"; type="text/xml"; start="<${root.contentId}>"`,
    bytes: new Uint8Array(Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`, 'latin1')])),
  }
}

/** One that no part has anything like: the usual one, or the first of its kind with a number. */
function boundaryFor(parts: readonly PartToWrite[]): string {
  for (let number = 0; ; number++) {
    const boundary = number === 0 ? USUAL_BOUNDARY : `${USUAL_BOUNDARY}-${number}`
    const taken = parts.some(({ bytes }) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(boundary),
    )
    if (!taken) return boundary
  }
}
