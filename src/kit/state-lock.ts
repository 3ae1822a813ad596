import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { join } from 'node:path'

/** Another process works with the same state. */
export class StateInUse extends Error {}

/** When this process began, in milliseconds: in a container every run may have the same process number. */
const begunAt = () => Math.round(Date.now() - process.uptime() * 1000)
const CLOCK_SLACK_MS = 2_000

/**
 * Takes a state directory for this process alone; a lock whose holder no longer runs is taken over, so that a scheduled run is
 * never kept out by one that died. Answers how to give it back. Throws `StateInUse`.
 */
export function lockState(directory: string): () => void {
  const path = join(directory, 'lock')
  const take = () => writeFileSync(path, `${process.pid} ${begunAt()}`, { flag: 'wx' })
  try {
    take()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const [holder = 0, began = 0] = readFileSync(path, 'utf8').split(' ').map(Number)
    const takenBeforeBoot = statSync(path).mtimeMs < Date.now() - uptime() * 1000 - CLOCK_SLACK_MS
    if (!takenBeforeBoot && isRunning(holder, began)) {
      throw new StateInUse(`${directory} is in use by process ${holder}. Let it finish, or end it.`)
    }
    rmSync(path, { force: true })
    take()
  }
  return () => rmSync(path, { force: true })
}

function isRunning(pid: number, began: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid) return Math.abs(began - begunAt()) < CLOCK_SLACK_MS
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
