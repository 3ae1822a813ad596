/**
 * The one place where XML is written: elements are values, and only this file turns them into text. Names of elements and
 * attributes come from the code; everything else may hold any character.
 */

/** An element to be written; what is undefined is left out. */
export interface XmlNode {
  readonly name: string
  readonly attributes: XmlAttributes
  readonly content: readonly XmlContent[]
}

export type XmlAttributes = Readonly<Record<string, string | undefined>>
export type XmlContent = XmlNode | string | undefined

/** An element too large to stand in memory: its parts are asked for one at a time, as they are written. */
export interface XmlStream {
  readonly name: string
  readonly attributes: XmlAttributes
  readonly parts: readonly XmlPart[]
}

export type XmlPart = XmlNode | XmlStream | AsyncIterable<XmlNode> | undefined

export function element(name: string, attributes: XmlAttributes = {}, ...content: XmlContent[]): XmlNode {
  return { name, attributes, content }
}

export function streamed(name: string, attributes: XmlAttributes, ...parts: XmlPart[]): XmlStream {
  return { name, attributes, parts }
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/** An element as text, without a declaration. */
export function renderXml({ name, attributes, content }: XmlNode): string {
  let inner = ''
  for (const item of content) {
    if (item !== undefined) inner += typeof item === 'string' ? escapeText(item) : renderXml(item)
  }
  return inner === '' ? `<${tag(name, attributes)}/>` : `<${tag(name, attributes)}>${inner}</${name}>`
}

/**
 * A document in UTF-8, in pieces of about the given number of characters, so that its length costs no memory. Each part stands
 * on a line of its own, so that a line number names a record.
 */
export async function* writeXml(root: XmlStream, pieceSize = 16_384): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  let piece = ''
  for await (const text of linesOf(root)) {
    piece += text
    if (piece.length >= pieceSize) {
      yield encoder.encode(piece)
      piece = ''
    }
  }
  yield encoder.encode(`${piece}\n`)
}

async function* linesOf(root: XmlStream): AsyncGenerator<string> {
  yield XML_DECLARATION
  yield* linesOfStream(root)
}

async function* linesOfStream({ name, attributes, parts }: XmlStream): AsyncGenerator<string> {
  yield `\n<${tag(name, attributes)}>`
  for (const part of parts) {
    if (part === undefined) continue
    if ('parts' in part) yield* linesOfStream(part)
    else if ('content' in part) yield `\n${renderXml(part)}`
    else for await (const node of part) yield `\n${renderXml(node)}`
  }
  yield `\n</${name}>`
}

function tag(name: string, attributes: XmlAttributes): string {
  let text = name
  for (const attribute in attributes) {
    const value = attributes[attribute]
    if (value !== undefined) text += ` ${attribute}="${escapeAttribute(value)}"`
  }
  return text
}

const NEEDS_CARE = /[&<>"\p{Cc}\p{Cs}\ufffe\uffff]/u
/** Characters that XML 1.0 cannot hold in any form (clause 2.2), unpaired surrogates aside. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** A carriage return is kept by a reference: readers turn a plain one into a line feed (clause 2.11). */
function escapeText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text
  return legal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
}

/** White space other than the space is kept by references: readers turn it into spaces (clause 3.3.3). */
function escapeAttribute(text: string): string {
  if (!NEEDS_CARE.test(text)) return text
  return escapeText(text).replaceAll('"', '&quot;').replaceAll('\t', '&#9;').replaceAll('\n', '&#10;')
}

/** What XML cannot hold becomes the replacement character: visibly lost, which is better than a message nobody can read. */
function legal(text: string): string {
  return text.toWellFormed().replace(ILLEGAL, '\ufffd')
}
