import { createHash } from 'node:crypto'
import type { XmlElement } from './xml-element.ts'

/**
 * A digest of what an element says (SHA-256, hexadecimal): the same for the same names, attributes and texts, however they are laid out,
 * in whichever encoding, order of attributes and prefixes. White space around a text counts for nothing.
 */
export function xmlDigest(element: XmlElement): string {
  return createHash('sha256')
    .update(JSON.stringify(outline(element)))
    .digest('hex')
}

function outline({ namespace, name, attributes, text, children }: XmlElement): unknown[] {
  const sorted = [...attributes].sort(([one], [other]) => (one < other ? -1 : 1))
  return [namespace, name, sorted, text.trim(), children.map(outline)]
}
