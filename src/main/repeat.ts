import { setTimeout as sleep } from 'node:timers/promises'

/** Runs a task again and again, `pauseMs` after it ended; a failure is reported and the task runs again all the same. */
export function repeat(
  pauseMs: number,
  task: () => Promise<unknown>,
  onFailure: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = (async () => {
    while (!signal.aborted) {
      try {
        await task()
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
