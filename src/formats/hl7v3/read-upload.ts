import type { UploadFileFault, UploadItem } from '../../domain/upload/file-faults.ts'
import type { XmlElement } from '../xml/xml-element.ts'
import { childrenOf } from '../xml/xml-element.ts'
import { readXml, type XmlReading } from '../xml/xml-reader.ts'
import { HL7 } from './codes.ts'
import { readRecordContent } from './records.ts'
import {
  HEAD_ELEMENTS,
  type HeadElementName,
  type HeaderAsWritten,
  isHeadElement,
  knownHead,
  readHead,
} from './upload-head.ts'

/** What reading hands on, its header such that writing it again gives the same. */
export type UploadItemAsWritten =
  | Exclude<UploadItem, { kind: 'header' }>
  | { readonly kind: 'header'; readonly header: HeaderAsWritten }

/**
 * Reads an authority's upload (REPC_MT000002GB01, File) as it streams in: the header, each record in order, then `done`. What
 * is wrong with the file itself is one fault, after which nothing comes (rules 3.2, 3.3 and 3.13). Elements that are not known
 * are passed over, and the order inside header and records is not insisted on.
 */
export async function* readUpload(
  bytes: AsyncIterable<Uint8Array>,
  options: Pick<XmlReading, 'limits'> = {},
): AsyncGenerator<UploadItemAsWritten> {
  const head = new Map<HeadElementName, XmlElement>()
  const fault = (fault: UploadFileFault): UploadItemAsWritten => ({
    kind: 'fault',
    fault,
    head: knownHead(head),
  })
  let announced: number | undefined
  let found = 0
  for await (const item of readXml(bytes, { namespace: HL7, path: ['File'], ...options })) {
    if (item.kind === 'fault') return yield fault({ kind: 'not-readable', ...item.fault })
    const { element } = item
    if (element.namespace !== HL7) continue
    if (isHeadElement(element.name)) {
      if (head.has(element.name)) {
        return yield fault({ kind: 'repeated', field: HEAD_ELEMENTS[element.name], line: element.line })
      }
      head.set(element.name, element)
    } else if (element.name === 'record') {
      if (announced === undefined) {
        const header = readHead(head, element.line)
        if (!header.ok) return yield fault(header.fault)
        announced = header.value.recordCount
        yield { kind: 'header', header: header.value }
      }
      found += 1
      yield { kind: 'record', record: readRecordContent(childrenOf(element, 'CP-ISRecord'), found) }
    }
  }
  if (announced === undefined) return yield fault({ kind: 'no-record' })
  if (announced !== found) return yield fault({ kind: 'wrong-count', announced, found })
  yield { kind: 'done', recordCount: found }
}
