/**
 * npm passes on to its script what the terminal has sent to both already: the same signal within this time is an echo and no
 * impatience. In milliseconds.
 */
const ECHO_MS = 500

/** What shells give a process that Ctrl-C ended. */
const STOPPED_AT_ONCE = 130

/** By Ctrl-C, by a supervisor, by a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The signal of a process that is told to stop. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Resolves when it is time to stop. */
  readonly told: Promise<void>
  /** Lets the process be stopped in the usual way again. */
  forget(): void
}

/** Told once, the process stops when it is ready; told again, at once. */
export function stopSignal(): StopSignal {
  const stopping = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  let firstAt = 0
  const listener = () => {
    if (firstAt === 0) {
      firstAt = Date.now()
      stopping.abort()
      resolve()
    } else if (Date.now() - firstAt > ECHO_MS) process.exit(STOPPED_AT_ONCE)
  }
  for (const name of SIGNALS) process.on(name, listener)
  return {
    signal: stopping.signal,
    told: promise,
    forget: () => {
      for (const name of SIGNALS) process.off(name, listener)
    },
  }
}
