import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Another process works with the same state. */
export class StateInUse extends Error {}

/** Takes a state directory for this process alone; a lock whose holder no longer runs is taken over. Answers how to give it back. */
export function lockState(directory: string): () => void {
  const path = join(directory, 'lock')
  const take = () => writeFileSync(path, String(process.pid), { flag: 'wx' })
  try {
    take()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const holder = Number(readFileSync(path, 'utf8'))
    if (isRunning(holder)) {
      throw new StateInUse(`${directory} is in use by process ${holder}. Let it finish, or end it.`)
    }
    rmSync(path, { force: true })
    take()
  }
  return () => rmSync(path, { force: true })
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
