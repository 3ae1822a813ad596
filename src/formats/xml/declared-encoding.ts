/** The longest start of a document in which its declaration is looked for, in bytes. */
export const LONGEST_DECLARATION = 256

const ASCII = ['us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso646-us']

/** Encodings of one byte a character, as `TextDecoder` names them. */
const SINGLE_BYTE = /^(windows-(125[0-8]|874)|iso-8859-\d{1,2}(-i)?|koi8-[ru]|macintosh|ibm866)$/

/** Names that can be said back to the sender: of encodings that exist, so that nothing else of a document is quoted. */
const KNOWN_NAME =
  /^(utf-?(7|8|16|32)([bl]e)?|ucs-[24]|iso-10646-ucs-[24]|us-ascii|iso[-_]?8859[-_]?\d{1,2}|iso-2022-[a-z]{2}|latin-?\d|windows-?\d{3,4}|cp-?\d{3,5}|ibm-?\d{3,5}|ebcdic-[a-z-]{2,12}|koi8-[ru]|mac(intosh|roman)?|shift[-_]jis|euc-(jp|kr)|gb2312|gbk|gb18030|big5)$/i

/** The encoding that the XML declaration at the start of a document names; undefined where there is none. */
export function declaredEncoding(start: Uint8Array): string | undefined {
  const text = Buffer.from(start.subarray(0, LONGEST_DECLARATION)).toString('latin1')
  const declaration = /^<\?xml\s[^>]*?\?>/.exec(text)?.[0]
  return declaration && /\sencoding\s*=\s*(["'])([A-Za-z][A-Za-z0-9._-]*)\1/.exec(declaration)?.[2]
}

/** The `TextDecoder` name of an encoding of one byte a character, or `us-ascii`; undefined for any other name. */
export function singleByteEncoding(name: string): string | undefined {
  if (ASCII.includes(name.toLowerCase())) return 'us-ascii'
  try {
    const { encoding } = new TextDecoder(name)
    return SINGLE_BYTE.test(encoding) ? encoding : undefined
  } catch {
    return undefined
  }
}

/** An encoding's name where it is one that exists. */
export function sayableEncoding(name: string): string | undefined {
  return KNOWN_NAME.test(name) ? name : undefined
}
