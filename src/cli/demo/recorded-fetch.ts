/** One request that was made and what came back, word for word. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly requestHeaders: Headers
  readonly requestBody: Uint8Array
  readonly status: number
  readonly statusText: string
  readonly responseHeaders: Headers
  readonly responseBody: string
}

export interface RecordedFetch {
  readonly fetch: typeof globalThis.fetch
  /** The newest exchange. */
  last(): Exchange
}

/** A `fetch` that remembers its newest exchange, so that it can be shown exactly as it was. */
export function recordedFetch(): RecordedFetch {
  let newest: Exchange | undefined
  return {
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const requestBody = new Uint8Array(await request.clone().arrayBuffer())
      const response = await fetch(request)
      newest = {
        method: request.method,
        url: new URL(request.url),
        requestHeaders: request.headers,
        requestBody,
        status: response.status,
        statusText: response.statusText,
        responseHeaders: response.headers,
        responseBody: await response.clone().text(),
      }
      return response
    },
    last: () => {
      if (!newest) throw new Error('Nothing has been asked yet')
      return newest
    },
  }
}
