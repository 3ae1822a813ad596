import { failure, type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, type XmlElement } from '../xml/xml-element.ts'
import { type EnvelopeErrorCode, ITK } from './codes.ts'
import type {
  DistributionEnvelope,
  DistributionFault,
  HandlingSpec,
  ItkUri,
  Payload,
} from './distribution-envelope.ts'

type Read<T> = Result<T, DistributionFault>

const HEADER_PARTS = ['addresslist', 'auditIdentity', 'manifest', 'senderAddress', 'handlingSpecification']

/** The schema's own bound, and one of ours on what is going to be kept in the audit log. */
const MOST_IDENTITIES = 4
const LONGEST_URI = 255

/** Reads a distribution envelope as strictly as its schema: the first part with a fault ends it. */
export function readDistributionEnvelope(root: XmlElement): Read<DistributionEnvelope<XmlElement>> {
  if (root.name !== 'DistributionEnvelope' || root.namespace !== ITK) {
    return faulty('DE0001', 'The message must be a distribution envelope.')
  }
  const [header, payloads] = root.children
  if (!header || !payloads || !standsAs(root, ['header', 'payloads'])) {
    return faulty('DE0001', 'The envelope must hold a header and then payloads, and nothing else.')
  }
  const trackingId = attributeOf(header, 'trackingid')
  const service = attributeOf(header, 'service')
  if (!trackingId || !/^[A-F0-9]{8}(-[A-F0-9]{4}){3}-[A-F0-9]{12}$/.test(trackingId)) {
    return faulty('DE0002', 'The header needs a trackingid: a UUID in capitals.')
  }
  if (service === undefined) return faulty('DE0002', 'The header must name a service.')
  if (!standsAs(header, HEADER_PARTS)) {
    return faulty('DE0002', 'The header holds an unknown part, or one twice, or in another order.')
  }
  const addresses = readUris(header, 'addresslist', 'address', ['DE0003', 'DE0003'])
  if (!addresses.ok) return addresses
  const auditIdentities = readUris(header, 'auditIdentity', 'id', ['DE0004', 'DE0005'])
  if (!auditIdentities.ok) return auditIdentities
  if (auditIdentities.value.length > MOST_IDENTITIES) {
    return faulty('DE0004', `An audit identity has at most ${MOST_IDENTITIES} ids.`)
  }
  const manifest = readManifest(header)
  if (!manifest.ok) return manifest
  const senders = readEach(childrenOf(header, 'senderAddress'), sender => readUri(sender, 'DE0008'))
  if (!senders.ok) return senders
  const [senderAddress] = senders.value
  const handling = readHandling(header)
  if (!handling.ok) return handling
  const carried = readPayloads(payloads, manifest.value)
  if (!carried.ok) return carried
  return success({
    trackingId,
    service,
    addresses: addresses.value,
    auditIdentities: auditIdentities.value,
    ...(senderAddress && { senderAddress }),
    handling: handling.value,
    payloads: carried.value,
  })
}

/** A list that may be missing, but not be empty. */
function readUris(
  header: XmlElement,
  list: string,
  item: string,
  [ofList, ofItem]: readonly [EnvelopeErrorCode, EnvelopeErrorCode],
): Read<readonly ItkUri[]> {
  const [found] = childrenOf(header, list)
  if (!found) return success([])
  if (!holdsOnly(found, item))
    return faulty(ofList, 'The list must hold at least one entry, all of one kind.')
  return readEach(found.children, entry => readUri(entry, ofItem))
}

function readUri(from: XmlElement, code: EnvelopeErrorCode): Read<ItkUri> {
  const uri = attributeOf(from, 'uri')
  const type = attributeOf(from, 'type')
  if (uri === undefined || uri.length > LONGEST_URI || !/^[\x21-\x7e]+$/.test(uri)) {
    return faulty(code, `A uri is needed: at most ${LONGEST_URI} characters of printable ASCII.`)
  }
  return success({ uri, ...(type !== undefined && { type }) })
}

