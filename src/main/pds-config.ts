import { v4 as newRequestId } from 'uuid'
import { z } from 'zod'
import type { PdsClientOptions } from '../demographics/pds-request.ts'
import { address, whole } from './setting-kinds.ts'

/** How PDS is asked. */
export interface PdsConfig {
  readonly baseUrl: string | undefined
  readonly token: string | undefined
  readonly timeoutMs: number
  readonly retries: number
  /** After so many failures in a row PDS is left alone, for so long. */
  readonly failures: number
  readonly coolDownMs: number
  readonly concurrency: number
  /** How long a file waits before PDS is asked again, each time that it could not be (rule 3.12). */
  readonly patienceMs: readonly number[]
  /** How long the questions about one query may take together, and how many are asked a second (rule 4.8). */
  readonly queryMs: number
  readonly queriesPerSecond: number
}

/** To be spread into the environment. */
export const pdsSettings = {
  CPIS_PDS_URL: address.optional(),
  CPIS_PDS_TOKEN: z.string().min(1).optional(),
  CPIS_PDS_TIMEOUT_MS: whole(100, 60_000).default(5000),
  CPIS_PDS_RETRIES: whole(0, 10).default(3),
  CPIS_PDS_FAILURES: whole(1, 1000).default(10),
  CPIS_PDS_COOL_DOWN_MS: whole(0, 600_000).default(15_000),
  CPIS_PDS_CONCURRENCY: whole(1, 256).default(16),
  CPIS_PDS_PATIENCE_MS: z
    .string()
    .regex(/^(\d+(,\d+)*)?$/, 'must be milliseconds with commas between, for example 5000,15000')
    .default('5000,15000,45000')
    .transform(list => list.split(',').filter(Boolean).map(Number)),
  CPIS_PDS_QUERY_MS: whole(10, 5_000).optional(),
  CPIS_PDS_QUERIES_PER_SECOND: whole(0, 10_000).optional(),
}

const settings = z.object(pdsSettings)

/** What one application may ask of PDS is scarce; the sandbox's own, in the same process, may be asked as often and for as long as one likes. */
const QUERIES_PER_SECOND = { production: 5, sandbox: 1000 }
const QUERY_MS = { production: 400, sandbox: 5_000 }

export function pdsConfig(set: z.infer<typeof settings>, mode: 'sandbox' | 'production'): PdsConfig {
  return {
    baseUrl: set.CPIS_PDS_URL,
    token: set.CPIS_PDS_TOKEN,
    timeoutMs: set.CPIS_PDS_TIMEOUT_MS,
    retries: set.CPIS_PDS_RETRIES,
    failures: set.CPIS_PDS_FAILURES,
    coolDownMs: set.CPIS_PDS_COOL_DOWN_MS,
    concurrency: set.CPIS_PDS_CONCURRENCY,
    patienceMs: set.CPIS_PDS_PATIENCE_MS,
    queryMs: set.CPIS_PDS_QUERY_MS ?? QUERY_MS[mode],
    queriesPerSecond: set.CPIS_PDS_QUERIES_PER_SECOND ?? QUERIES_PER_SECOND[mode],
  }
}

/** How PDS is asked by whoever can wait. */
export function pdsOptions({ pds }: { readonly pds: PdsConfig }, baseUrl: string): PdsClientOptions {
  return {
    baseUrl,
    token: async () => pds.token,
    timeoutMs: pds.timeoutMs,
    retries: pds.retries,
    breaker: { failures: pds.failures, coolDownMs: pds.coolDownMs },
    newRequestId,
    now: () => new Date(),
  }
}
