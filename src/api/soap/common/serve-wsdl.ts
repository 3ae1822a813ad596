import type { FastifyInstance, FastifyRequest } from 'fastify'
import { renderXml, XML_DECLARATION, type XmlNode } from '../../../formats/xml/xml-writer.ts'
import type { Exchange } from '../../common/exchange.ts'
import { SOAP_CONTENT } from './soap-requests.ts'

/**
 * Serves the description of a SOAP interface at its own address with `?wsdl`, where toolkits look for it, to anybody: it concerns
 * nobody. Leaves its audit entry, as every request does (rule 8.1). Without `?wsdl` there is nothing to get.
 */
export function serveWsdl<E extends Exchange>(
  fastify: FastifyInstance,
  api: {
    readonly exchangeOf: (request: FastifyRequest) => E
    readonly write: () => XmlNode
    readonly recordAllowed: (exchange: E) => Promise<void>
  },
): void {
  fastify.get('/', { exposeHeadRoute: false }, async (request, reply) => {
    const asked = Object.keys(request.query ?? {}).some(name => name.toLowerCase() === 'wsdl')
    if (!asked) return reply.callNotFound()
    const exchange = api.exchangeOf(request)
    exchange.action = 'read description'
    await api.recordAllowed(exchange)
    exchange.audited = true
    return reply.type(SOAP_CONTENT).send(XML_DECLARATION + renderXml(api.write()))
  })
}
