import type { ShownCertificate } from './client-certificate.ts'

/** What every SOAP interface needs; `Entry` is what it leaves in the audit log of a request that no flow dealt with. */
export interface SoapDeps<Entry> {
  /** Absent where certificates are not checked (rule 9.7). */
  readonly shownCertificate?: ShownCertificate | undefined
  /** Leaves the audit entry of a request that no flow dealt with. */
  readonly recordRequest: (entry: Entry) => Promise<void>
  /** Told of every failure whose details the caller is not shown. An error may quote data: not for the log as it stands. */
  readonly reportFailure: (error: unknown, action: string) => void
  readonly now: () => Date
  readonly newId: () => string
}
