import type { XmlNode } from '../xml/xml-writer.ts'
import { holding, one, schema } from './wsdl-schema.ts'

/** The header elements of WS-Addressing that we read and write, in the namespace of either year. */
export function addressingSchema(namespace: string): XmlNode {
  return schema(
    namespace,
    [],
    ...['MessageID', 'Action', 'To', 'RelatesTo'].map(name => one(name, 'xs:string')),
    ...['From', 'ReplyTo'].map(name => one(name, holding(one('Address', 'xs:string')))),
  )
}

/** What stands in every header, by its names with the prefix `wsa`. */
export const ADDRESSING = ['wsa:MessageID', 'wsa:Action', 'wsa:To', 'wsa:From']
