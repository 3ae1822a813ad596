import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { SealableEntry } from '../../domain/audit/audit.ts'
import type { Hash } from '../../domain/audit/seal-tree.ts'

/** RFC 6962, section 2.1: an entry can never be taken for a part of the tree. */
const ENTRY_PREFIX = Uint8Array.of(0)
const PART_PREFIX = Uint8Array.of(1)

/** What is hashed of an entry: its JSON in the one form of RFC 8785, whatever the order in which a database keeps it. */
export function sealedText(entry: SealableEntry): string {
  const text = canonicalize(entry)
  if (text === undefined) throw new TypeError('An entry is an object')
  return text
}

/** The hash under which an entry is sealed (RFC 6962, section 2.1). */
export function hashEntry(entry: SealableEntry): Hash {
  return createHash('sha256').update(ENTRY_PREFIX).update(sealedText(entry), 'utf8').digest()
}

/** The hash of a part of the tree out of those of its halves (RFC 6962, section 2.1). */
export function joinHashes(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(PART_PREFIX).update(left).update(right).digest()
}
