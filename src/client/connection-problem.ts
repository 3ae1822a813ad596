/** Why there is no connection, as far as the platform says so. */
export type ConnectionProblem =
  | 'untrusted-certificate'
  | 'certificate-of-another-name'
  | 'expired-certificate'
  | 'certificate-not-valid-yet'
  | 'revoked-certificate'
  | 'client-certificate-wanted'
  | 'not-https'
  | 'refused'
  | 'name-not-found'
  | 'no-route'
  | 'timed-out'
  | 'broken-off'

/** The codes of Node, OpenSSL (X509_V_ERR_…) and undici; those of OpenSSL that are not named here begin with ERR_SSL. */
const CODES: Readonly<Record<ConnectionProblem, readonly string[]>> = {
  'untrusted-certificate': [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
    'CERT_SIGNATURE_FAILURE',
    'CERT_CHAIN_TOO_LONG',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
  ],
  'certificate-of-another-name': ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'],
  'expired-certificate': ['CERT_HAS_EXPIRED'],
  'certificate-not-valid-yet': ['CERT_NOT_YET_VALID'],
  'revoked-certificate': ['CERT_REVOKED'],
  'client-certificate-wanted': [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN',
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  ],
  'not-https': ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
  refused: ['ECONNREFUSED'],
  'name-not-found': ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'],
  'no-route': ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN', 'ENETDOWN'],
  'timed-out': ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
  'broken-off': ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET'],
}

const WORDS: Readonly<Record<ConnectionProblem, string>> = {
  'untrusted-certificate': 'the certificate of the service is not trusted',
  'certificate-of-another-name': 'the certificate of the service is for another host name',
  'expired-certificate': 'the certificate of the service has expired',
  'certificate-not-valid-yet': 'the certificate of the service is not valid yet',
  'revoked-certificate': 'the certificate of the service was revoked',
  'client-certificate-wanted': 'the service wants a client certificate that it trusts',
  'not-https': 'the service does not speak HTTPS there',
  refused: 'the connection was refused',
  'name-not-found': 'the host name was not found',
  'no-route': 'there is no network route to the service',
  'timed-out': 'the service did not answer in time',
  'broken-off': 'the connection broke off',
}

/** How deep errors are looked through: `fetch` wraps what went wrong, and a host with several addresses has several errors. */
const DEEPEST = 5

/** Why an exchange failed, from what was thrown; undefined where that says nothing of the connection. */
export function connectionProblem(error: unknown, depth = 0): ConnectionProblem | undefined {
  if (!(error instanceof Error) || depth > DEEPEST) return undefined
  const code = 'code' in error ? String(error.code) : ''
  const named = (Object.keys(CODES) as ConnectionProblem[]).find(problem => CODES[problem].includes(code))
  if (named) return named
  if (error.name === 'TimeoutError') return 'timed-out'
  const inner = [error.cause, ...(error instanceof AggregateError ? error.errors : [])]
  return inner.map(each => connectionProblem(each, depth + 1)).find(problem => problem !== undefined)
}

/** A clause that names the problem, and nothing of what was sent or to whom. */
export function connectionWords(problem: ConnectionProblem): string {
  return WORDS[problem]
}
