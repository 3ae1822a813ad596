import { setImmediate as othersTurn } from 'node:timers/promises'
import { decodeXml } from './xml-encoding.ts'
import { type XmlItem, type XmlLimits, xmlParser } from './xml-parser.ts'

export type { XmlItem, XmlLimits } from './xml-parser.ts'

/** A record is about a thousand characters; a file of every child in England would fit into `total` ten times over. */
export const XML_LIMITS: XmlLimits = {
  depth: 64,
  elements: Number.POSITIVE_INFINITY,
  element: 262_144,
  token: 65_536,
  total: 2 ** 37,
}

export interface XmlReading {
  /** The namespace of the elements on the path. */
  readonly namespace?: string
  /**
   * The elements to go into, from the root on, one name a level: their other children are handed out one by one. A document
   * with another root is refused. An empty path hands out the whole document as one element.
   */
  readonly path?: readonly string[]
  readonly limits?: Partial<XmlLimits>
}

/** Bytes handed to the parser at a time: no more than this is read past a limit. */
const PIECE = 8_192
/** After so many pieces, a few milliseconds of work, whatever else waits for this thread gets its turn. */
const PIECES_IN_A_ROW = 2

/**
 * Reads a document as it streams in, in memory that does not grow with its length: elements one by one and, if something is
 * wrong, one fault, after which nothing follows. A large document holds up nobody. A document type declaration is refused, so nothing is ever expanded or fetched
 * (rule 3.13).
 */
export async function* readXml(
  bytes: AsyncIterable<Uint8Array>,
  { namespace = '', path = [], limits = {} }: XmlReading = {},
): AsyncGenerator<XmlItem> {
  const parser = xmlParser({ namespace, path, limits: { ...XML_LIMITS, ...limits } })
  let pieces = 0
  for await (const piece of decodeXml(bytes, PIECE)) {
    pieces += 1
    if (pieces % PIECES_IN_A_ROW === 0) await othersTurn()
    if (piece.ok) parser.write(piece.value.text, piece.value.encoding)
    else {
      parser.write(piece.fault.before, piece.fault.encoding)
      parser.stop('encoding', piece.fault.detail)
    }
    yield* parser.take()
    if (parser.faulty()) return
  }
  parser.end()
  yield* parser.take()
}
