import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { readToEnd } from './read-to-end.ts'

/** What a caller shows to those it calls, and whom it believes; PEM. */
export interface CallerTls {
  readonly cert: string
  readonly key: string
  /** Instead of the authorities that the platform trusts. */
  readonly ca?: string
}

/** What came back. */
export interface HttpPosted {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Uint8Array
}

export interface HttpPoster {
  /**
   * Posts and reads the reply. Throws when there is no connection, no whole reply in time, or more of it than is read.
   * Ends when the signal does. A redirection is a reply like any other: what is posted goes to the address given or nowhere.
   */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<HttpPosted>
  close(): void
}

/** In bytes. */
const LONGEST_RECEIPT = 256 * 1024

/** Connections kept open between posts. `withinMs` is for one post from its beginning to the end of the reply. */
export function httpPoster(
  withinMs: number,
  tls?: Partial<CallerTls>,
  longestReply = LONGEST_RECEIPT,
): HttpPoster {
  const plain = new HttpAgent({ keepAlive: true })
  const secure = new HttpsAgent({ keepAlive: true, minVersion: 'TLSv1.2', ...tls })
  return {
    post: (url, headers, body, given) =>
      new Promise((resolve, reject) => {
        const target = new URL(url)
        const timeout = AbortSignal.timeout(withinMs)
        const signal = given ? AbortSignal.any([given, timeout]) : timeout
        const options = {
          method: 'POST',
          signal,
          headers: { ...headers, 'Content-Length': String(body.byteLength) },
        }
        const answered = (reply: IncomingMessage) =>
          readToEnd(reply, longestReply).then(
            received =>
              resolve({
                status: reply.statusCode ?? 0,
                contentType: reply.headers['content-type'],
                body: received,
              }),
            reject,
          )
        const request =
          target.protocol === 'https:'
            ? httpsRequest(target, { ...options, agent: secure }, answered)
            : httpRequest(target, { ...options, agent: plain }, answered)
        request.once('error', reject)
        request.end(body)
      }),
    close: () => {
      plain.destroy()
      secure.destroy()
    },
  }
}
