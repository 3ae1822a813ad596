import { STATUS_CODES } from 'node:http'
import { type HttpPosted, type HttpPoster, httpPoster } from '../../client/http-post.ts'
import type { Exchange } from './recorded-fetch.ts'

export interface RecordedPoster extends HttpPoster {
  /** The newest exchange, once it is over: what was asked may have been answered in another way before that. */
  last(): Promise<Exchange>
}

const PATIENCE_MS = 10_000

/** A poster that remembers its newest exchange, so that it can be shown exactly as it was. */
export function recordedPoster(): RecordedPoster {
  const poster = httpPoster(PATIENCE_MS)
  let newest: Promise<Exchange> | undefined
  return {
    post: (url, headers, body, signal) => {
      const posted = poster.post(url, headers, body, signal)
      newest = posted.then(reply => exchangeOf(url, headers, body, reply))
      newest.catch(() => undefined)
      return posted
    },
    close: poster.close,
    last: () => newest ?? Promise.reject(new Error('Nothing has been asked yet')),
  }
}

function exchangeOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  requestBody: Uint8Array,
  { status, body }: HttpPosted,
): Exchange {
  return {
    method: 'POST',
    url: new URL(url),
    requestHeaders: new Headers(headers),
    requestBody,
    status,
    statusText: STATUS_CODES[status] ?? '',
    responseHeaders: new Headers(),
    responseBody: new TextDecoder().decode(body),
  }
}
