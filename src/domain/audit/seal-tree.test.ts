import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  completeLevels,
  EMPTY_TREE,
  growTree,
  type Hash,
  joinParts,
  pathOf,
  rootByPath,
  sameHash,
  type TreePart,
  treeRoot,
} from './seal-tree.ts'

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const hashOf = (hex: string): Hash => sha256(Buffer.from([0]), Buffer.from(hex, 'hex'))
const join = (left: Hash, right: Hash): Hash => sha256(Buffer.from([1]), left, right)
const hex = (hash: Hash | undefined) => hash && Buffer.from(hash).toString('hex')

/** The entries of the published test vectors of Certificate Transparency, and the root after each. */
const PUBLISHED = [
  ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['00', 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  ['10', 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  ['2021', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  ['3031', '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  ['40414243', '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  ['5051525354555657', 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  ['606162636465666768696a6b6c6d6e6f', '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
] as const

/** The tree as RFC 6962 defines it, with nothing remembered. */
function plainRoot(entries: readonly Hash[]): Hash {
  const [only, ...others] = entries
  if (only === undefined) throw new Error('An empty tree has no root here')
  if (others.length === 0) return only
  let middle = 1
  while (middle * 2 < entries.length) middle *= 2
  return join(plainRoot(entries.slice(0, middle)), plainRoot(entries.slice(middle)))
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, nth) => hashOf(nth.toString(16).padStart(8, '0')))

const hashesOf = (parts: readonly TreePart[], entries: readonly Hash[]) =>
  joinParts(
    parts.map(({ level, index }) => plainRoot(entries.slice(index * 2 ** level, (index + 1) * 2 ** level))),
    join,
  )

test('grows to the published roots, one entry at a time', () => {
  let tree = EMPTY_TREE
  for (const [entry, root] of PUBLISHED) {
    tree = growTree(tree, [hashOf(entry)], join).tree
    expect(hex(treeRoot(tree, join))).toBe(root)
  }
  expect(treeRoot(EMPTY_TREE, join)).toBeUndefined()
})

test('it does not matter in how many goes a tree grew', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }), goes => {
      const entries = numbered(goes.reduce((sum, count) => sum + count, 0))
      let tree = EMPTY_TREE
      let completed = 0
      for (const count of goes) {
        const grown = growTree(tree, entries.slice(tree.size, tree.size + count), join)
        for (const { level, index, hash } of grown.completed) {
          expect(hex(hash)).toBe(hex(hashesOf([{ level, index }], entries)))
        }
        completed += grown.completed.length
        tree = grown.tree
      }
      expect(tree.size).toBe(entries.length)
      expect(hex(treeRoot(tree, join))).toBe(entries.length === 0 ? undefined : hex(plainRoot(entries)))
      // Every part above an entry is completed once: as many as entries, less the parts the tree is made of.
      expect(completed).toBe(entries.length - tree.peaks.length)
    }),
  )
})

const placed = fc
  .integer({ min: 1, max: 70 })
  .chain(size => fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }))

test('the path of every entry leads to the root, and to no other with anything changed', () => {
  fc.assert(
    fc.property(placed, fc.nat(), ({ size, index }, chance) => {
      const entries = numbered(size)
      const [entry] = entries.slice(index)
      if (!entry) throw new Error('The entry is in the tree')
      const root = hex(plainRoot(entries))
      const path = pathOf(index, size).map(parts => hashesOf(parts, entries))
      const led = (change: object) => hex(rootByPath({ entry, index, size, path, ...change }, join))
      expect(led({})).toBe(root)
      expect(led({ entry: hashOf('ff') })).not.toBe(root)
      expect(led({ path: [...path, entry] })).toBeUndefined()
      if (path.length > 0) {
        expect(led({ path: path.slice(1) })).not.toBe(root)
        const other = path.with(chance % path.length, hashOf('fe'))
        expect(led({ path: other })).not.toBe(root)
      }
      const elsewhere = chance % size
      if (elsewhere !== index) expect(led({ index: elsewhere })).not.toBe(root)
    }),
  )
  expect(rootByPath({ entry: hashOf(''), index: 1, size: 1, path: [] }, join)).toBeUndefined()
})

test('levels of hashes are those of the complete parts above them', () => {
  for (const count of [1, 2, 3, 4, 5, 7, 8, 11]) {
    const entries = numbered(count)
    const levels = completeLevels(entries, join)
    expect(levels).toHaveLength(1 + Math.floor(Math.log2(count)))
    for (const [level, hashes] of levels.entries()) {
      const parts = Array.from({ length: Math.floor(count / 2 ** level) }, (_, index) => [{ level, index }])
      expect(hashes.map(hex)).toEqual(parts.map(part => hex(hashesOf(part, entries))))
    }
  }
  expect(completeLevels([], join)).toEqual([[]])
})

test('two hashes are the same when every byte is, and there is another', () => {
  const hash = hashOf('00')
  expect(sameHash(hash, hashOf('00'))).toBe(true)
  expect(sameHash(hash, undefined)).toBe(false)
  expect(sameHash(hash, hash.subarray(0, 31))).toBe(false)
  expect(sameHash(hash.subarray(0, 31), hash)).toBe(false)
  for (const place of [0, 15, 31]) {
    const other = Uint8Array.from(hash, (byte, nth) => (nth === place ? byte ^ 1 : byte))
    expect(sameHash(hash, other)).toBe(false)
  }
})

test('a tree without the parts of its size does not grow', () => {
  expect(() => growTree({ size: 1, peaks: [] }, numbered(1), join)).toThrow(RangeError)
})

test('a log of more entries than 32 bits can count has paths too', () => {
  const size = 2 ** 40 + 3
  const path = pathOf(2 ** 40 + 1, size)
  expect(path.at(-1)).toEqual([{ level: 40, index: 0 }])
  expect(path).toHaveLength(3)
})
