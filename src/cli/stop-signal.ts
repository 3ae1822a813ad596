/**
 * npm passes on to its script what the terminal has sent to both already: the same signal within this time is an echo and no
 * impatience. In milliseconds.
 */
const ECHO_MS = 500

/** What shells give a process that Ctrl-C ended. */
const STOPPED_AT_ONCE = 130
const FAILED = 1

/** By Ctrl-C, by a supervisor, by a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How a process that serves others is made to end. */
export interface StopOptions {
  /** The process ends after this time (milliseconds) whatever is still open. */
  readonly withinMs: number
  /** Called with an error that nobody heard, which makes the process stop as if it were told to. */
  readonly onUnheard: (error: unknown) => void
  /** Called when not everything has ended in time, just before the process ends. */
  readonly onLate: () => void
}

/** The signal of a process that is told to stop. */
export interface StopSignal {
  readonly signal: AbortSignal
  /** Resolves when it is time to stop. */
  readonly told: Promise<void>
  /** Whether an error that nobody heard is what stops it. */
  failed(): boolean
  /** Lets the process be stopped in the usual way again. */
  forget(): void
}

/**
 * Told once, the process stops when it is ready; told again, at once. With options it stops at the latest after the time given, and
 * also when an error was heard by nobody: what state that leaves behind cannot be known, so the process stops in order and has to be
 * started again.
 */
export function stopSignal(options?: StopOptions): StopSignal {
  const stopping = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  let firstAt = 0
  let failed = false
  const begin = () => {
    firstAt = Date.now()
    stopping.abort(new Error('The service is told to stop'))
    resolve()
    if (!options) return
    setTimeout(() => {
      options.onLate()
      process.exit(FAILED)
    }, options.withinMs).unref()
  }
  const listener = () => {
    if (firstAt === 0) begin()
    else if (Date.now() - firstAt > ECHO_MS) process.exit(STOPPED_AT_ONCE)
  }
  const unheard = (error: unknown) => {
    options?.onUnheard(error)
    failed = true
    if (firstAt === 0) begin()
  }
  for (const name of SIGNALS) process.on(name, listener)
  if (options) process.on('uncaughtException', unheard)
  return {
    signal: stopping.signal,
    told: promise,
    failed: () => failed,
    forget: () => {
      for (const name of SIGNALS) process.off(name, listener)
      process.off('uncaughtException', unheard)
    },
  }
}
