import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JudgeCheckpoint, SealHashes, SealSigner } from '../flows/audit/ports.ts'
import { hashEntry, joinHashes } from '../formats/audit-seal/hashes.ts'
import { checkpointJudge, checkpointSigner } from '../formats/audit-seal/seal-keys.ts'
import { type VerifierKey, verifierKey } from '../formats/audit-seal/verifier-key.ts'
import { type Config, ConfigError } from './config.ts'

/** What the audit log is sealed, proved and checked with (rule 22.4). */
export interface AuditSeal {
  readonly hashes: SealHashes
  readonly signer: SealSigner
  readonly judgeCheckpoint: JudgeCheckpoint
  /** The public half of the key, for a log. */
  readonly publicKey: (origin: string) => VerifierKey
}

export const SEAL_HASHES: SealHashes = { hashEntry, join: joinHashes }

/** Reads the key that the configuration names; the sandbox makes one at its first start and keeps it for its owner alone. */
export function openAuditSeal(config: Config): AuditSeal {
  return auditSeal(sealKey(config) ?? makeKey(config))
}

export function auditSeal(key: KeyObject): AuditSeal {
  const publicKey = (origin: string) => verifierKey(origin, key)
  return {
    hashes: SEAL_HASHES,
    signer: checkpointSigner(key),
    judgeCheckpoint: checkpointJudge(origin => [publicKey(origin)]),
    publicKey,
  }
}

/** The key where there is one already. Throws `ConfigError` where what is named is none. */
export function sealKey(config: Config): KeyObject | undefined {
  const path = config.audit.keyFile ?? keptKey(config)
  if (config.audit.keyFile === undefined && !existsSync(path)) return undefined
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(readFileSync(path))
  } catch {
    // What is wrong with it is said below, without quoting a file that may be a secret.
  }
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new ConfigError([
    `${config.audit.keyFile === undefined ? path : 'CPIS_AUDIT_KEY'} is not an Ed25519 private key in PEM form: openssl genpkey -algorithm ed25519 makes one`,
  ])
}

function makeKey(config: Config): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  mkdirSync(config.dataDir, { recursive: true })
  writeFileSync(keptKey(config), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return privateKey
}

function keptKey(config: Config): string {
  return join(config.dataDir, 'audit-key.pem')
}
