import type { Logger } from './logger.ts'

/** What was opened and has to be closed again. */
export interface Closing {
  /** Remembers how to close something that was just opened. */
  add(close: () => unknown): void
  /** Closes everything, what was opened last first. A step that fails is logged and keeps no other from being closed. */
  close(): Promise<void>
}

export function closing(logger: Logger): Closing {
  const steps: (() => unknown)[] = []
  return {
    add: close => steps.push(close),
    close: async () => {
      for (let close = steps.pop(); close; close = steps.pop()) {
        try {
          await close()
        } catch (error) {
          logger.failure('something could not be closed', error)
        }
      }
    },
  }
}
