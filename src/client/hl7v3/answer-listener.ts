import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** Where answers are posted to. */
export interface Listening {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** For example `/answers`. */
  readonly path: string
  /** To speak HTTPS: what is shown, and, given `ca`, whose certificate whoever posts has to show; PEM. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
}

export interface PostedMessage {
  readonly contentType: string | undefined
  readonly bytes: Uint8Array
}

export interface ListenerReply {
  readonly status: number
  readonly soapAction?: string
  /** XML. */
  readonly body?: string
}

/** A message has an answer of at most a megabyte, and its header. */
const LONGEST_MESSAGE = 2 ** 21

/** How long somebody may take to send one, in milliseconds. */
const PATIENCE_MS = 30_000

/**
 * Takes what is posted to one address, and nothing else. Rejects where the address is taken. Whatever goes wrong while a message
 * is dealt with is a 500: whoever posted it posts it again.
 */
export async function answerListener(
  { host, port, path, tls }: Listening,
  take: (message: PostedMessage) => Promise<ListenerReply>,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    replyTo(request, path, take)
      .catch((): ListenerReply => ({ status: 500 }))
      .then(reply => send(response, reply))
  }
  const patience = { requestTimeout: PATIENCE_MS }
  const server = tls
    ? createHttpsServer(
        { ...patience, ...tls, minVersion: 'TLSv1.2', requestCert: tls.ca !== undefined },
        listener,
      )
    : createHttpServer(patience, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function replyTo(
  request: IncomingMessage,
  path: string,
  take: (message: PostedMessage) => Promise<ListenerReply>,
): Promise<ListenerReply> {
  if (request.url?.split('?')[0] !== path) return { status: 404 }
  if (request.method !== 'POST') return { status: 405 }
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > LONGEST_MESSAGE) return { status: 413 }
    pieces.push(piece)
  }
  return take({ contentType: request.headers['content-type'], bytes: Buffer.concat(pieces) })
}

function send(response: ServerResponse, { status, soapAction, body }: ListenerReply): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    ...(soapAction !== undefined && { SOAPAction: `"${soapAction}"` }),
    ...(body !== undefined && { 'Content-Type': 'text/xml' }),
  })
  response.end(body)
}
