import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import type { CallerTls } from './http-post.ts'

export interface StreamingFetch {
  readonly fetch: typeof fetch
  /** Ends the connections that were kept open. */
  close(): void
}

const NO_BODY: readonly number[] = [204, 205, 304]

/**
 * A `fetch` that shows a certificate of its own and believes whom it is told to, which the platform's cannot. Bodies are handed on
 * as they travel: what the server compressed arrives compressed, and nothing is asked to be unless the caller's headers say so. A
 * redirection is an answer like any other, and a connection on which nothing moves for `idleMs` is given up.
 */
export function streamingFetch(settings: {
  readonly tls?: Partial<CallerTls>
  readonly idleMs: number
  /** The longest that a whole exchange may take; absent: as long as something moves. */
  readonly withinMs?: number
}): StreamingFetch {
  const plain = new HttpAgent({ keepAlive: true })
  const secure = new HttpsAgent({ keepAlive: true, minVersion: 'TLSv1.2', ...settings.tls })
  return {
    fetch: (input, init = {}) =>
      new Promise((resolve, reject) => {
        const target = new URL(input instanceof Request ? input.url : input)
        const body = bytesOf(init.body)
        const headers = Object.fromEntries(new Headers(init.headers))
        const limit = settings.withinMs === undefined ? undefined : AbortSignal.timeout(settings.withinMs)
        const signals = [init.signal, limit].filter(signal => signal != null)
        const options = {
          method: init.method ?? 'GET',
          headers: { ...headers, ...(body && { 'content-length': String(body.byteLength) }) },
          timeout: settings.idleMs,
          ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
        }
        const answered = (reply: IncomingMessage) => resolve(responseOf(reply))
        const request =
          target.protocol === 'https:'
            ? httpsRequest(target, { ...options, agent: secure }, answered)
            : httpRequest(target, { ...options, agent: plain }, answered)
        request.once('timeout', () =>
          request.destroy(Object.assign(new Error('Nothing moved for too long'), { code: 'ETIMEDOUT' })),
        )
        request.on('error', reject)
        request.end(body)
      }),
    close: () => {
      plain.destroy()
      secure.destroy()
    },
  }
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('Only bytes and text can be sent')
}

function responseOf(reply: IncomingMessage): Response {
  const status = reply.statusCode ?? 0
  const headers = new Headers()
  for (let at = 0; at + 1 < reply.rawHeaders.length; at += 2) {
    headers.append(reply.rawHeaders[at] ?? '', reply.rawHeaders[at + 1] ?? '')
  }
  if (NO_BODY.includes(status)) reply.resume()
  const body = NO_BODY.includes(status) ? null : (Readable.toWeb(reply) as ReadableStream<Uint8Array>)
  return new Response(body, { status, statusText: reply.statusMessage ?? '', headers })
}
