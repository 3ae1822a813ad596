import type { XmlElement } from '../xml/xml-element.ts'
import type { XmlNode } from '../xml/xml-writer.ts'
import { XS } from './wsdl-schema.ts'

/**
 * What in an element is not as a WSDL describes it: the schema of a toolkit that takes a description by its word. It knows the
 * parts of XML Schema that we write, and fails at any other.
 */
export function unlikeDescribed(wsdl: XmlNode, element: XmlElement): string[] {
  const described = find(wsdl, `{${element.namespace}}${element.name}`, 'xs:element')
  return [...unlike(wsdl, element, typeOf(wsdl, described, element.namespace), element.name)]
}

/** A type and the namespace of what stands in it. */
interface Described {
  readonly type: XmlNode | 'text'
  readonly namespace: string
}

function* unlike(wsdl: XmlNode, element: XmlElement, described: Described, path: string): Generator<string> {
  const { type, namespace } = described
  if (type === 'text') {
    if (element.children.length + element.attributes.size > 0) yield `${path}: more than text`
    return
  }
  const simple = nodes(type).find(part => part.name === 'xs:simpleContent')
  const parts = nodes(simple ? (nodes(simple)[0] ?? simple) : type)
  const attributes = parts.filter(part => part.name === 'xs:attribute')
  const known = new Set(attributes.map(attribute => attribute.attributes['name']))
  for (const name of element.attributes.keys()) if (!known.has(name)) yield `${path}: an attribute ${name}`
  for (const { attributes: said } of attributes) {
    if (said['use'] === 'required' && !element.attributes.has(said['name'] ?? ''))
      yield `${path}: no ${said['name']}`
  }
  if (!simple && element.text.trim() !== '') yield `${path}: text`
  const sequence = parts.find(part => part.name === 'xs:sequence')
  let at = 0
  for (const particle of sequence ? nodes(sequence) : []) {
    const { minOccurs = '1', maxOccurs = '1' } = particle.attributes
    const most = maxOccurs === 'unbounded' ? Number.POSITIVE_INFINITY : Number(maxOccurs)
    const options = particle.name === 'xs:choice' ? nodes(particle) : [particle]
    let times = 0
    for (; times < most; times++, at++) {
      const child = element.children[at]
      const option = child && options.find(option => nameOf(wsdl, option, namespace) === fullName(child))
      if (!child || !option) break
      const inner = option.attributes['ref']
        ? typeOf(wsdl, find(wsdl, nameOf(wsdl, option, namespace), 'xs:element'), child.namespace)
        : typeOf(wsdl, option, namespace)
      yield* unlike(wsdl, child, inner, `${path}/${child.name}`)
    }
    if (times < Number(minOccurs)) yield `${path}: too few ${options.map(({ attributes: a }) => a['name'])}`
  }
  const rest = element.children[at]
  if (rest) yield `${path}: ${rest.name} out of place`
}

function typeOf(wsdl: XmlNode, described: XmlNode, namespace: string): Described {
  const { type } = described.attributes
  const [inline] = nodes(described)
  if (inline) return { type: inline, namespace }
  const name = expanded(wsdl, type ?? '')
  if (name === `{${XS}}string`) return { type: 'text', namespace }
  return { type: find(wsdl, name, 'xs:complexType'), namespace: name.slice(1, name.indexOf('}')) }
}

/** What is declared under a name. Whatever names something that is not there is a mistake of the description. */
function find(wsdl: XmlNode, name: string, kind: 'xs:element' | 'xs:complexType'): XmlNode {
  const types = nodes(wsdl).find(part => part.name === 'wsdl:types')
  const found = types && nodes(types).flatMap(schema => declaredIn(schema, name, kind))
  if (found?.length !== 1) throw new Error(`${name} is declared ${found?.length} times`)
  return found[0] as XmlNode
}

function declaredIn(schema: XmlNode, name: string, kind: string): XmlNode[] {
  return nodes(schema).filter(
    part =>
      part.name === kind && `{${schema.attributes['targetNamespace']}}${part.attributes['name']}` === name,
  )
}

function nameOf(wsdl: XmlNode, { attributes }: XmlNode, namespace: string): string {
  return attributes['ref'] ? expanded(wsdl, attributes['ref']) : `{${namespace}}${attributes['name']}`
}

function expanded(wsdl: XmlNode, name: string): string {
  const [prefix, local] = name.split(':')
  return `{${wsdl.attributes[`xmlns:${prefix}`]}}${local}`
}

function fullName({ namespace, name }: XmlElement): string {
  return `{${namespace}}${name}`
}

function nodes({ content }: XmlNode): XmlNode[] {
  return content.filter(part => typeof part === 'object')
}
