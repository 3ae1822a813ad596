import { z } from 'zod'
import { whole } from './setting-kinds.ts'

/** How large one upload may be, how many are received at a time, and how often one is tried (rules 3.21 and 3.22). */
export interface UploadConfig {
  readonly records: number
  readonly characters: number
  /** The largest ratio of decompressed to compressed bytes. */
  readonly expansion: number
  /** Processor time for reading one (milliseconds). */
  readonly cpuMs: number
  readonly attempts: number
}

/** To be spread into the environment. */
export const uploadSettings = {
  CPIS_MAX_UPLOAD_RECORDS: whole(1, 10_000_000).default(100_000),
  CPIS_MAX_UPLOAD_CHARACTERS: whole(1, Number.MAX_SAFE_INTEGER).default(2 ** 28),
  CPIS_MAX_UPLOAD_EXPANSION: whole(2, 1_000_000).default(100),
  CPIS_MAX_UPLOAD_CPU_SECONDS: whole(1, 3600).default(120),
  CPIS_UPLOAD_ATTEMPTS: whole(1, 1000).default(8),
}

const settings = z.object(uploadSettings)

export function uploadConfig(set: z.infer<typeof settings>): UploadConfig {
  return {
    records: set.CPIS_MAX_UPLOAD_RECORDS,
    characters: set.CPIS_MAX_UPLOAD_CHARACTERS,
    expansion: set.CPIS_MAX_UPLOAD_EXPANSION,
    cpuMs: set.CPIS_MAX_UPLOAD_CPU_SECONDS * 1000,
    attempts: set.CPIS_UPLOAD_ATTEMPTS,
  }
}
