/** Every name and code of asynchronous Spine messaging, once: ebXML Message Service 2.0, and what Spine makes of it. */

export const EB = 'http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd'
export const XLINK = 'http://www.w3.org/1999/xlink'
/** As the national service writes it; others write `ebxml`, and nothing is read by it. */
export const HL7_EBXML = 'urn:hl7-org:transport/ebXML/DSTUv1.0'

export const EBXML_VERSION = '2.0'

/** What a party key is a key of. */
export const PARTY_TYPE = 'urn:nhs:names:partyType:ocs+serviceInstance'

/** Who is to deal with an element: the message handler of the party that a message goes to, or whoever is next. */
export const ACTORS = {
  toPartyMsh: 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH',
  next: 'http://schemas.xmlsoap.org/soap/actor/next',
} as const

/** The service of messages about messages, and its actions that are spoken here. */
export const SIGNAL_SERVICE = 'urn:oasis:names:tc:ebxml-msg:service'
export const SIGNAL_ACTIONS = { acknowledgment: 'Acknowledgment', messageError: 'MessageError' } as const

/** What the errors of a message error are codes of. */
export const ERROR_CONTEXT = 'urn:oasis:names:tc:ebxml-msg:service:errors'

/** Spine's numbers where it lists one, else the codes of ebXML 2.0 (clause 4.2.3.4). */
export const ERROR_CODES = {
  contractNotFound: '402005',
  unknownCpaId: '501319',
  invalidToPartyType: '501314',
  valueNotRecognized: 'ValueNotRecognized',
  notSupported: 'NotSupported',
  inconsistent: 'Inconsistent',
  otherXml: 'OtherXml',
  timeToLiveExpired: 'TimeToLiveExpired',
} as const

/** The Content-Id of the part that is the header. */
export const HEADER_ID = 'ebXMLHeader@spine.nhs.uk'

/** The Content-Id of the part that is the payload of a message. */
export function payloadId(messageId: string): string {
  return `${messageId}@spine.nhs.uk`
}

/** What the manifest says of an HL7 payload; its schema is a name, which nobody fetches. */
export const PAYLOAD = {
  schema: { 'eb:location': 'http://www.nhsia.nhs.uk/schemas/HL7-Message.xsd', 'eb:version': '1.0' },
  description: 'HL7 payload',
  kind: { style: 'HL7', encoding: 'XML', version: '3.0' },
} as const

/** The HTTP header that names what a message is. The national service names a signal with `urn:` twice, and clients match that. */
export function soapActionOf({ service, action }: { service: string; action: string }): string {
  return service === SIGNAL_SERVICE ? `urn:${service}/${action}` : `${service}/${action}`
}
