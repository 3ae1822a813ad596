import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** What was written: its length in bytes, and its SHA-256 in hexadecimal. */
export interface WrittenFile {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Writes a file so that it is there whole, and on the disk, or not there at all, whenever the process or the machine dies.
 * Only its owner may read it: these files are about children.
 */
export async function writeDurably(
  path: string,
  content: string | AsyncIterable<Uint8Array>,
): Promise<WrittenFile> {
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`)
  const hash = createHash('sha256')
  let bytes = 0
  const pieces = typeof content === 'string' ? [Buffer.from(content)] : content
  const file = await open(part, 'wx', 0o600)
  try {
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += piece.length
      await file.writeFile(piece)
    }
    await file.sync()
    await file.close()
    await rename(part, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(part, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
  return { bytes, sha256: hash.digest('hex') }
}

/** Makes a directory that only its owner may open, and makes sure that it is on the disk. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await syncDirectory(dirname(path))
}

/** A new name is on the disk only once its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
