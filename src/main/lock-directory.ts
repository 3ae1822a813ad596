import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Somebody else has the embedded database open: a second process on the same files would destroy them. */
export class DirectoryInUse extends Error {}

/**
 * Takes a data directory for this process alone. A lock left by a process that no longer runs is taken over. Answers how to
 * give it back. Throws `DirectoryInUse`.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'lock')
  const take = () => writeFileSync(path, String(process.pid), { flag: 'wx' })
  try {
    take()
  } catch (error) {
    if (!isExisting(error)) throw error
    const holder = Number(readFileSync(path, 'utf8'))
    if (holder !== process.pid && isRunning(holder)) {
      throw new DirectoryInUse(
        `The data directory ${directory} is in use by process ${holder}. Stop that one, or set CPIS_DATA_DIR to another directory.`,
      )
    }
    rmSync(path, { force: true })
    take()
  }
  return () => rmSync(path, { force: true })
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
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
