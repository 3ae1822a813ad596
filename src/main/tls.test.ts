import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { makeCertificateAuthority } from '../../test/support/certificates.ts'
import { ConfigError } from './config.ts'
import { readTls } from './tls.ts'
import type { TlsConfig } from './tls-config.ts'

const authority = makeCertificateAuthority('clients')
const own = authority.issue('service')
const other = authority.issue('other')
const rubbish = `${own.keyFile}.txt`
writeFileSync(rubbish, '-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n')
const locked = `${own.keyFile}.locked`
execFileSync('openssl', ['pkey', '-in', own.keyFile, '-out', locked, '-aes128', '-passout', 'pass:secret'])
afterAll(authority.remove)

const WHOLE: TlsConfig = {
  certificateFile: own.certificateFile,
  keyFile: own.keyFile,
  clientAuthoritiesFile: authority.certificateFile,
}

describe('readTls', () => {
  test('takes a certificate, its key and the authorities of clients', () => {
    expect(readTls(WHOLE)).toEqual({ cert: own.cert, key: own.key, clientCa: authority.cert })
    expect(readTls({ ...WHOLE, clientAuthoritiesFile: undefined }).clientCa).toBeUndefined()
  })

  test.each<[string, Partial<TlsConfig>, string]>([
    ['no file', { certificateFile: `${rubbish}.none` }, 'CPIS_TLS_CERTIFICATE names a file that cannot be'],
    ['a directory', { keyFile: '.' }, 'CPIS_TLS_KEY names a file that cannot be read'],
    [
      'a key for a certificate',
      { certificateFile: own.keyFile },
      'CPIS_TLS_CERTIFICATE names a file that is',
    ],
    ['a broken certificate', { certificateFile: rubbish }, 'CPIS_TLS_CERTIFICATE names a file that is not'],
    ['a certificate for a key', { keyFile: own.certificateFile }, 'CPIS_TLS_KEY names a file that is not'],
    ['a key under a passphrase', { keyFile: locked }, 'without a passphrase'],
    ["another's key", { keyFile: other.keyFile }, 'CPIS_TLS_KEY is not the key of the certificate'],
    [
      'no authority',
      { clientAuthoritiesFile: other.certificateFile },
      'CPIS_TLS_CLIENT_CA names a file that',
    ],
    ['a broken authority', { clientAuthoritiesFile: rubbish }, 'CPIS_TLS_CLIENT_CA names a file that is not'],
  ])('%s: says which setting is wrong, and shows nothing of any file', (_, change, said) => {
    const problems = problemsOf({ ...WHOLE, ...change })
    expect(problems).toEqual([expect.stringContaining(said)])
    for (const line of own.key.split('\n').slice(1, 3)) expect(problems.join()).not.toContain(line)
  })
})

function problemsOf(config: TlsConfig): readonly string[] {
  try {
    readTls(config)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
