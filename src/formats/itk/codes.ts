/** Every name and code of the mini service, once: the Interoperability Toolkit (ITK) and the response codes of mini services. */

export const ITK = 'urn:nhs-itk:ns:201005'

/** WS-Addressing as ITK uses it: that of August 2005, not Spine's of 2004. */
export const ITK_WSA = 'http://www.w3.org/2005/08/addressing'
export const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
export const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'

/** Where answers go that travel back on the connection of the request (WS-Addressing, 2.1). */
export const ANONYMOUS = `${ITK_WSA}/anonymous`

/** The one service: it takes a distribution envelope and answers one. ITK has an answer's action be its request's, lengthened. */
export const SERVICE = 'urn:nhs-itk:services:201005:sendRecvDistEnvelope'
export const RESPONSE_SERVICE = `${SERVICE}Response`

/** The handling specification that says what is in an envelope, and what it says of the two messages of CP-IS. */
export const INTERACTION_KEY = `${ITK}:interaction`
export const ITK_INTERACTIONS = {
  query: 'urn:nhs-itk:interaction:CP-ISNHSQuery-v1-0',
  queryResponse: 'urn:nhs-itk:interaction:SMSP-CP-ISNHSQueryResponse-v1-0',
} as const
export const PROFILES = {
  query: 'urn:nhs-en:profile:CP-ISNHSQuery-v2-0',
  queryResponse: 'urn:nhs-en:profile:SMSP-CP-ISNHSQueryResponse-v1-0',
} as const

/** How an organisation is written as an address, and whoever asks there as an identity. */
export const ODS_ADDRESS = 'urn:nhs-uk:addressing:ods:'
export const ODS_IDENTITY = 'urn:nhs-uk:identity:ods:'

export const ITK_OID = {
  /** Types of what stands in the header of an envelope. */
  address: '2.16.840.1.113883.2.1.3.2.4.18.22',
  auditIdentity: '2.16.840.1.113883.2.1.3.2.4.18.27',
  /** Codes of a response of CP-IS, the generic ones of every mini service among them. */
  responseCode: '2.16.840.1.113883.2.1.3.2.4.17.499',
  toolkitError: '2.16.840.1.113883.2.1.3.2.4.17.268',
  envelopeError: '2.16.840.1.113883.2.1.3.2.4.17.516',
} as const

/** Errors of the toolkit (…17.268). Clients ask again after `systemFailure` alone. */
export const TOOLKIT_ERRORS = { invalidMessage: '1000', systemFailure: '2100' } as const

/** What of a distribution envelope is wrong (…17.516). */
export const ENVELOPE_ERRORS = {
  DE0001: 'Envelope Processing Error',
  DE0002: 'Header Processing Error',
  DE0003: 'Address List Processing Error',
  DE0004: 'Audit Identity Processing Error',
  DE0005: 'Id Processing Error',
  DE0006: 'Manifest Processing Error',
  DE0007: 'Manifest Item Processing Error',
  DE0008: 'Sender Address Processing Error',
  DE0009: 'Handling Specifications Processing Error',
  DE0010: 'Spec Processing Error',
  DE0011: 'Payloads Processing Error',
  DE0012: 'Payload Processing Error',
} as const
export type EnvelopeErrorCode = keyof typeof ENVELOPE_ERRORS

/** What a response says of a query (SMSP response codes, 2014). */
export const RESPONSE_CODES = {
  'SMSP-0000': 'Success',
  'SMSP-0001': 'Input message validation error',
  'SMSP-0002': 'Response message validation error',
  'SMSP-0003': 'Data returned from local store, Spine unavailable',
  'SMSP-0004': 'Could not connect to Spine',
  'SMSP-0005': 'Author credentials error',
  'SMSP-9999': 'Generic SMSP software failure',
  'CPIS-0001': 'No Match (NRF)',
  'CPIS-9999': 'Generic CP-IS service error',
} as const
export type ResponseCode = keyof typeof RESPONSE_CODES

/** The codes beside which something is held; beside any other nothing is shown. */
export type HoldingCode = 'SMSP-0000' | 'SMSP-0003'

export function isResponseCode(text: string | undefined): text is ResponseCode {
  return text !== undefined && Object.hasOwn(RESPONSE_CODES, text)
}

export function isHoldingCode(code: ResponseCode): code is HoldingCode {
  return code === 'SMSP-0000' || code === 'SMSP-0003'
}
