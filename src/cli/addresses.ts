import type { Config } from '../main/config.ts'

/** Where a service of this configuration listens, as seen from the same machine. */
export function localUrl({ host, port, tls }: Pick<Config, 'host' | 'port' | 'tls'>): string {
  return `${tls ? 'https' : 'http'}://${reachable(host)}:${port}`
}

/** Where clients reach the service: where they were told to, or where this configuration has it listen. */
export function serviceUrl(config: Config, given: string | undefined): string {
  return (given ?? config.baseUrl ?? localUrl(config)).replace(/\/+$/, '')
}

/** The operations API. */
export function operationsUrl({ adminHost, adminPort }: Pick<Config, 'adminHost' | 'adminPort'>): string {
  return `http://${reachable(adminHost)}:${adminPort}`
}

/** A service that listens everywhere is found at home; an IPv6 address stands in brackets. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
