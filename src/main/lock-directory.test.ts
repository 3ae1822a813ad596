import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { DirectoryInUse, lockDirectory } from './lock-directory.ts'

const directory = mkdtempSync(join(tmpdir(), 'cpis-lock-'))
afterEach(() => rmSync(join(directory, 'lock'), { force: true }))

test('a lock given back can be taken again', () => {
  lockDirectory(directory)()
  expect(() => lockDirectory(directory)).not.toThrow()
})

test('the lock of a process that runs is respected, and that of one that ended is taken over', async () => {
  const other = spawn('sleep', ['60'])
  writeFileSync(join(directory, 'lock'), String(other.pid))
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse)
  other.kill('SIGKILL')
  await once(other, 'exit')
  expect(() => lockDirectory(directory)).not.toThrow()
})
