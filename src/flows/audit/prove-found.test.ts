import { expect, test } from 'vitest'
import { FOUND_AT_MOST, type ProveAuditDeps, proveFound } from './prove-audit.ts'

test('(rule 21.19) more entries than can be saved whole are not saved in part', async () => {
  const search = { from: new Date('2026-01-01T00:00:00Z'), before: new Date('2026-02-01T00:00:00Z') }
  const asked: unknown[] = []
  const searchAudit = async (found: unknown, { limit }: { limit: number }) => {
    asked.push(found)
    return Array.from({ length: limit }, (_, nth) => ({ id: String(nth) }))
  }
  // Nothing else of the log is touched.
  const deps = { storage: { oversight: { searchAudit } } } as unknown as ProveAuditDeps
  expect(await proveFound(deps, search)).toEqual({ ok: false, fault: { kind: 'too-many' } })
  expect(FOUND_AT_MOST).toBe(20_000)
  expect(asked).toEqual([search])
})
