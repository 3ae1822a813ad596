import { existsSync, mkdirSync, openAsBlob, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'

/**
 * An empty embedded database, packed. Making one from nothing takes seconds, unpacking it a fraction of one; so it is made
 * once for each release of the engine, kept among the installed packages, and unpacked for every new data directory and test.
 */
export async function embeddedTemplate(): Promise<Blob> {
  const path = templatePath()
  if (!existsSync(path)) await packTemplate(path)
  return openAsBlob(path)
}

async function packTemplate(path: string): Promise<void> {
  const empty = await PGlite.create()
  const packed = await empty.dumpDataDir('none')
  await empty.close()
  mkdirSync(dirname(path), { recursive: true })
  // Written aside and renamed, so that two who pack at once never leave half a file.
  const aside = `${path}.${process.pid}`
  writeFileSync(aside, new Uint8Array(await packed.arrayBuffer()))
  renameSync(aside, path)
}

function templatePath(): string {
  const engine = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'))
  const { version } = JSON.parse(readFileSync(engine, 'utf8')) as { version: string }
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url))
  return join(packages, '.cache', 'cp-is', `embedded-${version}.tar`)
}
