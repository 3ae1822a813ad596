import { z } from 'zod'
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
}

const settings = z.object(pdsSettings)

export function pdsConfig(set: z.infer<typeof settings>): PdsConfig {
  return {
    baseUrl: set.CPIS_PDS_URL,
    token: set.CPIS_PDS_TOKEN,
    timeoutMs: set.CPIS_PDS_TIMEOUT_MS,
    retries: set.CPIS_PDS_RETRIES,
    failures: set.CPIS_PDS_FAILURES,
    coolDownMs: set.CPIS_PDS_COOL_DOWN_MS,
    concurrency: set.CPIS_PDS_CONCURRENCY,
    patienceMs: set.CPIS_PDS_PATIENCE_MS,
  }
}
