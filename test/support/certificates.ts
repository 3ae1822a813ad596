import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CertificateFingerprint,
  parseCertificateFingerprint,
} from '../../src/domain/registration/client-system.ts'

/** A certificate and its key, made for a test: as files and as text. */
export interface TestCertificate {
  readonly certificateFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
  readonly fingerprint: CertificateFingerprint
}

export interface TestAuthority extends TestCertificate {
  /** A certificate that this authority issues, valid for so many days from now on; for a negative number it is over. */
  issue(name: string, days?: number): TestCertificate
  /** Removes every file. */
  remove(): void
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** An authority with a directory of its own, made by openssl. */
export function makeCertificateAuthority(name: string): TestAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-certificates-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const certificateOf = (stem: string): TestCertificate => {
    const certificateFile = join(directory, `${stem}.pem`)
    const keyFile = join(directory, `${stem}.key`)
    const cert = readFileSync(certificateFile, 'utf8')
    const fingerprint = parseCertificateFingerprint(new X509Certificate(cert).fingerprint256)
    if (!fingerprint) throw new Error('A certificate has a fingerprint')
    return { certificateFile, keyFile, cert, key: readFileSync(keyFile, 'utf8'), fingerprint }
  }
  const out = (stem: string, end: string) => ['-keyout', `${stem}.key`, '-out', `${stem}.${end}`]
  const subject = (of: string) => ['-subj', `/CN=${of}`]
  openssl('req', '-x509', ...NEW_KEY, ...out('authority', 'pem'), ...subject(name), '-days', '2')
  writeFileSync(join(directory, 'names.txt'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  return {
    ...certificateOf('authority'),
    issue: (issued, days = 1) => {
      openssl('req', '-new', ...NEW_KEY, ...out(issued, 'csr'), ...subject(issued))
      const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial']
      const what = ['-in', `${issued}.csr`, '-out', `${issued}.pem`, '-extfile', 'names.txt']
      openssl('x509', '-req', ...what, ...by, '-days', String(days))
      return certificateOf(issued)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
