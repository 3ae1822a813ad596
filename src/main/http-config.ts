import type { z } from 'zod'
import { origins, whole } from './setting-kinds.ts'

/** How requests are taken. */
export interface HttpConfig {
  /** The longest that the headers and the address of a request may be together (rule 9.9). */
  readonly maxHeaderBytes: number
  /** Whose pages may ask the FHIR API from a browser (rule 9.10). */
  readonly origins: readonly string[]
}

/** A clinician with many roles has a token of more than 11 KB. */
const LONGEST_HEADERS = 64 * 1024

export const httpSettings = {
  CPIS_MAX_HEADER_BYTES: whole(16 * 1024, 1024 * 1024).default(LONGEST_HEADERS),
  CPIS_CORS_ORIGINS: origins.default([]),
}

export function httpConfig(set: z.infer<z.ZodObject<typeof httpSettings>>): HttpConfig {
  return { maxHeaderBytes: set.CPIS_MAX_HEADER_BYTES, origins: set.CPIS_CORS_ORIGINS }
}
