import type { XmlElement } from '../xml/xml-element.ts'
import {
  element,
  streamed,
  type XmlContent,
  type XmlNode,
  type XmlPart,
  type XmlStream,
} from '../xml/xml-writer.ts'
import { HL7, NPFIT, OID, type Template } from './codes.ts'

/** A message of CP-IS with its namespaces: what the model fixes is never sent (DMS, rules for every message). */
export function message(root: string, ...parts: XmlPart[]): XmlStream {
  return streamed(root, { xmlns: HL7, 'xmlns:npfitlc': NPFIT }, ...parts)
}

/** A relationship that holds a template: first its contentId, then its root class. */
export function templated(relationship: string, template: Template, ...content: XmlContent[]): XmlNode {
  return element(
    relationship,
    {},
    element('npfitlc:contentId', { root: OID.contentId, extension: template.contentId }),
    element(template.element, {}, ...content),
  )
}

/** The root element of a template inside a relationship. */
export function inTemplate(relationship: XmlElement | undefined, template: Template): XmlElement | undefined {
  return relationship?.children.find(child => child.name === template.element && child.namespace === HL7)
}

/** `<name value="…"/>`, as HL7 writes times and numbers. */
export function valued(name: string, value: string | number): XmlNode {
  return element(name, { value: String(value) })
}
