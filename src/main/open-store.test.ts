import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { capturedLog } from '../../test/support/capture.ts'
import { readConfig } from './config.ts'
import { DirectoryInUse } from './lock-directory.ts'
import { openStore, type Store } from './open-store.ts'

const directory = mkdtempSync(join(tmpdir(), 'cpis-store-'))
const config = readConfig({ CPIS_DATA_DIR: directory })
const { logger } = capturedLog()
let store: Store | undefined

afterEach(async () => {
  await store?.close()
  store = undefined
  rmSync(directory, { recursive: true, force: true })
})

test('what was kept is there at the next start', async () => {
  store = await openStore(config, logger)
  await store.database.statement('keep', `insert into mailbox values ('M', 'KEPT', 'X26', 'secret')`, [])
  await store.close()
  store = await openStore(config, logger)
  expect(await store.storage.mailboxes.list()).toMatchObject([{ name: 'KEPT' }])
})

test('a first start that was killed while it unpacked the database does not spoil the second', async () => {
  mkdirSync(join(directory, 'database', 'base'), { recursive: true })
  writeFileSync(join(directory, 'database', 'PG_VERSION'), '18')
  writeFileSync(join(directory, 'database.unpacking'), '')
  store = await openStore(config, logger)
  expect(await store.storage.mailboxes.list()).toEqual([])
})

test('a second process is told that the directory is in use', async () => {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'lock'), String(process.ppid))
  await expect(openStore(config, logger)).rejects.toThrow(DirectoryInUse)
})
