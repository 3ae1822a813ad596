import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** The type of Ed25519 signatures (C2SP signed notes). */
const ED25519 = 1
const KEY_BYTES = 32

/** Who a signature of a note is checked by: `name+id+key`, a line that can be kept anywhere (C2SP signed notes). */
export interface VerifierKey {
  readonly name: string
  /** Eight hexadecimal digits: tells keys of one name apart. */
  readonly id: string
  readonly key: KeyObject
}

/** The public half of an Ed25519 key, private or public, under a name. */
export function verifierKey(name: string, of: KeyObject): VerifierKey {
  const key = of.type === 'private' ? createPublicKey(of) : of
  return { name, id: keyId(name, rawKey(key)), key }
}

export function writeVerifierKey({ name, id, key }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([Uint8Array.of(ED25519), rawKey(key)]).toString('base64')}`
}

/** Reads such a line; undefined where it is none, or of another kind of key. */
export function readVerifierKey(text: string): VerifierKey | undefined {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? []
  if (name === undefined || id === undefined || encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) return undefined
  const raw = bytes.subarray(1)
  if (keyId(name, raw) !== id) return undefined
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
  return { name, id, key: createPublicKey({ key: jwk, format: 'jwk' }) }
}

function rawKey(key: KeyObject): Buffer {
  const { crv, x } = key.export({ format: 'jwk' })
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('A checkpoint is signed with an Ed25519 key')
  return Buffer.from(x, 'base64url')
}

function keyId(name: string, raw: Buffer): string {
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ED25519)).update(raw).digest()
  return hash.subarray(0, 4).toString('hex')
}
