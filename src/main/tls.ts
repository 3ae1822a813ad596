import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerOptions } from 'node:https'
import type { CallerTls } from '../client/http-post.ts'
import { ConfigError } from './config.ts'
import type { TlsConfig } from './tls-config.ts'

/** What the service shows, and whose clients' certificates it believes; PEM. */
export interface ServiceTls {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
}

/**
 * Reads the files of the configuration. Throws `ConfigError` for those that are missing, are not what they should be, or do not
 * fit each other; it names settings and never what is in a file.
 */
export function readTls({ certificateFile, keyFile, clientAuthoritiesFile }: TlsConfig): ServiceTls {
  const problems: string[] = []
  const read = <T>(name: string, path: string, what: string, parse: (text: string) => T) => {
    const text = textOf(path)
    if (text === undefined) {
      problems.push(`${name} names a file that cannot be read`)
      return undefined
    }
    try {
      return { text, parsed: parse(text) }
    } catch {
      problems.push(`${name} names a file that is not ${what}`)
      return undefined
    }
  }
  const cert = read('CPIS_TLS_CERTIFICATE', certificateFile, 'a certificate in PEM form', certificatesIn)
  const key = read('CPIS_TLS_KEY', keyFile, 'a private key in PEM form without a passphrase', keyIn)
  const clientCa =
    clientAuthoritiesFile === undefined
      ? undefined
      : read('CPIS_TLS_CLIENT_CA', clientAuthoritiesFile, 'certificates of authorities in PEM form', text =>
          authoritiesIn(text),
        )
  if (cert && key && !cert.parsed[0].checkPrivateKey(key.parsed)) {
    problems.push('CPIS_TLS_KEY is not the key of the certificate in CPIS_TLS_CERTIFICATE')
  }
  if (problems.length > 0 || !cert || !key) throw new ConfigError(problems)
  return { cert: cert.text, key: key.text, clientCa: clientCa?.text }
}

/**
 * How the server listens. Everybody is asked for a certificate where clients' are checked, and nobody turned away here: those who
 * come with a token or a password have none. Whether a certificate was verified is looked at by the interfaces that want one.
 */
export function listeningTls({ cert, key, clientCa }: ServiceTls): ServerOptions {
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  }
}

/** What the service shows where it posts answers to, and whom it believes there: the authorities of its clients (rule 13.5). */
export function callbackTls({ cert, key, clientCa }: ServiceTls): CallerTls {
  return { cert, key, ...(clientCa !== undefined && { ca: clientCa }) }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** At least one; the first is whoever's the file is, the others lead from it to its authority. */
function certificatesIn(text: string): readonly [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = (text.match(CERTIFICATE) ?? []).map(pem => new X509Certificate(pem))
  if (!first) throw new Error('No certificate')
  return [first, ...others]
}

/** The certificate of somebody who may not issue any, named here by mistake, would turn every client away. */
function authoritiesIn(text: string): readonly X509Certificate[] {
  const certificates = certificatesIn(text)
  if (!certificates.every(({ ca }) => ca)) throw new Error('No authority')
  return certificates
}

function keyIn(text: string): KeyObject {
  return createPrivateKey(text)
}
