import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ERROR_CODES, ERROR_CONTEXT, NASP } from './codes.ts'
import { writeEnvelope } from './write-envelope.ts'

/** Why a request was not dealt with. Nothing here tells anything of what was asked. */
export type SoapFault =
  | { readonly kind: 'unsupported-service' }
  /** The detail is a sentence that quotes nothing of the request. */
  | { readonly kind: 'not-readable'; readonly detail: string }
  /** The content is coded in a way that is not taken. The detail is such a sentence. */
  | { readonly kind: 'unsupported-coding'; readonly detail: string }
  | { readonly kind: 'wrong-version' }
  | { readonly kind: 'not-understood' }
  | { readonly kind: 'header'; readonly faults: readonly HeaderFault[] }
  | { readonly kind: 'system-failure' }

/** What can be wrong with the header of a request, by the names of the national service, which does not test From and ReplyTo. */
export type HeaderFault = keyof typeof HEADER_FAULTS

/** Where each stands, and what to correct. */
const HEADER_FAULTS = {
  SOAP_MESSAGE_ID_ERROR: ['MessageID', 'one is needed: "uuid:" and a UUID'],
  SOAP_ACTION_ERROR: ['Action', 'one is needed: the service and interaction of the SOAPAction header'],
  SOAP_TO_ERROR: ['To', 'one is needed, and it must not be empty'],
  SOAP_COMM_FUNC_RCV_ERROR: ['communicationFunctionRcv', 'one is needed, with the ASID of this service'],
  SOAP_COMM_FUNC_SND_ERROR: ['communicationFunctionSnd', 'one is needed, with the ASID of the sender'],
} as const satisfies Readonly<Record<string, readonly [element: string, rule: string]>>

interface SpineError {
  readonly code: string
  readonly location: string
  readonly description: string
}

/** The HTTP status of a fault: 500, as SOAP 1.1 has it (clause 6.2), whosever fault it is, but for what HTTP has a status of its own. */
export function statusOf({ kind }: { readonly kind: string }): number {
  return kind === 'unsupported-coding' ? 415 : 500
}

type FaultCode = 'Client' | 'Server' | 'VersionMismatch' | 'MustUnderstand'

/** A fault as an envelope of its own: SOAP 1.1 tells whose it is, Spine's list of errors which. */
export function writeSoapFault(fault: SoapFault): XmlNode {
  return writeEnvelope(
    [],
    element(
      'soap:Fault',
      {},
      element('faultcode', {}, `soap:${faultCode(fault)}`),
      element('faultstring', {}, 'Application Error'),
      element(
        'detail',
        {},
        element('nasp:errorList', { 'xmlns:nasp': NASP }, ...errorsOf(fault).map(writeError)),
      ),
    ),
  )
}

function writeError({ code, location, description }: SpineError): XmlNode {
  return element(
    'nasp:error',
    {},
    element('nasp:codeContext', {}, ERROR_CONTEXT),
    element('nasp:errorCode', {}, code),
    element('nasp:severity', {}, 'Error'),
    element('nasp:location', {}, location),
    element('nasp:description', {}, description),
  )
}

function faultCode({ kind }: SoapFault): FaultCode {
  if (kind === 'wrong-version') return 'VersionMismatch'
  if (kind === 'not-understood') return 'MustUnderstand'
  return kind === 'system-failure' ? 'Server' : 'Client'
}

function errorsOf(fault: SoapFault): SpineError[] {
  const notWellFormed = (location: string, description: string) => ({
    code: ERROR_CODES.notWellFormed,
    location,
    description,
  })
  switch (fault.kind) {
    case 'unsupported-service':
      return [
        {
          code: ERROR_CODES.unsupportedService,
          location: 'HTTP Header - SOAPAction',
          description: 'The service/interaction is not supported for the requested URI',
        },
      ]
    case 'not-readable':
      return [notWellFormed('SOAP Envelope', `MESSAGE_NOT_WELL_FORMED: ${fault.detail}`)]
    case 'unsupported-coding':
      return [notWellFormed('HTTP Header - Content-Encoding', `MESSAGE_NOT_WELL_FORMED: ${fault.detail}`)]
    case 'wrong-version':
      return [notWellFormed('SOAP Envelope', 'MESSAGE_NOT_WELL_FORMED: a SOAP 1.1 envelope is needed.')]
    case 'not-understood':
      return [
        notWellFormed('SOAP Header', 'A header element that must be understood is not one of this service.'),
      ]
    case 'header':
      return fault.faults.map(name => {
        const [part, rule] = HEADER_FAULTS[name]
        return notWellFormed(`SOAP Header - ${part}`, `${name}: ${rule}.`)
      })
    case 'system-failure':
      return [
        {
          code: ERROR_CODES.systemFailure,
          location: 'CP-IS',
          description: 'The service could not look. Nothing can be said about what was asked; ask again.',
        },
      ]
  }
}
