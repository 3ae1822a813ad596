import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import {
  type CertificateFingerprint,
  type ClientSystem,
  parseCertificateFingerprint,
} from '../../../domain/registration/client-system.ts'

/** Tells the certificate that a caller has shown. An interface that has none of these does not check certificates (rule 9.7). */
export type ShownCertificate = (request: FastifyRequest) => CertificateFingerprint | undefined

/** What the connection of a request has shown, kept apart from "nobody looked". */
export interface Shown {
  readonly certificate: CertificateFingerprint | undefined
}

/**
 * The SHA-256 fingerprint of the certificate that the caller of this request holds the key of. Undefined where none was shown,
 * where one was shown that no authority of ours issued or that is not valid now, and where the connection is not TLS.
 */
export function shownCertificate(request: FastifyRequest): CertificateFingerprint | undefined {
  const { socket } = request.raw
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  // A resumed connection counts as authorized even if there was no certificate when it was first made.
  const certificate = socket.getPeerX509Certificate()
  return certificate && parseCertificateFingerprint(certificate.fingerprint256)
}

/** What was shown with a request, or undefined where nobody looks. */
export function shownWith(look: ShownCertificate | undefined, request: FastifyRequest): Shown | undefined {
  return look && { certificate: look(request) }
}

/** Why a system is not believed to be itself, for the audit log alone (rule 9.6); undefined where it is. */
export function disbelief(system: ClientSystem, shown: Shown | undefined): string | undefined {
  if (!shown) return undefined
  if (!shown.certificate) return 'certificate not shown'
  if (!system.certificate) return 'certificate not registered'
  return system.certificate === shown.certificate ? undefined : 'certificate of another'
}
