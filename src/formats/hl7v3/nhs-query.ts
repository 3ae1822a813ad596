import type { AccessKind, Author } from '../../domain/query/requester.ts'
import { attributeOf, childrenOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { writeAuthor } from './authors.ts'
import { valued } from './message.ts'
import { writeTimestamp } from './time.ts'

/** A query by NHS number, as it is asked (`cP-ISNHSQuery`) and as an answer quotes it (`pertinentCP-ISNHSQuery`). */
export interface NhsQuery {
  readonly id?: string
  readonly at: Date
  readonly access: AccessKind
  readonly author: Author
  readonly nhsNumber?: string
}

/** An unscheduled query does not say so: `accessEventType` is written for a silent one alone. */
export function writeNhsQuery(name: string, { id, at, access, author, nhsNumber }: NhsQuery): XmlNode {
  return element(
    name,
    {},
    valued('effectiveTime', writeTimestamp(at)),
    access === 'scheduled' ? valued('accessEventType', 'false') : undefined,
    id === undefined ? undefined : element('id', { root: id.toUpperCase() }),
    writeAuthor(author),
    element(
      'queryByParameter',
      {},
      element(
        'person.NHSnumber',
        {},
        nhsNumber === undefined ? undefined : element('value', { extension: nhsNumber }),
      ),
    ),
  )
}

/** The number asked for, as sent; undefined where there is none, or there are different ones (rule 4.5). */
export function readQueriedNumber(queries: readonly XmlElement[]): string | undefined {
  const values = queries
    .flatMap(query => childrenOf(query, 'queryByParameter'))
    .flatMap(parameter => childrenOf(parameter, 'person.NHSnumber'))
    .flatMap(number => childrenOf(number, 'value'))
  const [first, ...others] = new Set(values.map(value => attributeOf(value, 'extension')))
  return others.length === 0 ? first : undefined
}
