import type { EnvelopeFault } from '../soap/read-envelope.ts'
import type { SoapFault } from '../soap/soap-fault.ts'
import { writeEnvelope } from '../soap/write-envelope.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ANONYMOUS, ENVELOPE_ERRORS, ITK, ITK_OID, ITK_WSA, TOOLKIT_ERRORS } from './codes.ts'
import type { DistributionFault } from './distribution-envelope.ts'
import { ITK_HEAD_FAULTS, type ItkHeadFault, writeItkHead } from './itk-head.ts'

/** Why a request was not dealt with. Nothing here tells anything of what was asked. */
export type ItkFault =
  | EnvelopeFault
  | Extract<SoapFault, { readonly kind: 'unsupported-service' | 'unsupported-coding' }>
  | { readonly kind: 'header'; readonly faults: readonly ItkHeadFault[] }
  | ({ readonly kind: 'distribution' } & DistributionFault)
  | { readonly kind: 'system-failure' }

/** What tells one fault from another, and to which request it belongs, where that is known. */
export interface FaultHead {
  /** UUIDs. */
  readonly messageId: string
  readonly errorId: string
  readonly relatesTo?: string
}

/** A fault as an envelope of its own: SOAP 1.1 tells whose it is, ITK's error which. */
export function writeItkFault(fault: ItkFault, { messageId, errorId, relatesTo }: FaultHead): XmlNode {
  const { code, codeSystem, text, diagnostic } = errorOf(fault)
  const action = `${ITK_WSA}${fault.kind === 'header' ? '' : '/soap'}/fault`
  return writeEnvelope(
    writeItkHead({ messageId, action, to: ANONYMOUS, ...(relatesTo !== undefined && { relatesTo }) }),
    element(
      'soap:Fault',
      {},
      element('faultcode', {}, `soap:${faultCode(fault)}`),
      element('faultstring', {}, text),
      element(
        'detail',
        {},
        element(
          'itk:ToolkitErrorInfo',
          { 'xmlns:itk': ITK },
          element('itk:ErrorID', {}, errorId.toUpperCase()),
          element('itk:ErrorCode', { codeSystem }, code),
          element('itk:ErrorText', {}, text),
          element('itk:ErrorDiagnosticText', {}, diagnostic),
        ),
      ),
    ),
    ITK_WSA,
  )
}

function faultCode({ kind }: ItkFault): string {
  if (kind === 'wrong-version') return 'VersionMismatch'
  if (kind === 'not-understood') return 'MustUnderstand'
  return kind === 'system-failure' ? 'Server' : 'Client'
}

interface ToolkitError {
  readonly code: string
  readonly codeSystem: string
  readonly text: string
  readonly diagnostic: string
}

function errorOf(fault: ItkFault): ToolkitError {
  switch (fault.kind) {
    case 'unsupported-service':
      return invalid('The SOAPAction header names no service of this address.')
    case 'not-readable':
    case 'unsupported-coding':
      return invalid(`The message cannot be read: ${fault.detail}`)
    case 'wrong-version':
      return invalid('A SOAP 1.1 envelope is needed.')
    case 'not-understood':
      return invalid('A header element that must be understood is not one of this service.')
    case 'header':
      return invalid(`${fault.faults.map(name => ITK_HEAD_FAULTS[name]).join('; ')}.`)
    case 'distribution':
      return {
        code: fault.code,
        codeSystem: ITK_OID.envelopeError,
        text: ENVELOPE_ERRORS[fault.code],
        diagnostic: fault.detail,
      }
    case 'system-failure':
      return {
        code: TOOLKIT_ERRORS.systemFailure,
        codeSystem: ITK_OID.toolkitError,
        text: 'Processing error (may be tried again)',
        diagnostic: 'The service could not look. Nothing can be said about what was asked; ask again.',
      }
  }
}

function invalid(diagnostic: string): ToolkitError {
  return {
    code: TOOLKIT_ERRORS.invalidMessage,
    codeSystem: ITK_OID.toolkitError,
    text: 'Invalid message',
    diagnostic,
  }
}
