import { SaxesParser, type SaxesTagNS } from 'saxes'
import type { XmlProblem } from '../../domain/upload/file-faults.ts'
import { sayableEncoding, singleByteEncoding } from './declared-encoding.ts'
import type { XmlElement } from './xml-element.ts'
import type { XmlEncoding } from './xml-encoding.ts'
import { malformed, type XmlFault } from './xml-fault.ts'

export interface XmlLimits {
  /** Elements inside one another, the root included. */
  readonly depth: number
  /** Elements in all. */
  readonly elements: number
  /** Characters of the file from the start to the end of one element that is handed out. */
  readonly element: number
  /** Characters of one text, attribute, tag, comment or other piece of markup. */
  readonly token: number
  /** Characters in all. */
  readonly total: number
}

export interface XmlTarget {
  /** The namespace of the elements on the path. */
  readonly namespace: string
  /** The elements to go into, from the root on; their other children are handed out one by one. */
  readonly path: readonly string[]
  readonly limits: XmlLimits
}

export type XmlItem =
  | { readonly kind: 'element'; readonly element: XmlElement }
  | { readonly kind: 'fault'; readonly fault: XmlFault }

export interface XmlParser {
  write(text: string, encoding: XmlEncoding): void
  /** Reports a fault found outside the parser, at the place it has come to. */
  stop(problem: XmlProblem, detail: string): void
  end(): void
  /** What was completed since the last time; a fault is the last thing ever taken. */
  take(): readonly XmlItem[]
  faulty(): boolean
}

interface Growing extends XmlElement {
  readonly attributes: Map<string, string>
  readonly children: XmlElement[]
  text: string
}

/** Builds the elements of a document from its text. The first fault ends it: what comes after is not looked at. */
export function xmlParser({ namespace, path, limits }: XmlTarget): XmlParser {
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  const open: Growing[] = []
  let items: XmlItem[] = []
  let faulty = false
  let depth = 0
  let elements = 0
  let entered = 0
  let tagLine = 1
  let lastEvent = 0
  let written = 0
  let elementStart: number | undefined
  let encoding: XmlEncoding = 'utf-8'

  function stop(problem: XmlProblem, detail: string): void {
    if (faulty) return
    faulty = true
    items.push({
      kind: 'fault',
      fault: { problem, line: parser.line, column: Math.max(1, parser.column), detail },
    })
  }

  function checkSize(at: number): void {
    if (at > limits.total) stop('too-large', 'The file is larger than can be accepted.')
    else if (at - lastEvent > limits.token) {
      stop('too-large', `A text, attribute or comment is longer than ${limits.token} characters.`)
    } else if (elementStart !== undefined && at - elementStart > limits.element) {
      stop('too-large', `A record or other element is longer than ${limits.element} characters.`)
    }
  }

  /** A handler that runs only while the document is without fault and within its limits. */
  function whileSound<T>(handle: (value: T) => void): (value: T) => void {
    return value => {
      const { position } = parser
      checkSize(position)
      lastEvent = position
      if (!faulty) handle(value)
    }
  }

  function openTag(tag: SaxesTagNS): void {
    depth += 1
    elements += 1
    if (elements > limits.elements) stop('too-large', `There are more than ${limits.elements} elements.`)
    if (depth > limits.depth) stop('too-deep', `Elements are nested more than ${limits.depth} deep.`)
    const parent = open.at(-1)
    if (!parent && tag.local === path[entered] && tag.uri === namespace) {
      entered += 1
      elementStart = undefined
      return
    }
    if (depth === 1 && path.length > 0) {
      stop('wrong-root', 'The root element is not the one this kind of file has, in its namespace.')
    }
    const element: Growing = {
      name: tag.local,
      namespace: tag.uri,
      attributes: attributesOf(tag),
      children: [],
      text: '',
      line: tagLine,
    }
    parent?.children.push(element)
    open.push(element)
  }

  function closeTag(): void {
    depth -= 1
    const element = open.pop()
    if (!element) entered -= 1
    else if (open.length === 0) {
      items.push({ kind: 'element', element })
      elementStart = undefined
    }
  }

  function addText(text: string): void {
    const element = open.at(-1)
    if (element) element.text += text
  }

  function checkDeclaration({ encoding: declared }: { encoding?: string | undefined }): void {
    if (declared !== undefined && !agrees(declared, encoding)) {
      stop('encoding', disagreement(declared))
    }
  }

  function refuseDoctype(): void {
    stop('document-type', 'A document type declaration (DOCTYPE) is not accepted.')
  }

  function startTag(): void {
    tagLine = parser.line
    if (open.length === 0) elementStart = parser.position
  }

  const passOver = whileSound(() => undefined)
  parser.on('xmldecl', whileSound(checkDeclaration))
  parser.on('doctype', whileSound(refuseDoctype))
  parser.on('opentagstart', whileSound(startTag))
  parser.on('attribute', passOver)
  parser.on('opentag', whileSound(openTag))
  parser.on('closetag', whileSound(closeTag))
  parser.on('text', whileSound(addText))
  parser.on('cdata', whileSound(addText))
  parser.on('comment', passOver)
  parser.on('processinginstruction', passOver)
  parser.on('error', error => stop('malformed', malformed(error.message)))

  return {
    write(text, foundEncoding) {
      encoding = foundEncoding
      parser.write(text)
      written += text.length
      checkSize(written)
    },
    stop,
    end: () => void parser.close(),
    take() {
      const taken = items
      items = []
      return taken
    },
    faulty: () => faulty,
  }
}

function attributesOf(tag: SaxesTagNS): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const { prefix, local, uri, value } of Object.values(tag.attributes)) {
    if (prefix === 'xmlns' || (prefix === '' && local === 'xmlns')) continue
    attributes.set(prefix === '' ? local : `{${uri}}${local}`, value)
  }
  return attributes
}

function agrees(declared: string, found: XmlEncoding): boolean {
  const name = declared.toLowerCase()
  if (found === 'utf-8') return name === 'utf-8'
  return found.startsWith('utf-16') ? name === 'utf-16' || name === found : singleByteEncoding(name) === found
}

/** What is wrong with a declared encoding, by its name where that is one of an encoding. */
function disagreement(declared: string): string {
  const name = sayableEncoding(declared)
  if (name === undefined) return 'The file declares an encoding that is not known. Write it in UTF-8.'
  return /^utf/i.test(name)
    ? `The file declares the encoding ${name} and is not in it. Write it in UTF-8.`
    : `The file declares the encoding ${name}, which is not read here. Write it in UTF-8.`
}
