import type { XmlProblem } from '../../domain/upload/file-faults.ts'

/** Why a document could not be read, and where, counted from 1. The detail is a sentence that quotes nothing of the document. */
export interface XmlFault {
  readonly problem: XmlProblem
  readonly line: number
  readonly column: number
  readonly detail: string
}

/** The parser's complaints may quote the document, so each is told in words of our own. */
const COMPLAINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^(unclosed tag|unexpected end)/,
    'the file ends before its last element does, so it may have been cut short.',
  ],
  [/^document must contain a root/, 'the file holds no XML element.'],
  [
    /outside of root node|^documents may contain only one root/,
    'something stands outside the one root element.',
  ],
  [/^(unexpected close tag|unmatched closing tag|weird empty)/, 'an end tag does not match its start tag.'],
  [/entity/, 'a reference stands here that XML does not know; a plain "&" is written "&amp;".'],
  [/^disallowed character in tag name/, 'a name is wrong here; a plain "<" is written "&lt;".'],
  [/^disallowed character\.$/, 'a character stands here that XML does not allow in this place.'],
  [/attribute|forward-slash/, 'an attribute is wrong here: repeated, without a value or without quotes.'],
  [/prefix|namespace|malformed name/, 'a namespace prefix is not declared, or declared wrongly.'],
  [
    /XML declaration|XML declarations|^version number|^encoding value|^standalone/,
    'the XML declaration is wrong or not at the very beginning.',
  ],
]

export function malformed(complaint: string): string {
  const bare = complaint.replace(/^\d+:\d+: /, '')
  const words = COMPLAINTS.find(([pattern]) => pattern.test(bare))?.[1]
  return words ? `Not well-formed XML: ${words}` : 'Not well-formed XML.'
}
