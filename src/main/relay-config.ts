import { z } from 'zod'
import { address, whole } from './setting-kinds.ts'

/** The MESH server elsewhere that our mailbox is on, and what it knows us by. */
export interface RelayConfig {
  /** Without `/messageexchange`. */
  readonly baseUrl: string
  readonly mailboxId: string
  readonly password: string
  readonly sharedKey: string
  /** Files in PEM form. */
  readonly certificateFile: string | undefined
  readonly keyFile: string | undefined
  readonly authoritiesFile: string | undefined
  readonly pollMs: number
}

/**
 * MESH is asked no more often than every five minutes (MESH API, check an inbox), which is also what is set where nothing is; a
 * server of one's own may be asked more often.
 */
const POLL_SECONDS = { least: 1, most: 300 }

/** To be spread into the environment. */
export const relaySettings = {
  CPIS_MESH_URL: address.optional(),
  CPIS_MESH_CLIENT_MAILBOX: z.string().min(1).optional(),
  CPIS_MESH_CLIENT_PASSWORD: z.string().min(1).optional(),
  CPIS_MESH_CLIENT_SHARED_KEY: z.string().min(1).optional(),
  CPIS_MESH_CLIENT_CERTIFICATE: z.string().min(1).optional(),
  CPIS_MESH_CLIENT_KEY: z.string().min(1).optional(),
  CPIS_MESH_CLIENT_AUTHORITIES: z.string().min(1).optional(),
  CPIS_MESH_POLL_SECONDS: whole(POLL_SECONDS.least, POLL_SECONDS.most).default(POLL_SECONDS.most),
}

const settings = z.object(relaySettings)
type RelaySettings = z.infer<typeof settings>

/** Undefined where no server is named: then authorities come to our own mailboxes. */
export function relayConfig(set: RelaySettings, cpisMailbox: string): RelayConfig | undefined {
  const { CPIS_MESH_URL, CPIS_MESH_CLIENT_PASSWORD, CPIS_MESH_CLIENT_SHARED_KEY } = set
  if (!CPIS_MESH_URL || !CPIS_MESH_CLIENT_PASSWORD || !CPIS_MESH_CLIENT_SHARED_KEY) return undefined
  return {
    baseUrl: CPIS_MESH_URL,
    mailboxId: set.CPIS_MESH_CLIENT_MAILBOX ?? cpisMailbox,
    password: CPIS_MESH_CLIENT_PASSWORD,
    sharedKey: CPIS_MESH_CLIENT_SHARED_KEY,
    certificateFile: set.CPIS_MESH_CLIENT_CERTIFICATE,
    keyFile: set.CPIS_MESH_CLIENT_KEY,
    authoritiesFile: set.CPIS_MESH_CLIENT_AUTHORITIES,
    pollMs: set.CPIS_MESH_POLL_SECONDS * 1000,
  }
}

/** A server half described would silently be none. */
export function relayProblems(set: RelaySettings, mode: 'sandbox' | 'production'): string[] {
  const others = Object.keys(relaySettings).filter(name => name.startsWith('CPIS_MESH_CLIENT_'))
  if (!set.CPIS_MESH_URL) {
    return others.some(name => set[name as keyof RelaySettings] !== undefined)
      ? ['CPIS_MESH_URL is not set, though others that describe the MESH server are']
      : []
  }
  const problems = (['CPIS_MESH_CLIENT_PASSWORD', 'CPIS_MESH_CLIENT_SHARED_KEY'] as const)
    .filter(name => set[name] === undefined)
    .map(name => `${name} is not set: our mailbox on the MESH server is not opened without it`)
  if ((set.CPIS_MESH_CLIENT_CERTIFICATE === undefined) !== (set.CPIS_MESH_CLIENT_KEY === undefined)) {
    problems.push('CPIS_MESH_CLIENT_CERTIFICATE and CPIS_MESH_CLIENT_KEY are set together or not at all')
  }
  if (mode === 'production' && !set.CPIS_MESH_URL.startsWith('https://')) {
    problems.push('CPIS_MESH_URL must begin with https://')
  }
  return problems
}
