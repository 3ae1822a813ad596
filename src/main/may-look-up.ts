import type { FastifyRequest } from 'fastify'
import type { LookUpCaller } from '../flows/mailbox/look-up-endpoints.ts'
import type { Config } from './config.ts'

/**
 * Who may look mailboxes up without a token (rule 7.10): whoever has shown a certificate, where `shown` checks them; in the sandbox
 * anybody.
 */
export function mayLookUp(
  mode: Config['mode'],
  shown: ((request: FastifyRequest) => string | undefined) | undefined,
): (request: FastifyRequest) => LookUpCaller | undefined {
  return request => {
    const certificate = shown?.(request)
    if (certificate) return { certificate }
    return mode === 'sandbox' ? {} : undefined
  }
}
