import type { SealableEntry } from '../../domain/audit/audit.ts'
import {
  completeLevels,
  type Hash,
  type JoinHashes,
  joinParts,
  pathOf,
  rootByPath,
  sameHash,
  type TreePart,
} from '../../domain/audit/seal-tree.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { AuditSearch } from '../watch/ports.ts'
import { type JudgeCheckpoint, KEPT_LEVELS, type SealedLog } from './ports.ts'
import { type SealAuditDeps, sealAudit } from './seal-audit.ts'

export interface ProveAuditDeps extends SealAuditDeps {
  readonly judgeCheckpoint: JudgeCheckpoint
}

/** An entry and what proves that it was sealed; without a position it was not sealed yet. */
export interface ProvedEntry {
  readonly entry: SealableEntry
  readonly sealed?: { readonly position: number; readonly path: readonly Hash[] }
}

export interface AuditProof {
  /** The checkpoint to which every path leads. */
  readonly checkpoint: string
  /** In the order in which they were asked for. */
  readonly entries: readonly ProvedEntry[]
}

/** An entry whose path does not lead to the checkpoint: the log or its seal was changed (`cpis audit verify` tells what). */
export interface SealBroken {
  readonly kind: 'seal-broken'
  readonly entryId: string
}

const AT_ONCE = 500
/** Hashes are read this many at a time and kept while neighbours may want them. */
const TILE = 2 ** KEPT_LEVELS
const TILES_KEPT = 1000

/**
 * Proves that entries are in the sealed log (rules 22.5 and 22.6). What waits is sealed first, so that only an entry that is
 * being written at this very moment goes without. No proof is handed out that does not hold.
 */
export async function proveAudit(
  deps: ProveAuditDeps,
  ids: readonly string[],
): Promise<Result<AuditProof, SealBroken>> {
  await sealAudit(deps)
  const { sealedLog } = deps.storage
  const { newest } = await sealedLog.status()
  const head = newest && deps.judgeCheckpoint(newest.note)
  if (!newest || !head) return failure({ kind: 'seal-broken', entryId: ids[0] ?? 'none' })
  const { hashes } = deps
  const partHash = partReader(sealedLog, hashes.join)
  const entries: ProvedEntry[] = []
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE)
    const found = new Map((await sealedLog.find(some)).map(one => [one.entry.id, one]))
    for (const id of some) {
      const one = found.get(id)
      if (!one) continue
      const { entry, position } = one
      if (position === undefined || position >= head.size) {
        entries.push({ entry })
        continue
      }
      const path = await readPath(position, head.size, partHash, hashes.join)
      const leads = { entry: hashes.hashEntry(entry), index: position, size: head.size, path }
      if (!sameHash(head.root, rootByPath(leads, hashes.join)))
        return failure({ kind: 'seal-broken', entryId: id })
      entries.push({ entry, sealed: { position, path } })
    }
  }
  return success({ checkpoint: newest.note, entries })
}

/** More than this is not saved in one piece: nobody reads it, and a part must never pass for the whole. */
export const FOUND_AT_MOST = 20_000

/** Proves everything that a search finds, newest first, or nothing where that is too much to be saved in one piece. */
export async function proveFound(
  deps: ProveAuditDeps,
  search: AuditSearch,
): Promise<Result<AuditProof, SealBroken | { readonly kind: 'too-many' }>> {
  const found = await deps.storage.oversight.searchAudit(search, { limit: FOUND_AT_MOST + 1, offset: 0 })
  if (found.length > FOUND_AT_MOST) return failure({ kind: 'too-many' })
  return proveAudit(
    deps,
    found.map(({ id }) => id),
  )
}

type ReadPart = (part: TreePart) => Promise<Hash | undefined>

/** A path with nothing where a hash was taken out, so that it leads nowhere. */
async function readPath(
  position: number,
  size: number,
  partHash: ReadPart,
  join: JoinHashes,
): Promise<readonly Hash[]> {
  const path: Hash[] = []
  for (const parts of pathOf(position, size)) {
    const hashes: Hash[] = []
    for (const part of parts) {
      const hash = await partHash(part)
      if (!hash) return []
      hashes.push(hash)
    }
    path.push(joinParts(hashes, join))
  }
  return path
}

/** Reads the hash of a complete part, from the nearest level below it that is kept; undefined where that was taken out. */
function partReader(log: SealedLog, join: JoinHashes): ReadPart {
  const tiles = new Map<string, readonly (readonly Hash[])[]>()
  /** A stretch of hashes of a level that is kept, and above it what they join to. */
  const tileOf = async (level: number, tile: number) => {
    const name = `${level}/${tile}`
    const known = tiles.get(name)
    if (known) return known
    const read = completeLevels(await log.hashes(level, tile * TILE, TILE), join)
    if (tiles.size >= TILES_KEPT) tiles.clear()
    tiles.set(name, read)
    return read
  }
  return async ({ level, index }) => {
    const above = level % KEPT_LEVELS
    const width = TILE / 2 ** above
    const tile = Math.floor(index / width)
    const levels = await tileOf(level - above, tile)
    return levels[above]?.[index - tile * width]
  }
}
