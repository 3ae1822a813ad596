/** A content type: the media type in small letters, and its parameters by their names in small letters. */
export interface ContentType {
  readonly mediaType: string
  readonly parameters: ReadonlyMap<string, string>
}

/** The longest content type that is read, in characters. */
const LONGEST = 1_024

const MEDIA_TYPE = /^[ \t]*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)[ \t]*/
/**
 * A value without quotes ends at white space or a semicolon, and may have any other character: the national adaptor writes
 * `start=ebXMLHeader@spine.nhs.uk`, where the standard (RFC 2045, clause 5.1) wants quotes for the `@`.
 */
const PARAMETER = /;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))[ \t]*)?/y

/** Undefined where the text is no content type, or says a parameter twice. */
export function parseContentType(text: string): ContentType | undefined {
  const start = text.length <= LONGEST ? MEDIA_TYPE.exec(text) : null
  if (!start?.[1]) return undefined
  const parameters = new Map<string, string>()
  let at = start[0].length
  while (at < text.length) {
    PARAMETER.lastIndex = at
    const found = PARAMETER.exec(text)
    if (!found) return undefined
    at = PARAMETER.lastIndex
    const name = found[1]?.toLowerCase()
    if (name === undefined) continue
    if (parameters.has(name)) return undefined
    parameters.set(name, found[3] ?? (found[2] ?? '').replace(/\\(.)/g, '$1'))
  }
  return { mediaType: start[1].toLowerCase(), parameters }
}
