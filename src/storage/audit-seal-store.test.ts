import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../test/support/engines.ts'
import { sealStore } from './audit-seal-store.ts'

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
