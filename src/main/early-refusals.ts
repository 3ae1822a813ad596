import type { IncomingMessage, Server } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** What keeps a request from the interface it is meant for. */
export type EarlyRefusal = 'headers-too-long' | 'malformed-address' | 'unreadable-request'

/** A refusal in the form of an interface. */
export interface RefusalReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Leaves the audit entry of a request that no interface sees (rule 8.1), and answers it in the form of the one it was meant for. */
export type RefuseEarly = (address: string, refusal: EarlyRefusal) => Promise<RefusalReply>

/** An error as interfaces know those of the HTTP server: each refuses it in its own form, and leaves the audit entry. */
class HttpRefusal extends Error {
  readonly statusCode: number
  readonly code: string
  constructor(statusCode: number, code: string) {
    super(code)
    this.statusCode = statusCode
    this.code = code
  }
}

const unknownExpectations = new WeakSet<IncomingMessage>()

/** Node answers an unknown `Expect` by itself, in no interface's form: instead it becomes a request like any other. */
export function takeExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => {
    unknownExpectations.add(request)
    server.emit('request', request, response)
  })
}

/** What is wrong with a request whose address is known, before anything of it is looked at. */
export function faultOfHead(request: IncomingMessage, longestHeaders: number): Error | undefined {
  const { rawHeaders, url = '' } = request
  const size = rawHeaders.reduce((sum, part) => sum + part.length + 2, url.length)
  if (size > longestHeaders) return new HttpRefusal(431, 'headers-too-long')
  if (unknownExpectations.has(request)) return new HttpRefusal(417, 'unknown-expectation')
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
  const needsHost = request.httpVersionMajor === 1 && request.httpVersionMinor >= 1
  return hosts.length > 1 || (needsHost && hosts.length === 0) ? new HttpRefusal(400, 'no-host') : undefined
}

/** How long a caller has to read what it is told before the connection ends (milliseconds). */
const READ_WITHIN_MS = 2_000

/**
 * Answers what Node cannot read as a request. Where the address has not come with the part that could not be read, it is unknown: then
 * the address is empty. One connection is refused once: Node reports each further part that comes while the refusal is put on record.
 */
export function refuseUnreadable(refuse: RefuseEarly): (error: Error, socket: Socket) => void {
  const refused = new WeakSet<Socket>()
  return (error, socket) => {
    if (refused.has(socket)) return
    const { code, rawPacket } = error as Error & { code?: string; rawPacket?: Buffer }
    const answering = (socket as Socket & { _httpMessage?: { _headerSent?: boolean } })._httpMessage
      ?._headerSent
    if (code === 'ECONNRESET' || !socket.writable || answering || !rawPacket) return void socket.destroy()
    refused.add(socket)
    const address = /^[A-Za-z]+ (\S+)/.exec(rawPacket.toString('latin1'))?.[1] ?? ''
    const refusal = code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-long' : 'unreadable-request'
    refuse(address, code === 'HPE_INVALID_URL' ? 'malformed-address' : refusal).then(
      reply => say(socket, reply),
      () => socket.destroy(),
    )
  }
}

/** What still comes is read and dropped: a connection that is closed upon unread data loses what it was told. */
function say(socket: Socket, { status, contentType, body }: RefusalReply): void {
  if (!socket.writable) return void socket.destroy()
  socket.on('data', () => undefined).resume()
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      `Content-Type: ${contentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Connection: close',
      `Date: ${new Date().toUTCString()}`,
      '',
      body,
    ].join('\r\n'),
  )
  setTimeout(() => socket.destroy(), READ_WITHIN_MS).unref()
}
