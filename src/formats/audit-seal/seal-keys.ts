import type { KeyObject } from 'node:crypto'
import type { SealHead } from '../../domain/audit/seal-tree.ts'
import { isSignedBy, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { type VerifierKey, verifierKey } from './verifier-key.ts'

/** Signs checkpoints with the service's key, under the name of the log that they are of. */
export function checkpointSigner(key: KeyObject) {
  return {
    keyId: (origin: string): string => verifierKey(origin, key).id,
    sign: (head: SealHead): string => writeCheckpoint(head, key),
  }
}

/**
 * Reads checkpoints and tells whether a key that is trusted signed them: `unknown` where none of the signatures is of such a key,
 * `badly` where one claims to be and is not.
 */
export function checkpointJudge(trusted: (origin: string) => readonly VerifierKey[]) {
  return (note: string): (SealHead & { readonly signed: 'trusted' | 'unknown' | 'badly' }) | undefined => {
    const checkpoint = readCheckpoint(note)
    if (!checkpoint) return undefined
    const { origin, size, root } = checkpoint
    const signed = isSignedBy(checkpoint, trusted(origin))
    return { origin, size, root, signed: signed === undefined ? 'unknown' : signed ? 'trusted' : 'badly' }
  }
}
