/** The SHA-256 hash of an entry of the audit log, or of a part of the tree over them: 32 bytes. */
export type Hash = Uint8Array

/** Makes the hash of a part out of those of its two halves. */
export type JoinHashes = (left: Hash, right: Hash) => Hash

/**
 * The Merkle tree of RFC 6962 over the sealed entries of the audit log, in the order in which they were sealed. It is all that
 * has to be known to go on growing it: the hash of each complete part that it is made of, the largest and first one first.
 */
export interface SealTree {
  /** How many entries are sealed. */
  readonly size: number
  readonly peaks: readonly Hash[]
}

/** A complete part of the tree: the entries from `index * 2^level` on, `2^level` of them. */
export interface TreePart {
  readonly level: number
  readonly index: number
}

export interface HashedPart extends TreePart {
  readonly hash: Hash
}

/** How many entries of which log are sealed, and the root that stands for all of them. */
export interface SealHead {
  /** What this log is called, unlike any other. */
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

export function sameHash(one: Hash, other: Hash | undefined): boolean {
  return other?.length === one.length && one.every((byte, nth) => byte === other[nth])
}

export const EMPTY_TREE: SealTree = { size: 0, peaks: [] }

/** The tree with more entries at its end, and every part above an entry that became complete by them. */
export function growTree(
  tree: SealTree,
  entries: readonly Hash[],
  join: JoinHashes,
): { readonly tree: SealTree; readonly completed: readonly HashedPart[] } {
  const peaks = [...tree.peaks]
  const completed: HashedPart[] = []
  let { size } = tree
  for (const entry of entries) {
    let hash = entry
    let index = size
    for (let level = 1; index % 2 === 1; level++) {
      const left = peaks.pop()
      if (!left) throw new RangeError('A tree of this size has more peaks')
      hash = join(left, hash)
      index = (index - 1) / 2
      completed.push({ level, index, hash })
    }
    peaks.push(hash)
    size += 1
  }
  return { tree: { size, peaks }, completed }
}

/** The root of a tree, which stands for every entry in it; an empty tree has none. */
export function treeRoot({ peaks }: SealTree, join: JoinHashes): Hash | undefined {
  return peaks.length === 0 ? undefined : joinParts(peaks, join)
}

/** The hash of neighbouring complete parts, each no larger than the one before it. */
export function joinParts(parts: readonly Hash[], join: JoinHashes): Hash {
  return parts.reduceRight((right, left) => join(left, right))
}

/**
 * What proves that an entry is in a tree (RFC 6962, section 2.1.1): from the entry up to the root the neighbour of each part that
 * it is in. A neighbour at the end of the tree may itself be made of several complete parts.
 */
export function pathOf(index: number, size: number): readonly (readonly TreePart[])[] {
  const path: (readonly TreePart[])[] = []
  let first = 0
  let end = size
  while (end - first > 1) {
    const middle = first + largestPowerBelow(end - first)
    if (index < middle) {
      path.unshift(completeParts(middle, end))
      end = middle
    } else {
      path.unshift(completeParts(first, middle))
      first = middle
    }
  }
  return path
}

/** The root to which an entry and its path lead (RFC 9162, section 2.1.3.2); undefined where the path has not its length. */
export function rootByPath(
  {
    entry,
    index,
    size,
    path,
  }: {
    readonly entry: Hash
    readonly index: number
    readonly size: number
    readonly path: readonly Hash[]
  },
  join: JoinHashes,
): Hash | undefined {
  if (index >= size) return undefined
  let place = index
  let last = size - 1
  let hash = entry
  for (const neighbour of path) {
    if (last === 0) return undefined
    if (place % 2 === 1 || place === last) {
      hash = join(neighbour, hash)
      while (place % 2 === 0 && place > 0) {
        place /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = join(hash, neighbour)
    }
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? hash : undefined
}

/** Hashes of one level, and above them, level by level, the complete parts that they join to. */
export function completeLevels(hashes: readonly Hash[], join: JoinHashes): readonly (readonly Hash[])[] {
  const levels = [hashes]
  for (let below = hashes; below.length > 1; ) {
    below = below.flatMap((left, nth) => {
      const right = nth % 2 === 0 ? below[nth + 1] : undefined
      return right ? [join(left, right)] : []
    })
    levels.push(below)
  }
  return levels
}

function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/** A range that begins where a part of its largest complete size begins, as every range of a path does. */
function completeParts(first: number, end: number): readonly TreePart[] {
  const parts: TreePart[] = []
  for (let at = first; at < end; ) {
    const level = Math.floor(Math.log2(end - at))
    parts.push({ level, index: at / 2 ** level })
    at += 2 ** level
  }
  return parts
}
