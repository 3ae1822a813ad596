import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `attempt` answers something; fails when that takes too long. */
export async function until<T>(attempt: () => Promise<T | undefined | false>, withinMs = 90_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const outcome = await attempt()
    if (outcome !== undefined && outcome !== false) return outcome
    if (Date.now() > deadline) throw new Error('It did not happen in time')
    await sleep(50)
  }
}
