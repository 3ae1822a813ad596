import { Buffer } from 'node:buffer'

/** The bytes that a part was written from (RFC 2045, clause 6); undefined where the encoding is none of these or not kept to. */
export function decodeTransfer(encoding: string, bytes: Uint8Array): Uint8Array | undefined {
  switch (encoding.toLowerCase()) {
    case '7bit':
    case '8bit':
    case 'binary':
      return bytes
    case 'base64':
      return decodeBase64(latin1(bytes))
    case 'quoted-printable':
      return decodeQuotedPrintable(latin1(bytes))
    default:
      return undefined
  }
}

/** Lines of any length; anything else that is no base64 is refused, where the standard would let it be skipped. */
function decodeBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/[ \t\r\n]+/g, '')
  const whole = plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain)
  return whole ? new Uint8Array(Buffer.from(plain, 'base64')) : undefined
}

/** White space at the end of a line was added on the way (rule 3 of clause 6.7), and a line that ends with `=` goes on. */
function decodeQuotedPrintable(text: string): Uint8Array | undefined {
  const lines = text.split('\n').map((line, index, all) => {
    const ended = index < all.length - 1
    const carriage = ended && line.endsWith('\r')
    const content = trimBlanksAtEnd(carriage ? line.slice(0, -1) : line)
    if (content.endsWith('=')) return content.slice(0, -1)
    return content + (carriage ? '\r\n' : ended ? '\n' : '')
  })
  const joined = lines.join('')
  if (/=(?![0-9A-Fa-f]{2})/.test(joined)) return undefined
  const plain = joined.replace(/=([0-9A-Fa-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  return new Uint8Array(Buffer.from(plain, 'latin1'))
}

/** By hand, because `/[ \t]+$/` takes quadratic time over blanks that are not at the end. */
function trimBlanksAtEnd(line: string): string {
  let end = line.length
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--
  return line.slice(0, end)
}

/** Every byte as the character of its number. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
