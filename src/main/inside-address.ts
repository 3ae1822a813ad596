import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** As long as any that the service is set to take (bytes). */
const LONGEST_HEADERS = 1024 * 1024

/**
 * Lets the sandbox reach a service that speaks HTTPS from inside, at 127.0.0.1 and without a certificate that has to name that
 * address and be believed by the process itself. No client system is believed on it, since nobody shows a certificate.
 */
export async function listenInside(app: FastifyInstance, port: number): Promise<Server> {
  await app.ready()
  const server = createServer({ maxHeaderSize: LONGEST_HEADERS }, app.routing)
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  )
  return server
}

/** Ends it, and whatever is still connected. */
export function closeInside(server: Server | undefined): Promise<void> {
  return new Promise(resolve => {
    if (!server) return resolve()
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
