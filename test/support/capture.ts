import { createLogger, type Logger } from '../../src/main/logger.ts'

/** A logger at its most talkative whose lines can be searched afterwards. */
export function capturedLog(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = []
  return { logger: createLogger('debug', { write: line => lines.push(line) }), lines }
}
