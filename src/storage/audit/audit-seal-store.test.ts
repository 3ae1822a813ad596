import { v7 as newId } from 'uuid'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { sealedLog, sealStore } from './audit-seal-store.ts'

const AT = new Date('2026-06-15T12:00:00Z')

describeOnEachEngine('who signed the tree as it stands', database => {
  test('are the keys of its own size: one that signed it when it was smaller has to sign anew (rule 22.4)', async () => {
    const store = sealStore(database().kysely)
    const signed = (size: number, keyId: string) =>
      store.append({
        from: size,
        entries: [],
        parts: [],
        tree: { size, peaks: [new Uint8Array(32)] },
        checkpoint: { size, keyId, at: AT, note: `signed by ${keyId}` },
      })
    const signedBy = async () => [...((await store.hold())?.signedBy ?? [])].sort()
    expect(await signedBy()).toEqual([])
    await signed(1, 'first key')
    await signed(2, 'second key')
    expect(await signedBy()).toEqual(['second key'])
    await signed(2, 'first key')
    expect(await signedBy()).toEqual(['first key', 'second key'])
  })
})

describeOnEachEngine('the hashes that prove an entry (rule 22.5)', database => {
  test('are those of the level and range that are asked for', async () => {
    const hash = (byte: number) => new Uint8Array(32).fill(byte)
    const part = (level: number, index: number) => ({ level, index, hash: hash(level * 10 + index) })
    await sealStore(database().kysely).append({
      from: 0,
      entries: [1, 2, 3, 4].map(byte => ({ id: newId(), hash: hash(byte) })),
      parts: [part(8, 0), part(8, 1), part(8, 2), part(8, 3), part(16, 1), part(16, 2)],
      tree: { size: 4, peaks: [hash(0)] },
      checkpoint: { size: 4, keyId: 'key', at: AT, note: 'signed' },
    })
    const bytes = async (level: number, first: number, count: number) =>
      (await sealedLog(database().kysely).hashes(level, first, count)).map(([byte]) => byte)
    expect(await bytes(0, 1, 2)).toEqual([2, 3])
    expect(await bytes(0, 0, 9)).toEqual([1, 2, 3, 4])
    expect(await bytes(8, 1, 2)).toEqual([81, 82])
    expect(await bytes(16, 1, 1)).toEqual([161])

    // A check reads what was sealed when it began, whatever is sealed meanwhile (rule 22.7).
    const log = sealedLog(database().kysely)
    const collected = async <T>(pages: AsyncIterable<readonly T[]>) => {
      const all: T[] = []
      for await (const page of pages) all.push(...page)
      return all
    }
    expect((await collected(log.positions(2))).map(({ position }) => position)).toEqual([0, 1])
    expect(await collected(log.checkpoints(3))).toEqual([])
    expect((await collected(log.checkpoints(4))).map(({ size }) => size)).toEqual([4])
  })
})
