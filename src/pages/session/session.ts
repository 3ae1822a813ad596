import { z } from 'zod'
import { type OdsCode, parseOdsCode } from '../../domain/organisation.ts'
import { sealedBox } from './sealed-box.ts'

/** Who is signed in, as long as the browser shows the cookie that says so. */
export type Session = ClinicianSession | AuthoritySession | OperatorSession

interface SignedIn {
  /** Names the session in forms, so that nobody else's page can send one of ours. */
  readonly csrf: string
  readonly name: string
  readonly role: string
}

/** Asks through the FHIR API, with an access token of their own. */
export interface ClinicianSession extends SignedIn {
  readonly kind: 'clinician'
  /** Their id at the sign-in: two people may have one name. */
  readonly user: string
  readonly organisation: string
  readonly token: string
  /** What their role lets them do; what they do is chosen once a session. */
  readonly may: readonly ('unscheduled' | 'scheduled')[]
  readonly access?: 'unscheduled' | 'scheduled' | undefined
}

/** Sees what is of their authority, and nothing else. */
export interface AuthoritySession extends SignedIn {
  readonly kind: 'authority'
  readonly odsCode: OdsCode
  readonly organisation: string
}

export interface OperatorSession extends SignedIn {
  readonly kind: 'operator'
  readonly organisation: string
}

/** A session that nobody uses for so long is over. */
export const IDLE_MINUTES = 15

const access = z.enum(['unscheduled', 'scheduled'])
const signedIn = { csrf: z.string(), name: z.string(), role: z.string(), organisation: z.string() }
const session = z.discriminatedUnion('kind', [
  z.object({
    ...signedIn,
    kind: z.literal('clinician'),
    user: z.string(),
    token: z.string(),
    may: z.array(access).readonly(),
    access: access.optional(),
  }),
  z.object({
    ...signedIn,
    kind: z.literal('authority'),
    odsCode: z.string().transform((text, context): OdsCode => {
      const code = parseOdsCode(text)
      if (!code) context.addIssue('not an ODS code')
      return code ?? z.NEVER
    }),
  }),
  z.object({ ...signedIn, kind: z.literal('operator') }),
])

/**
 * Keeps sessions in cookies, sealed with a key that only the service has: nothing is stored here, so that a restart or another
 * process changes nothing, and nobody can read or make one.
 */
export function sessionSeal(secret: string) {
  const box = sealedBox(secret, 'session', session)
  return {
    seal: (value: Session, now: Date): Promise<string> => box.seal(value, now, IDLE_MINUTES),
    /** Undefined where the text was not sealed here, was changed, or is over. */
    open: (sealed: string, now: Date): Promise<Session | undefined> => box.open(sealed, now),
  }
}
