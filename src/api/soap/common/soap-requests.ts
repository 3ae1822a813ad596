import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SoapFault } from '../../../formats/soap/soap-fault.ts'
import type { Exchange } from '../../common/exchange.ts'
import { decodedContent, UnreadableContent } from './content-coding.ts'

/**
 * The content type of everything that a SOAP interface says (SOAP 1.1, clause 6), without a parameter: clients of the national
 * service compare it letter for letter before they read a fault. The XML declaration says the encoding.
 */
export const SOAP_CONTENT = 'text/xml'

/** What can befall a request before anybody reads it. */
export type HttpFault = Extract<
  SoapFault,
  { kind: 'unsupported-service' | 'not-readable' | 'unsupported-coding' | 'system-failure' }
>

/**
 * What the SOAP interfaces have in common: bodies are taken as bytes, whatever a request says its content is, and decompressed
 * (rule 11.6); nobody may keep an answer; and addresses and methods that are not served, and whatever the HTTP server refuses
 * or fails at, are told in the form of the API.
 */
export function takeEnvelopes(
  fastify: FastifyInstance,
  api: {
    readonly exchangeOf: (request: FastifyRequest) => Exchange
    readonly refuse: (request: FastifyRequest, reply: FastifyReply, fault: HttpFault) => FastifyReply
    readonly reportFailure: (error: unknown, action: string) => void
  },
): void {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    decodedContent(body, request.headers['content-encoding'], request.routeOptions.bodyLimit ?? body.length),
  )
  fastify.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  })
  fastify.setNotFoundHandler((request, reply) => api.refuse(request, reply, { kind: 'unsupported-service' }))
  fastify.setErrorHandler((error, request, reply) => {
    const fault = httpFault(error)
    if (fault.kind === 'system-failure') api.reportFailure(error, api.exchangeOf(request).action)
    return api.refuse(request, reply, fault)
  })
}

/** The body of a request that `takeEnvelopes` took. */
export function bytesOf(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array()
}

/** What somebody else's refusal, or a failure, of the HTTP server is called here. Details of a failure are shown to nobody. */
function httpFault(error: unknown): HttpFault {
  if (error instanceof UnreadableContent) {
    const { statusCode, detail } = error
    return { kind: statusCode === 415 ? 'unsupported-coding' : 'not-readable', detail }
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 413) return { kind: 'not-readable', detail: 'the request is longer than is read.' }
  if (status >= 400 && status < 500) return { kind: 'not-readable', detail: 'the request cannot be read.' }
  return { kind: 'system-failure' }
}
