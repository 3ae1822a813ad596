import type { FastifyReply } from 'fastify'
import { type SoapFault, statusOf, writeSoapFault } from '../../../formats/soap/soap-fault.ts'
import { renderXml, XML_DECLARATION, type XmlNode } from '../../../formats/xml/xml-writer.ts'
import { SOAP_CONTENT } from './soap-requests.ts'

export const SYSTEM_FAILURE: SoapFault = { kind: 'system-failure' }

/** What the audit log calls a fault. */
export function reasonOf(fault: SoapFault): string {
  return fault.kind === 'header' ? fault.faults.join(' ') : fault.kind
}

/** Makes the reply that of an envelope; answers its text. */
export function turnIntoEnvelope(reply: FastifyReply, status: number, envelope: XmlNode): string {
  reply.code(status).type(SOAP_CONTENT)
  // Which codings are taken (RFC 9110, clause 12.5.3).
  if (status === 415) reply.header('Accept-Encoding', 'gzip')
  return XML_DECLARATION + renderXml(envelope)
}

/** Makes the reply that of a fault; answers its text. */
export function turnIntoFault(reply: FastifyReply, fault: SoapFault): string {
  return turnIntoEnvelope(reply, statusOf(fault), writeSoapFault(fault))
}
