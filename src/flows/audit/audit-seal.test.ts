/** More than 300 lines: every way to change a sealed log, one after the other, on both engines. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { AuditFinding } from '../../domain/audit/audit-finding.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { hashEntry, joinHashes } from '../../formats/audit-seal/hashes.ts'
import { checkEntry, readProofFile, writeProofFile } from '../../formats/audit-seal/proof-file.ts'
import { checkpointJudge, checkpointSigner } from '../../formats/audit-seal/seal-keys.ts'
import { verifierKey } from '../../formats/audit-seal/verifier-key.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import type { Schema } from '../../storage/schema.ts'
import { storage } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { proveAudit } from './prove-audit.ts'
import { sealAudit } from './seal-audit.ts'
import { type VerifyAuditInput, verifyAudit } from './verify-audit.ts'

const NOW = new Date('2026-03-10T09:00:00Z')
const CHILD = '9990000018' as NhsNumber
const key = generateKeyPairSync('ed25519').privateKey
const otherKey = generateKeyPairSync('ed25519').privateKey

describeOnEachEngine('the seal over the audit log', database => {
  let jobs: Jobs
  let stores: Storage
  const kysely = () => database().kysely as Kysely<Schema>
  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    stores = storage(database(), jobs)
  })
  afterAll(() => jobs.stop(1_000))
  beforeEach(async () => {
    // As somebody who may do anything with the database: the triggers are in the way of everybody else.
    await asIntruder(async trx => {
      for (const table of ['audit', 'audit_waiting', 'audit_leaf', 'audit_part', 'audit_checkpoint']) {
        await sql`truncate ${sql.table(table)}`.execute(trx)
      }
      await sql`update audit_tree set size = 0, peaks = ''`.execute(trx)
    })
  })

  const asIntruder = (work: (trx: Kysely<Schema>) => Promise<unknown>) =>
    kysely()
      .transaction()
      .execute(async trx => {
        const tables = ['audit', 'audit_leaf', 'audit_part', 'audit_checkpoint']
        for (const table of tables)
          await sql`alter table ${sql.table(table)} disable trigger user`.execute(trx)
        await work(trx)
        for (const table of tables)
          await sql`alter table ${sql.table(table)} enable trigger user`.execute(trx)
      })
  const deps = (signing: KeyObject = key, trusted: readonly KeyObject[] = [key]) => ({
    storage: stores,
    clock: { now: () => NOW },
    hashes: { hashEntry, join: joinHashes },
    signer: checkpointSigner(signing),
    judgeCheckpoint: checkpointJudge(origin => trusted.map(one => verifierKey(origin, one))),
  })
  const write = async (count: number): Promise<string[]> => {
    const entries = Array.from(
      { length: count },
      (_, nth): AuditEntry => ({
        id: newId(),
        at: new Date(NOW.getTime() + nth),
        via: 'fhir',
        action: 'query plans',
        outcome: 'allowed',
        nhsNumber: CHILD,
        details: { plans: nth },
      }),
    )
    await stores.transaction(async within => {
      for (const entry of entries) await within.audit.append(entry)
    })
    return entries.map(({ id }) => id)
  }
  const findings = async (input: VerifyAuditInput = {}): Promise<readonly AuditFinding[]> =>
    (await verifyAudit(deps(), input)).findings
  const kept = async () => {
    const { newest } = await stores.sealedLog.status()
    const judged = newest && deps().judgeCheckpoint(newest.note)
    if (!judged) throw new Error('Something was sealed')
    return judged
  }

  test('what waits is sealed once, and a checkpoint says how much (rule 22.1)', async () => {
    expect(await sealAudit(deps())).toBe(0)
    expect((await stores.sealedLog.status()).newest).toBeUndefined()
    await write(3)
    expect(await stores.sealedLog.status()).toMatchObject({ waiting: 3 })
    expect(await sealAudit(deps())).toBe(3)
    expect(await sealAudit(deps())).toBe(0)
    expect(await stores.sealedLog.status()).toMatchObject({ waiting: 0, newest: { size: 3, at: NOW } })
    await write(1)
    await sealAudit(deps())
    expect(await verifyAudit(deps())).toMatchObject({ size: 4, waiting: 0, checkpoints: 2, found: 0 })
  })

  test('several who seal at once seal each entry once', async () => {
    await write(60)
    const writing = write(20)
    const sealed = await Promise.all([sealAudit(deps()), sealAudit(deps()), sealAudit(deps())])
    await writing
    const total = sealed.reduce((sum, count) => sum + count, 0) + (await sealAudit(deps()))
    expect(total).toBe(80)
    expect(await verifyAudit(deps())).toMatchObject({ size: 80, found: 0 })
  })

  test('an entry that commits after younger ones were sealed is sealed as well', async () => {
    const early = newId()
    await write(2)
    await sealAudit(deps())
    await stores.audit.append({ id: early, at: NOW, via: 'worker', action: 'late', outcome: 'allowed' })
    expect(await sealAudit(deps())).toBe(1)
    expect(await findings()).toEqual([])
  })

  test('any entry of a log with parts of every kind is proved by a file, without the service', async () => {
    const ids = await write(300)
    await sealAudit(deps())
    ids.push(...(await write(5)))
    const proof = await proveAudit(deps(), ids)
    if (!proof.ok) throw new Error('It holds')
    const file = readProofFile(writeProofFile({ savedAt: NOW, ...proof.value }))
    if (!file.ok) throw new Error(file.fault)
    const head = deps().judgeCheckpoint(file.value.checkpoint)
    if (!head) throw new Error('It is a checkpoint')
    expect(head).toMatchObject({ signed: 'trusted', size: 305 })
    expect(new Set(file.value.entries.map(entry => checkEntry(entry, head)))).toEqual(new Set(['proved']))
    expect(file.value.entries.map(({ entry }) => entry.id)).toEqual(ids)
  })

  test('nothing is proved that was changed (rule 22.6)', async () => {
    const [first, second] = await write(2)
    await sealAudit(deps())
    await asIntruder(trx => sql`update audit set actor = 'nobody' where id = ${second}::uuid`.execute(trx))
    expect(await proveAudit(deps(), [String(first)])).toMatchObject({ ok: true })
    expect(await proveAudit(deps(), [String(second)])).toEqual({
      ok: false,
      fault: { kind: 'seal-broken', entryId: second },
    })
  })

  test.each([
    ['another outcome', sql`update audit set outcome = 'refused' where id = $id`],
    ['another person', sql`update audit set nhs_number = '9990000026' where id = $id`],
    [
      'an instant a microsecond later',
      sql`update audit set at = at + interval '1 microsecond' where id = $id`,
    ],
    ['other details', sql`update audit set details = '{"plans": 7}' where id = $id`],
  ])('%s is found, and which entry it is', async (_what, change) => {
    const ids = await write(5)
    await sealAudit(deps())
    const id = String(ids[3])
    const text = change.compile(kysely()).sql.replace('$id', `'${id}'::uuid`)
    await asIntruder(trx => sql.raw(text).execute(trx))
    expect(await findings()).toEqual([{ kind: 'altered', position: 3, entryId: id }])
  })

  test('an entry taken out is found, and one put in around the log', async () => {
    const ids = await write(5)
    await sealAudit(deps())
    const id = String(ids[2])
    const added = newId()
    await asIntruder(async trx => {
      await sql`delete from audit where id = ${id}::uuid`.execute(trx)
      await sql`insert into audit (id, at, door, action, outcome)
        values (${added}::uuid, now(), 'fhir', 'query plans', 'allowed')`.execute(trx)
    })
    expect(await findings()).toEqual([
      { kind: 'removed', position: 2, entryId: id },
      { kind: 'slipped-in', entryId: added },
    ])
  })

  test('an entry taken out before it was sealed leaves a trace, and keeps no other from being sealed', async () => {
    const ids = await write(3)
    await asIntruder(trx => sql`delete from audit where id = ${ids[1]}::uuid`.execute(trx))
    expect(await sealAudit(deps())).toBe(2)
    expect(await findings()).toEqual([{ kind: 'vanished', entryId: ids[1] }])
  })

  test('whoever changes the seal as well cannot sign it', async () => {
    const ids = await write(3)
    await sealAudit(deps())
    await write(2)
    await sealAudit(deps())
    const id = String(ids[1])
    const changed = await stores.sealedLog.find([id])
    const [entry] = changed.map(one => ({ ...one.entry, outcome: 'refused' as const }))
    if (!entry) throw new Error('The entry is there')
    await asIntruder(async trx => {
      await sql`update audit set outcome = 'refused' where id = ${id}::uuid`.execute(trx)
      await sql`update audit_leaf set hash = ${hashEntry(entry)} where entry = ${id}::uuid`.execute(trx)
    })
    expect(await findings()).toEqual([{ kind: 'rewritten', after: 0, size: 3 }])
  })

  test('a log whose whole seal was made anew is known by its key', async () => {
    await write(4)
    await sealAudit(deps(otherKey))
    expect(await findings()).toEqual([{ kind: 'newest-not-trusted', size: 4 }])
    expect(await verifyAudit(deps(key, [key, otherKey]))).toMatchObject({ found: 0, unknownKeys: 0 })
  })

  test('a new key vouches for what is there, and the old one is no longer needed', async () => {
    await write(4)
    await sealAudit(deps(otherKey))
    expect(await sealAudit(deps(), true)).toBe(0)
    expect(await sealAudit(deps(), true)).toBe(0)
    expect(await verifyAudit(deps())).toMatchObject({ found: 0, checkpoints: 2, unknownKeys: 1 })
  })

  test('a log cut short is found by a checkpoint that was kept elsewhere (rule 22.8)', async () => {
    await write(3)
    await sealAudit(deps())
    const early = await kept()
    await write(2)
    await sealAudit(deps())
    const late = await kept()
    expect(await findings({ kept: [early, late] })).toEqual([])
    await asIntruder(async trx => {
      await sql`delete from audit where id in (select entry from audit_leaf where position >= 3)`.execute(trx)
      await sql`delete from audit_leaf where position >= 3`.execute(trx)
      await sql`delete from audit_checkpoint where size > 3`.execute(trx)
      await sql`update audit_tree set size = 3`.execute(trx)
    })
    expect(await findings()).toEqual([])
    expect(await findings({ kept: [early, late] })).toEqual([{ kind: 'cut-short', size: 3, kept: 5 }])
  })

  test('a kept checkpoint of another log, of another key or of other entries is told apart', async () => {
    expect(
      await findings({
        kept: [{ origin: await origin(), size: 1, root: new Uint8Array(32), signed: 'trusted' }],
      }),
    ).toEqual([{ kind: 'never-sealed' }])
    await write(2)
    await sealAudit(deps())
    const one = await kept()
    expect(await findings({ kept: [{ ...one, origin: 'cp-is-audit/other' }] })).toEqual([
      { kind: 'other-log', origin: 'cp-is-audit/other' },
    ])
    expect(await findings({ kept: [{ ...one, signed: 'unknown' }] })).toEqual([
      { kind: 'kept-not-trusted', size: 2 },
    ])
    expect(await findings({ kept: [{ ...one, root: new Uint8Array(32) }] })).toEqual([
      { kind: 'kept-differs', size: 2 },
    ])
    expect(await findings({ kept: [{ ...one, size: 1, root: new Uint8Array(32) }] })).toEqual([
      { kind: 'kept-differs', size: 1 },
    ])
  })
  const origin = async () => (await stores.sealedLog.status()).origin

  test('a seal that was taken out is found, and where', async () => {
    await write(4)
    await sealAudit(deps())
    await asIntruder(trx => sql`delete from audit_leaf where position in (1, 3)`.execute(trx))
    const found = await findings()
    expect(found.filter(({ kind }) => kind === 'seal-missing')).toEqual([
      { kind: 'seal-missing', position: 1 },
      { kind: 'seal-missing', position: 3 },
    ])
    expect(found.filter(({ kind }) => kind === 'slipped-in')).toHaveLength(2)
  })

  test('a checkpoint that was changed is found', async () => {
    await write(1)
    await sealAudit(deps())
    await write(1)
    await sealAudit(deps())
    await asIntruder(trx =>
      sql`update audit_checkpoint set note = replace(note, ${`\n1\n`}, ${`\n7\n`}) where size = 1`.execute(
        trx,
      ),
    )
    expect(await findings()).toEqual([{ kind: 'bad-signature', size: 1 }])
  })

  test('nobody changes the seal through SQL (rule 22.1)', async () => {
    await write(1)
    await sealAudit(deps())
    for (const table of ['audit_leaf', 'audit_checkpoint']) {
      await expect(sql`delete from ${sql.table(table)}`.execute(kysely())).rejects.toThrow('append-only')
      await expect(sql`truncate ${sql.table(table)}`.execute(kysely())).rejects.toThrow('append-only')
    }
  })

  test('a check is taken up by one process in its time, and what it came to is kept (rule 22.9)', async () => {
    const hour = (nth: number) => new Date(NOW.getTime() + nth * 3_600_000)
    const claim = (at: number) =>
      stores.seal.claimCheck(hour(at), { ended: hour(at - 24), begun: hour(at - 6) })
    expect(await claim(0)).toBe(true)
    expect(await claim(1)).toBe(false)
    // Whoever began it has died.
    expect(await claim(7)).toBe(true)
    await stores.seal.keepCheck({ at: hour(8), size: 12, findings: 1 })
    expect(await stores.sealedLog.status()).toMatchObject({
      lastCheck: { at: hour(8), size: 12, findings: 1 },
    })
    expect(await claim(31)).toBe(false)
    expect(await claim(33)).toBe(true)
    await stores.seal.releaseCheck()
    expect(await claim(33)).toBe(true)
  })
})
