import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** What a caller shows to those it calls, and whom it believes; PEM. */
export interface CallerTls {
  readonly cert: string
  readonly key: string
  /** Instead of the authorities that the platform trusts. */
  readonly ca?: string
}

export interface HttpPoster {
  /**
   * Posts and reads the reply. Throws when there is no connection, no whole reply in time, or more of it than a receipt is long.
   * A redirection is a reply like any other: what is posted goes to the address given or nowhere.
   */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): Promise<{ readonly status: number; readonly contentType: string | undefined; readonly body: Uint8Array }>
  close(): void
}

const LONGEST_REPLY = 256 * 1024

/** Connections kept open between posts. `withinMs` is for one post from its beginning to the end of the reply. */
export function httpPoster(withinMs: number, tls?: CallerTls): HttpPoster {
  const plain = new HttpAgent({ keepAlive: true })
  const secure = new HttpsAgent({ keepAlive: true, minVersion: 'TLSv1.2', ...tls })
  return {
    post: (url, headers, body) =>
      new Promise((resolve, reject) => {
        const target = new URL(url)
        const signal = AbortSignal.timeout(withinMs)
        const options = {
          method: 'POST',
          signal,
          headers: { ...headers, 'Content-Length': String(body.byteLength) },
        }
        const answered = (reply: IncomingMessage) =>
          readReply(reply).then(
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

async function readReply(reply: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of reply as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > LONGEST_REPLY) throw new Error('The reply is longer than is read')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
