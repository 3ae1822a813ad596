import type { Branded } from '../branded.ts'
import type { Organisation } from '../organisation.ts'
import { ACTIVITY_FOR, type AccessKind } from '../query/requester.ts'

/** The number a system is accredited under in the Spine Directory Service: twelve digits. */
export type Asid = Branded<string, 'Asid'>

/** The SHA-256 digest of a certificate: 64 hexadecimal capitals. */
export type CertificateFingerprint = Branded<string, 'CertificateFingerprint'>

/** The exchanges a system may ask through: SOAP, ebXML, or a mini service. */
export const EXCHANGES = ['synchronous', 'asynchronous', 'mini-service'] as const
export type ClientExchange = (typeof EXCHANGES)[number]

/**
 * How messages go to and fro with a system that is answered later (rule 13.2). A reliable contract has messages acknowledged
 * and duplicates eliminated, an express one neither.
 */
export interface MessagingContract {
  /** What the ebXML agreement is called; every system has its own. */
  readonly cpaId: string
  /** Where answers are posted to: absolute. */
  readonly callback: string
  readonly reliability: 'reliable' | 'express'
  /** How often an answer is posted again after the first time, and how long after. */
  readonly retries: number
  readonly retryIntervalSeconds: number
  /** How long a message id is remembered, so that its duplicate is not taken for a question of its own. */
  readonly persistSeconds: number
}

/** A clinical system that may ask by HL7 v3. What it is allowed follows from the care it is used in (rule 9.5). */
export interface ClientSystem {
  readonly asid: Asid
  /** The message handling party that the system sends through, for example `X9Z01-999001`. */
  readonly partyKey: string
  readonly organisation: Organisation
  /** At least one. */
  readonly allows: readonly AccessKind[]
  /** At least one. */
  readonly exchanges: readonly ClientExchange[]
  /** Wherever exchanges are asynchronous. */
  readonly contract?: MessagingContract
  /** What the system shows where certificates are checked (rule 9.7). */
  readonly certificate?: CertificateFingerprint
}

/** Undefined where the text is no ASID. */
export function parseAsid(text: string): Asid | undefined {
  return /^[0-9]{12}$/.test(text) ? (text as Asid) : undefined
}

/** Accepts small letters, and colons between the bytes. Undefined where the text is no SHA-256 digest. */
export function parseCertificateFingerprint(text: string): CertificateFingerprint | undefined {
  return /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$|^[0-9a-f]{64}$/i.test(text)
    ? (text.replaceAll(':', '').toUpperCase() as CertificateFingerprint)
    : undefined
}

/** The activities of whoever asks through a system: those of the care it is registered for, and no others (rule 9.5). */
export function activitiesThrough(system: ClientSystem): ReadonlySet<string> {
  return new Set(system.allows.map(access => ACTIVITY_FOR[access]))
}
