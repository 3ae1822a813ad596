import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'

/** The operator's secret: configured, or, in the sandbox, made at the first start and kept in the data directory for the owner alone. */
export function operatorSecret(config: Config): string {
  if (config.adminToken) return config.adminToken
  return keptSecret(config) ?? makeSecret(config)
}

/** The secret that a running sandbox keeps, for commands that talk to it; undefined where none was made yet. */
export function keptSecret(config: Config): string | undefined {
  try {
    return readFileSync(secretPath(config), 'utf8')
  } catch {
    return undefined
  }
}

function makeSecret(config: Config): string {
  const secret = randomBytes(24).toString('base64url')
  mkdirSync(config.dataDir, { recursive: true })
  writeFileSync(secretPath(config), secret, { mode: 0o600 })
  return secret
}

function secretPath(config: Config): string {
  return join(config.dataDir, 'operator-secret')
}
