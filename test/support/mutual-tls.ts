import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

export interface CertificateAuthority {
  /** The path of its own certificate. */
  readonly ca: string
  /** A certificate for `localhost` and 127.0.0.1, to show on either end. */
  issue(name: string): CertificateFiles
  remove(): void
}

/** A certificate authority of a test's own, by `openssl`. */
export function certificateAuthority(): CertificateAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-tls-'))
  const at = (name: string) => join(directory, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const request = (name: string, ...more: string[]) =>
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), ...more],
    )
  request('ca', '-x509', '-days', '2', '-out', at('ca.pem'))
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1')
  return {
    ca: at('ca.pem'),
    issue: name => {
      request(name, '-out', at(`${name}.csr`))
      openssl(
        ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
        ...['-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at(`${name}.pem`)],
      )
      return { cert: at(`${name}.pem`), key: at(`${name}.key`) }
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Puts an application behind TLS that lets nobody through without a certificate of the authority; answers its address. */
export async function behindMutualTls(
  app: FastifyInstance,
  authority: CertificateAuthority,
): Promise<{ readonly baseUrl: string; close(): Promise<void> }> {
  const { cert, key } = authority.issue('server')
  const server = createServer(
    {
      cert: readFileSync(cert),
      key: readFileSync(key),
      ca: readFileSync(authority.ca),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    },
    (request, response) => app.routing(request, response),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
