/**
 * npm passes on to its script what the terminal has sent to both already: the same signal within this time is an echo and no
 * impatience. In milliseconds.
 */
const ECHO_MS = 500

/** The signal of a process that is told to stop, by Ctrl-C or by its supervisor. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Resolves when it is time to stop. */
  readonly told: Promise<void>
  /** Lets the process be stopped in the usual way again. */
  forget(): void
}

/** Told once, the process stops when it is ready; told again, at once. */
export function stopSignal(endAtOnce: () => void = () => process.exit(130)): StopSignal {
  const stopping = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  let firstAt = 0
  const listener = () => {
    if (firstAt === 0) {
      firstAt = Date.now()
      stopping.abort()
      resolve()
    } else if (Date.now() - firstAt > ECHO_MS) endAtOnce()
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return {
    signal: stopping.signal,
    told: promise,
    forget: () => {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
