import { element, type XmlNode } from '../xml/xml-writer.ts'

/** The little of XML Schema that our descriptions are made of. The prefix `xs` is whoever writes the document's to declare. */
export const XS = 'http://www.w3.org/2001/XMLSchema'

/** A type by its name with its prefix, or one that stands where it is used. */
export type SchemaType = string | XmlNode

/** What stands once in a sequence or a choice. */
export function one(name: string, type: SchemaType): XmlNode {
  return typeof type === 'string'
    ? element('xs:element', { name, type })
    : element('xs:element', { name }, type)
}

export function optional(name: string, type: SchemaType): XmlNode {
  return times(0, 1, one(name, type))
}

/** What stands as often as it is needed, which may be never. */
export function many(name: string, type: SchemaType): XmlNode {
  return times(0, 'unbounded', one(name, type))
}

export function some(name: string, type: SchemaType, most: number | 'unbounded' = 'unbounded'): XmlNode {
  return times(1, most, one(name, type))
}

/** An element that is declared by itself, of whichever namespace. */
export function declared(name: string): XmlNode {
  return element('xs:element', { ref: name })
}

export function either(...particles: XmlNode[]): XmlNode {
  return element('xs:choice', {}, ...particles)
}

function times(minOccurs: number, maxOccurs: number | 'unbounded', { name, attributes, content }: XmlNode) {
  return element(
    name,
    {
      ...attributes,
      ...(minOccurs !== 1 && { minOccurs: String(minOccurs) }),
      ...(maxOccurs !== 1 && { maxOccurs: String(maxOccurs) }),
    },
    ...content,
  )
}

export function needed(name: string): XmlNode {
  return element('xs:attribute', { name, type: 'xs:string', use: 'required' })
}

/** An attribute that need not be written; what it says where it is not. */
export function attribute(name: string, preset?: string): XmlNode {
  return element('xs:attribute', { name, type: 'xs:string', default: preset })
}

/** A type: its particles in a sequence, then its attributes. */
export function holding(...parts: XmlNode[]): XmlNode {
  const particles = parts.filter(part => part.name !== 'xs:attribute')
  const attributes = parts.filter(part => part.name === 'xs:attribute')
  const sequence = particles.length > 0 ? element('xs:sequence', {}, ...particles) : undefined
  return element('xs:complexType', {}, sequence, ...attributes)
}

/** A type of text with attributes. */
export function labelled(...attributes: XmlNode[]): XmlNode {
  const extension = element('xs:extension', { base: 'xs:string' }, ...attributes)
  return element('xs:complexType', {}, element('xs:simpleContent', {}, extension))
}

/** A type with a name of its own. */
export function named(name: string, { content }: XmlNode): XmlNode {
  return element('xs:complexType', { name }, ...content)
}

/** Elements and types of one namespace; what they take from others, those others have to be named for. */
export function schema(namespace: string, imports: readonly string[], ...content: XmlNode[]): XmlNode {
  return element(
    'xs:schema',
    { targetNamespace: namespace, elementFormDefault: 'qualified' },
    ...imports.map(other => element('xs:import', { namespace: other })),
    ...content,
  )
}
