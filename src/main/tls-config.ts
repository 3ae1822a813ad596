import { z } from 'zod'

/** The files that the service speaks HTTPS with, in PEM form. */
export interface TlsConfig {
  readonly certificateFile: string
  readonly keyFile: string
  /** Those who issue certificates to client systems; absent: certificates are not asked for (rule 9.7). */
  readonly clientAuthoritiesFile: string | undefined
}

const file = z.string().min(1).optional()

/** To be spread into the environment. */
export const tlsSettings = {
  CPIS_TLS_CERTIFICATE: file,
  CPIS_TLS_KEY: file,
  CPIS_TLS_CLIENT_CA: file,
}

const settings = z.object(tlsSettings)
type TlsSettings = z.infer<typeof settings>

/** Undefined where no certificate is named: then the service speaks HTTP. */
export function tlsConfig(set: TlsSettings): TlsConfig | undefined {
  const { CPIS_TLS_CERTIFICATE, CPIS_TLS_KEY, CPIS_TLS_CLIENT_CA } = set
  if (!CPIS_TLS_CERTIFICATE || !CPIS_TLS_KEY) return undefined
  return {
    certificateFile: CPIS_TLS_CERTIFICATE,
    keyFile: CPIS_TLS_KEY,
    clientAuthoritiesFile: CPIS_TLS_CLIENT_CA,
  }
}

/** What is half described would silently be HTTP, or a check that is never made. */
export function tlsProblems(set: TlsSettings): string[] {
  const { CPIS_TLS_CERTIFICATE, CPIS_TLS_KEY, CPIS_TLS_CLIENT_CA } = set
  if ((CPIS_TLS_CERTIFICATE === undefined) !== (CPIS_TLS_KEY === undefined)) {
    return ['CPIS_TLS_CERTIFICATE and CPIS_TLS_KEY are set together or not at all']
  }
  return CPIS_TLS_CLIENT_CA !== undefined && CPIS_TLS_CERTIFICATE === undefined
    ? ['CPIS_TLS_CLIENT_CA is set, though CPIS_TLS_CERTIFICATE and CPIS_TLS_KEY are not']
    : []
}
