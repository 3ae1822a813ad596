import type { AuditFinding } from '../../domain/audit/audit-finding.ts'
import { EMPTY_TREE, growTree, type Hash, sameHash, treeRoot } from '../../domain/audit/seal-tree.ts'
import type { Storage } from '../ports.ts'
import type { JudgeCheckpoint, JudgedCheckpoint, KeptCheckpoint, SealHashes } from './ports.ts'

export interface VerifyAuditDeps {
  readonly storage: Pick<Storage, 'sealedLog'>
  readonly hashes: SealHashes
  readonly judgeCheckpoint: JudgeCheckpoint
}

export interface VerifyAuditInput {
  /** Checkpoints that were kept elsewhere, out of reach of whoever may have changed the log. */
  readonly kept?: readonly JudgedCheckpoint[]
  /** Told now and then how many entries were looked at, of how many. */
  readonly onProgress?: (looked: number, of: number) => void
  readonly signal?: AbortSignal
}

/** What a check of the whole log came to (rules 22.7 and 22.8). */
export interface AuditVerdict {
  readonly origin: string
  /** Sealed entries that were looked at. */
  readonly size: number
  /** Entries that were written a moment ago and are not sealed yet. */
  readonly waiting: number
  readonly newest?: KeptCheckpoint
  readonly checkpoints: number
  /** Of those, signed by a key that is not known here, such as one that was replaced. */
  readonly unknownKeys: number
  /** How many things were found; the first of them follow. */
  readonly found: number
  readonly findings: readonly AuditFinding[]
}

const TOLD = 100
const GROWN_AT_ONCE = 1000

/**
 * Checks the whole audit log against its seal: every entry against its hash, the hashes against every checkpoint, checkpoints
 * against the keys that are trusted, and all of it against checkpoints that were kept elsewhere. It only reads. An aborted check
 * throws: half a check says nothing.
 */
export async function verifyAudit(
  { storage, hashes, judgeCheckpoint }: VerifyAuditDeps,
  { kept = [], onProgress, signal }: VerifyAuditInput = {},
): Promise<AuditVerdict> {
  const { sealedLog } = storage
  const standing = await sealedLog.status()
  const { origin, newest } = standing
  const size = newest?.size ?? 0
  const { findings, find, found } = collector()

  const ours = kept.filter(checkpoint => judgeKept(checkpoint, { origin, size }, find))
  const heads = headsInOrder(sealedLog.checkpoints(size), { origin, judgeCheckpoint, find })

  const tree = growing(hashes)
  let position = 0
  let good = 0
  let comparable = true
  for await (const page of sealedLog.positions(size)) {
    signal?.throwIfAborted()
    for (const row of page) {
      for (; position < row.position; position++) {
        comparable = false
        find({ kind: 'seal-missing', position })
      }
      position += 1
      if (!row.entry) find({ kind: 'removed', position: row.position, entryId: row.entryId })
      else if (!sameHash(hashes.hashEntry(row.entry), row.hash)) {
        find({ kind: 'altered', position: row.position, entryId: row.entryId })
      }
      tree.add(row.hash)
      const own = await heads.at(position)
      const elsewhere = ours.filter(checkpoint => checkpoint.size === position)
      if (!comparable || own.length + elsewhere.length === 0) continue
      const root = tree.root()
      if (!own.every(head => sameHash(head.root, root))) {
        comparable = false
        find({ kind: 'rewritten', after: good, size: position })
      } else if (own.length > 0) good = position
      if (!elsewhere.every(head => sameHash(head.root, root))) find({ kind: 'kept-differs', size: position })
    }
    onProgress?.(position, size)
  }
  for (; position < size; position++) find({ kind: 'seal-missing', position })
  if (newest && !(await heads.trusts(size))) find({ kind: 'newest-not-trusted', size })
  const strays = await sealedLog.strays(TOLD)
  for (const entryId of strays.slippedIn) find({ kind: 'slipped-in', entryId })
  for (const entryId of strays.vanished) find({ kind: 'vanished', entryId })

  return {
    origin,
    size,
    waiting: standing.waiting,
    ...(newest && { newest }),
    ...heads.counts(),
    found: found(),
    findings,
  }
}

type Find = (finding: AuditFinding) => void

function collector() {
  const findings: AuditFinding[] = []
  let count = 0
  const find: Find = finding => {
    count += 1
    if (findings.length < TOLD) findings.push(finding)
  }
  return { findings, find, found: () => count }
}

/** Whether a checkpoint kept elsewhere can be compared with what stands here. */
function judgeKept(
  checkpoint: JudgedCheckpoint,
  { origin, size }: { readonly origin: string; readonly size: number },
  find: Find,
): boolean {
  if (checkpoint.origin !== origin) find({ kind: 'other-log', origin: checkpoint.origin })
  else if (checkpoint.signed !== 'trusted') find({ kind: 'kept-not-trusted', size: checkpoint.size })
  else if (size === 0) find({ kind: 'never-sealed' })
  else if (checkpoint.size > size) find({ kind: 'cut-short', size, kept: checkpoint.size })
  else return true
  return false
}

/** The checkpoints of the log that can be compared, asked for size by size; those that cannot be are findings. */
function headsInOrder(
  pages: AsyncIterable<readonly KeptCheckpoint[]>,
  against: { readonly origin: string; readonly judgeCheckpoint: JudgeCheckpoint; readonly find: Find },
) {
  let checkpoints = 0
  let unknownKeys = 0
  let trusted = -1
  const judged = (async function* () {
    for await (const page of pages) {
      for (const { size, note } of page) {
        checkpoints += 1
        const head = against.judgeCheckpoint(note)
        if (head?.signed === 'unknown') unknownKeys += 1
        if (head?.signed === 'trusted') trusted = size
        if (!head || head.size !== size || head.signed === 'badly')
          against.find({ kind: 'bad-signature', size })
        else if (head.origin !== against.origin) against.find({ kind: 'other-log', origin: head.origin })
        else yield head
      }
    }
  })()
  let next: Promise<IteratorResult<JudgedCheckpoint, void>> | undefined
  const at = async (size: number): Promise<readonly JudgedCheckpoint[]> => {
    const due: JudgedCheckpoint[] = []
    for (;;) {
      next ??= judged.next()
      const { value } = await next
      if (!value || value.size > size) return due
      if (value.size === size) due.push(value)
      next = undefined
    }
  }
  return {
    at,
    counts: () => ({ checkpoints, unknownKeys }),
    /** Whether the last checkpoint that a trusted key signed is of this size. */
    trusts: async (size: number): Promise<boolean> => {
      await at(size + 1)
      return trusted === size
    },
  }
}

/** Entries are joined many at a time, since one at a time takes longer. */
function growing({ join }: SealHashes) {
  let tree = EMPTY_TREE
  let pending: Hash[] = []
  const grow = () => {
    tree = growTree(tree, pending, join).tree
    pending = []
  }
  return {
    add: (hash: Hash) => {
      pending.push(hash)
      if (pending.length === GROWN_AT_ONCE) grow()
    },
    root: (): Hash | undefined => {
      grow()
      return treeRoot(tree, join)
    },
  }
}
