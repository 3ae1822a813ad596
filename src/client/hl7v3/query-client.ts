import type { QueryOptions } from '../fhir-client.ts'
import type { CallerTls, HttpPoster } from '../http-post.ts'
import type { QueryOutcome } from '../outcomes.ts'
import type { AskingAuthor } from './asking-author.ts'

/** One who asks over HL7 v3, through whatever it travels in. */
export interface QueryClient {
  /**
   * What is held of one person, by their ten-digit NHS number, and who has looked. It never throws and never takes a failure for
   * an answer: what cannot be reached, does not answer this very question or cannot be read in full is `could-not-look`. An
   * answer may name another number than was asked for: that a question is answered is known by its id, not by the number, since
   * plans are found by numbers that PDS replaced (rule 4.4).
   */
  query(nhsNumber: string, options?: AskingOptions): Promise<QueryOutcome>
  /** Ends every connection; whoever still waits for an answer gets none. */
  close(): Promise<void>
}

export type AskingOptions = Pick<QueryOptions, 'unscheduled' | 'signal'>

/** What every way of asking needs. */
export interface QueryClientSettings {
  /** Where questions are posted to. */
  readonly url: string
  readonly author: AskingAuthor
  /** What is shown to a service that checks certificates, and whom to believe instead of the platform's authorities. */
  readonly tls?: Partial<CallerTls>
  /** How long to wait for an answer, in milliseconds. */
  readonly timeoutMilliseconds?: number
  /** Instead of one of its own. */
  readonly poster?: HttpPoster
}
