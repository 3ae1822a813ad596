import type { IncomingMessage } from 'node:http'

/** A body that could not be taken to its end: the sender's fault, though it shows only while the bytes come in. */
export class BodyFault extends Error {
  readonly fault: 'body-too-large' | 'body-broken-off'
  constructor(fault: 'body-too-large' | 'body-broken-off', cause?: unknown) {
    super('The body could not be taken', { cause })
    this.fault = fault
  }
}

/** The body of a request as it comes in. Throws `BodyFault` at the first byte too many, at once where the length is announced. */
export async function* requestBody(request: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw new BodyFault('body-too-large')
  let size = 0
  for await (const part of untilBroken(request)) {
    size += part.length
    if (size > most) throw new BodyFault('body-too-large')
    yield part
  }
}

async function* untilBroken(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // The line has to stay open when reading ends early: the refusal is still to be sent.
    yield* request.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw new BodyFault('body-broken-off', error)
  }
}

/** Reads on and throws away what a refused caller still sends, so that it gets its answer; within reason. */
export function discardRest(request: IncomingMessage, most: number): void {
  let rest = most
  request.on('data', (part: Uint8Array) => {
    rest -= part.length
    if (rest < 0) request.destroy()
  })
  request.resume()
}
