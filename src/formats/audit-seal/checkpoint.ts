import { type KeyObject, sign, verify } from 'node:crypto'
import type { SealHead } from '../../domain/audit/seal-tree.ts'
import { type VerifierKey, verifierKey } from './verifier-key.ts'

/** A head and who signed it, as it was read. */
export interface Checkpoint extends SealHead {
  readonly signatures: readonly { readonly name: string; readonly id: string; readonly bytes: Uint8Array }[]
  /** What was signed. */
  readonly text: string
}

const ROOT_BYTES = 32
const ID_BYTES = 4

/** Writes and signs a checkpoint (C2SP tlog-checkpoint and signed notes): a few lines of text that can be kept anywhere. */
export function writeCheckpoint(head: SealHead, key: KeyObject): string {
  const text = `${head.origin}\n${head.size}\n${base64(head.root)}\n`
  const { name, id } = verifierKey(head.origin, key)
  const signature = Buffer.concat([Buffer.from(id, 'hex'), sign(undefined, Buffer.from(text), key)])
  return `${text}\n— ${name} ${base64(signature)}\n`
}

/** Reads a checkpoint, whoever signed it; undefined where the text is none. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
  const [origin, size, encodedRoot, ...more] = text.split('\n')
  const root = encodedRoot === undefined ? undefined : fromBase64(encodedRoot)
  if (!origin || !size || !/^(0|[1-9]\d{0,15})$/.test(size) || root?.length !== ROOT_BYTES) return undefined
  if (more.pop() !== '' || more.includes('')) return undefined
  const signatures = note
    .slice(text.length + 1)
    .split('\n')
    .filter(line => line !== '')
    .map(readSignature)
  if (signatures.length === 0 || !signatures.every(signature => signature !== undefined)) return undefined
  return { origin, size: Number(size), root, signatures, text }
}

/**
 * Whether one of these keys signed it: undefined where none of them is among the signatures, which says nothing; false where one
 * is, but what stands there is not its signature of this text.
 */
export function isSignedBy(checkpoint: Checkpoint, keys: readonly VerifierKey[]): boolean | undefined {
  const known = checkpoint.signatures.flatMap(({ name, id, bytes }) =>
    keys
      .filter(key => key.name === name && key.id === id)
      .map(({ key }) => verify(undefined, Buffer.from(checkpoint.text), key, bytes)),
  )
  return known.length === 0 ? undefined : known.every(Boolean)
}

function readSignature(line: string) {
  const [, name, encoded] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? []
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  if (name === undefined || !bytes || bytes.length <= ID_BYTES) return undefined
  return { name, id: bytes.subarray(0, ID_BYTES).toString('hex'), bytes: bytes.subarray(ID_BYTES) }
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** Undefined where the text is not in the one form of base64. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
