/**
 * The first element of a name, one line for each element below it, indented. For showing XML that this service wrote, which
 * has neither comments nor two elements of the name inside each other; undefined where there is none.
 */
export function xmlExcerpt(xml: string, name: string): string[] | undefined {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>[\\s\\S]*?</${name}>)`).exec(xml)
  return found ? indented(found[0]) : undefined
}

function indented(xml: string): string[] {
  const lines: string[] = []
  let depth = 0
  // Either an element that holds nothing but text, or one tag.
  for (const [piece] of xml.matchAll(/<([^\s/>]+)[^<>]*>[^<]*<\/\1>|<[^>]+>/g)) {
    if (piece.startsWith('</')) depth -= 1
    lines.push('  '.repeat(depth) + piece)
    const opens = !piece.startsWith('</') && !piece.endsWith('/>') && !/<\/[^>]+>$/.test(piece)
    if (opens) depth += 1
  }
  return lines
}
