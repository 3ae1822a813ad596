import { failure, type Result, success } from '../../domain/result.ts'
import type { XmlElement } from './xml-element.ts'
import type { XmlFault } from './xml-fault.ts'
import { readXml, type XmlLimits } from './xml-reader.ts'

/** Reads a document that is in memory as one tree, within the limits given (rule 3.13 holds for it as for uploads). */
export async function readTree(
  bytes: Uint8Array,
  limits: Partial<XmlLimits>,
): Promise<Result<XmlElement, XmlFault>> {
  let root: XmlElement | undefined
  for await (const item of readXml(wholly(bytes), { limits })) {
    if (item.kind === 'fault') return failure(item.fault)
    root = item.element
  }
  if (!root) throw new Error('The reader ended without an element and without a fault')
  return success(root)
}

async function* wholly(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
