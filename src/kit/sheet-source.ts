/** A table that can be read more than once, from its first byte each time: a file, usually. */
export interface SheetSource {
  open(): AsyncIterable<Uint8Array>
}

/** The encodings that spreadsheets save tables in (rule 17.1), as `TextDecoder` names them. */
export type SheetEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/**
 * What a table is written in. A byte order mark decides; without one, zero bytes between the letters mean UTF-16, text that is
 * valid UTF-8 throughout is UTF-8, and what is left over is Windows-1252, as spreadsheets on Windows save it. Reads as far as
 * the first byte that UTF-8 does not allow, and keeps nothing.
 */
export async function detectEncoding(source: SheetSource): Promise<SheetEncoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let start: SheetEncoding | undefined
  let first = true
  try {
    for await (const bytes of source.open()) {
      if (bytes.length === 0) continue
      if (first) start = encodingOfStart(bytes)
      if (start) return start
      first = false
      decoder.decode(bytes, { stream: true })
    }
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      return 'windows-1252'
    }
    throw error
  }
}

/** A table as text. A byte order mark is taken off; a byte without meaning becomes the replacement character. */
export async function* textOf(source: SheetSource, encoding: SheetEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const bytes of source.open()) yield decoder.decode(bytes, { stream: true })
  yield decoder.decode()
}

/** Letters of English text in UTF-16 have a zero byte each, on the side that the byte order says. */
function encodingOfStart(bytes: Uint8Array): SheetEncoding | undefined {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a !== undefined && a !== 0 && b === 0) return 'utf-16le'
  if (a === 0 && b !== undefined && b !== 0) return 'utf-16be'
  return undefined
}
