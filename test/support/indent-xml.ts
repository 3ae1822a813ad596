/** Lays XML out for people to read, an element a line; text stays with its element. For examples, not for the wire. */
export function indentXml(xml: string): string {
  let depth = 0
  return xml
    .replace(/>\s*</g, '>\n<')
    .split('\n')
    .map(line => {
      if (line.startsWith('</')) depth--
      const indented = '  '.repeat(Math.max(depth, 0)) + line
      if (/^<[^/?!]/.test(line) && !/\/>$|<\/[^>]+>$/.test(line)) depth++
      return indented
    })
    .join('\n')
}
