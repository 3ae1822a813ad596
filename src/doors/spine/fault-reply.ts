import type { FastifyReply } from 'fastify'
import { type SoapFault, writeSoapFault } from '../../formats/soap/soap-fault.ts'
import { renderXml, XML_DECLARATION, type XmlNode } from '../../formats/xml/xml-writer.ts'

/** The content type of everything the door says (SOAP 1.1, clause 6). */
const SOAP_CONTENT = 'text/xml; charset=utf-8'

export const SYSTEM_FAILURE: SoapFault = { kind: 'system-failure' }

/** What the audit log calls a fault. */
export function reasonOf(fault: SoapFault): string {
  return fault.kind === 'header' ? fault.faults.join(' ') : fault.kind
}

/** What somebody else's refusal, or a failure, of the HTTP server is called here. Details of a failure are shown to nobody. */
export function httpFault(error: unknown): SoapFault {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 413) return { kind: 'not-readable', detail: 'the request is longer than is read.' }
  if (status >= 400 && status < 500) return { kind: 'not-readable', detail: 'the request cannot be read.' }
  return SYSTEM_FAILURE
}

/** Makes the reply that of an envelope; answers its text. */
export function turnIntoEnvelope(reply: FastifyReply, status: number, envelope: XmlNode): string {
  reply.code(status).type(SOAP_CONTENT)
  return XML_DECLARATION + renderXml(envelope)
}

/** Makes the reply that of a fault: 500, as SOAP 1.1 has it (clause 6.2), whosever fault it is. */
export function turnIntoFault(reply: FastifyReply, fault: SoapFault): string {
  return turnIntoEnvelope(reply, 500, writeSoapFault(fault))
}
