import { growTree, treeRoot } from '../../domain/audit/seal-tree.ts'
import type { Clock, Storage } from '../ports.ts'
import { KEPT_LEVELS, type SealHashes, type SealSigner } from './ports.ts'

export interface SealAuditDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly hashes: SealHashes
  readonly signer: SealSigner
}

/** Entries sealed in one transaction: few enough to keep nobody waiting. */
const AT_ONCE = 1000

/**
 * Seals every entry that waits: its hash joins the tree, and the new root is signed (rules 22.1 to 22.4). Answers how many were
 * sealed. While another process is sealing there is nothing to do. With `anew`, a key that did not sign the newest checkpoint
 * signs the tree as it stands, so that a new key vouches for what is there.
 */
export async function sealAudit(deps: SealAuditDeps, anew = false): Promise<number> {
  let sealed = 0
  for (;;) {
    const count = await sealSome(deps, anew && sealed === 0)
    sealed += count
    if (count < AT_ONCE) return sealed
  }
}

function sealSome({ storage, clock, hashes, signer }: SealAuditDeps, anew: boolean): Promise<number> {
  return storage.transaction(async ({ seal }) => {
    const held = await seal.hold()
    if (!held) return 0
    const keyId = signer.keyId(held.origin)
    const waiting = await seal.waiting(AT_ONCE)
    if (waiting.length === 0 && (!anew || held.signedBy.includes(keyId))) return 0
    const entries = waiting.map(entry => ({ id: entry.id, hash: hashes.hashEntry(entry) }))
    const { tree, completed } = growTree(
      held.tree,
      entries.map(({ hash }) => hash),
      hashes.join,
    )
    const root = treeRoot(tree, hashes.join)
    if (!root) return 0
    const { size } = tree
    await seal.append({
      from: held.tree.size,
      entries,
      parts: completed.filter(({ level }) => level % KEPT_LEVELS === 0),
      tree,
      checkpoint: {
        size,
        keyId,
        at: clock.now(),
        note: signer.sign({ origin: held.origin, size, root }),
      },
    })
    return entries.length
  })
}
