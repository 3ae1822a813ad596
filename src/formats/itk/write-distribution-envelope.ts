import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ITK } from './codes.ts'
import type { DistributionEnvelope, ItkUri, Payload } from './distribution-envelope.ts'

/** Writes a distribution envelope, in the order of its schema; lists that are empty are left out. */
export function writeDistributionEnvelope(envelope: DistributionEnvelope<XmlNode>): XmlNode {
  const { trackingId, service, addresses, auditIdentities, senderAddress, handling, payloads } = envelope
  return element(
    'itk:DistributionEnvelope',
    { 'xmlns:itk': ITK },
    element(
      'itk:header',
      { service, trackingid: trackingId },
      list('itk:addresslist', addresses.map(writeUri('itk:address'))),
      list('itk:auditIdentity', auditIdentities.map(writeUri('itk:id'))),
      element('itk:manifest', { count: String(payloads.length) }, ...payloads.map(writeManifestItem)),
      senderAddress && writeUri('itk:senderAddress')(senderAddress),
      list(
        'itk:handlingSpecification',
        handling.map(({ key, value }) => element('itk:spec', { key, value })),
      ),
    ),
    element(
      'itk:payloads',
      { count: String(payloads.length) },
      ...payloads.map(({ id, content }) => element('itk:payload', { id }, content)),
    ),
  )
}

function writeManifestItem({ id, mimeType, profileId }: Payload<unknown>): XmlNode {
  return element('itk:manifestitem', { id, mimetype: mimeType, profileid: profileId })
}

function writeUri(name: string): (uri: ItkUri) => XmlNode {
  return ({ uri, type }) => element(name, { uri, type })
}

function list(name: string, items: readonly XmlNode[]): XmlNode | undefined {
  return items.length > 0 ? element(name, {}, ...items) : undefined
}
