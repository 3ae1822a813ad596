import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs a task again and again, `pauseMs` after it ended; a failure is reported and the task runs again all the
 * same. The signal is given when it is to stop.
 */
export function repeat(
  pauseMs: number,
  task: (signal: AbortSignal) => Promise<unknown>,
  onFailure: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = (async () => {
    while (!signal.aborted) {
      try {
        await task(signal)
      } catch (error) {
        onFailure(error)
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}