type ManifestItem = Omit<Payload<unknown>, 'content'>

function readManifest(header: XmlElement): Read<readonly ManifestItem[]> {
  const [manifest] = childrenOf(header, 'manifest')
  if (!manifest) return faulty('DE0006', 'The header must hold a manifest.')
  if (!holdsOnly(manifest, 'manifestitem') || !countsRight(manifest)) {
    return faulty('DE0006', 'The manifest must hold at least one item, and count its items.')
  }
  return readEach(manifest.children, item => {
    const id = attributeOf(item, 'id')
    const mimeType = attributeOf(item, 'mimetype')
    const profileId = attributeOf(item, 'profileid')
    if (id === undefined || mimeType === undefined) {
      return faulty('DE0007', 'A manifest item needs an id and a mimetype.')
    }
    const changed = ['metadata', 'compressed', 'base64', 'encrypted'].some(flag => {
      const said = attributeOf(item, flag)
      return said !== undefined && said !== 'false' && said !== '0'
    })
    if (changed) return faulty('DE0007', 'Payloads are read as plain XML alone.')
    return success({ id, mimeType, ...(profileId !== undefined && { profileId }) })
  })
}

function readHandling(header: XmlElement): Read<readonly HandlingSpec[]> {
  const [handling] = childrenOf(header, 'handlingSpecification')
  if (!handling) return success([])
  if (!holdsOnly(handling, 'spec')) {
    return faulty('DE0009', 'The handling specification must hold at least one spec, and nothing else.')
  }
  return readEach(handling.children, spec => {
    const key = attributeOf(spec, 'key')
    const value = attributeOf(spec, 'value')
    if (key === undefined || value === undefined) return faulty('DE0010', 'A spec needs a key and a value.')
    return success({ key, value })
  })
}

/** The payloads, each with the one item of the manifest that tells of it. */
function readPayloads(
  payloads: XmlElement,
  manifest: readonly ManifestItem[],
): Read<readonly Payload<XmlElement>[]> {
  if (!holdsOnly(payloads, 'payload') || !countsRight(payloads)) {
    return faulty('DE0011', 'The payloads must be at least one, and counted.')
  }
  if (payloads.children.length !== manifest.length) {
    return faulty('DE0011', 'The manifest must tell of each payload.')
  }
  const ids = new Set(payloads.children.map(payload => attributeOf(payload, 'id')))
  if (ids.size !== payloads.children.length) return faulty('DE0012', 'Each payload needs an id of its own.')
  return readEach(payloads.children, payload => {
    const item = manifest.find(({ id }) => id === attributeOf(payload, 'id'))
    const [content, ...others] = payload.children
    if (!item) return faulty('DE0012', 'A payload needs the id of an item of the manifest.')
    if (!content || others.length > 0) return faulty('DE0012', 'A payload must hold one element.')
    return success({ ...item, content })
  })
}

/** Whether the children are some of these, each at most once and in this order. */
function standsAs(parent: XmlElement, order: readonly string[]): boolean {
  const places = parent.children.map(({ name, namespace }) => (namespace === ITK ? order.indexOf(name) : -1))
  return places.every((place, at) => place > (places[at - 1] ?? -1))
}

function holdsOnly(parent: XmlElement, name: string): boolean {
  return parent.children.length > 0 && childrenOf(parent, name).length === parent.children.length
}

function countsRight(list: XmlElement): boolean {
  const count = attributeOf(list, 'count')
  return count !== undefined && /^\d+$/.test(count) && Number(count) === list.children.length
}

function readEach<T>(
  elements: readonly XmlElement[],
  read: (from: XmlElement) => Read<T>,
): Read<readonly T[]> {
  const values: T[] = []
  for (const one of elements) {
    const value = read(one)
    if (!value.ok) return value
    values.push(value.value)
  }
  return success(values)
}

function faulty(code: EnvelopeErrorCode, detail: string): Read<never> {
  return failure({ code, detail })
}
