import { randomUUID } from 'node:crypto'
import { v7 as newId } from 'uuid'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  freshNhsNumber,
  NO_JOBS,
  nurse,
  pdsSays,
  storedAuthority,
  storedPlan,
} from '../../../test/support/records.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { RETAINED_KINDS } from '../../domain/retention/personal-data.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { keepRetention } from './keep-retention.ts'
import { placeHold, releaseHold } from './legal-holds.ts'
import { showRetention } from './show-retention.ts'
import { passAt, retentionDeps, USUAL_DAYS } from './testing.ts'

const NOW = new Date('2030-06-15T12:00:00Z')
const ago = (days: number) => new Date(NOW.getTime() - days * 86_400_000)

describeOnEachEngine('the retention job', database => {
  let authority: OdsCode
  let numbers: NhsNumber[]
  let authorities = 0
  const db = () => database().kysely
  const deps = (at = NOW) => retentionDeps(database(), () => at)

  beforeEach(async () => {
    await db().deleteFrom('access').execute()
    await db().deleteFrom('plan').execute()
    await db().deleteFrom('legal_hold').execute()
    authority = `Y${String(++authorities).padStart(4, '0')}` as OdsCode
    await storedAuthority(database(), authority)
    numbers = Array.from({ length: 10 }, freshNhsNumber)
    for (const nhs_number of numbers) {
      await storedPlan(database(), {
        nhs_number,
        authority,
        visible_until: ago(800),
        written_created_at: ago(900),
        written_received_at: ago(900),
      })
      await db()
        .insertInto('access')
        .values({
          person: nhs_number,
          nhs_number,
          accessed_at: ago(850),
          id: randomUUID(),
          author: JSON.stringify(nurse()),
          author_key: 'a',
        })
        .execute()
    }
  })
  const plans = async () => (await db().selectFrom('plan').select('nhs_number').execute()).length
  const accesses = async () => (await db().selectFrom('access').select('id').execute()).length
  const entries = async (kind: string) => {
    const rows = await db()
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'remove personal data')
      .where('subject', '=', kind)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    return rows
  }

  test('a pass leaves one audit entry for each kind, with counts and nothing of anybody (rules 8.2 and 23.9)', async () => {
    const before = (await entries('plans')).length
    const ended = await passAt(database(), NOW)
    expect(ended.map(({ kind }) => kind)).toEqual(RETAINED_KINDS)
    expect(ended.find(({ kind }) => kind === 'plans')).toEqual({ kind: 'plans', removed: 10 })
    expect(await plans()).toBe(0)
    const found = await entries('plans')
    expect(found).toHaveLength(before + 1)
    const { details, nhs_number, author } = found[0] ?? {}
    expect([nhs_number, author]).toEqual([null, null])
    expect(details).toEqual({ removed: 10, held: 0, past: 0, onHold: 0, days: 730 })
  })

  test('a step looks at a bounded number of rows and is one commit; a pass that was left goes on there (rule 23.9)', async () => {
    await passAt(database(), NOW, { kinds: [] })
    await db().updateTable('retention_pass').set({ due_at: NOW }).where('kind', '=', 'plans').execute()
    const stopping = new AbortController()
    let steps = 0
    const sleep = async () => {
      if (++steps === 2) stopping.abort()
    }
    expect(await keepRetention({ ...deps(), sleep }, stopping.signal)).toEqual([])
    expect(await plans()).toBe(4)
    expect(await keepRetention(deps())).toEqual([{ kind: 'plans', removed: 10 }])
    expect(await plans()).toBe(0)
    // The next pass is due a day later.
    expect(await keepRetention(deps())).toEqual([])
  })

  test('several processes at once remove what one would, and each pass ends once (rule 23.9)', async () => {
    await passAt(database(), NOW, { kinds: [] })
    await db().updateTable('retention_pass').set({ due_at: NOW }).execute()
    const ended = (await Promise.all([1, 2, 3].map(() => keepRetention(deps())))).flat()
    expect(ended.map(({ kind }) => kind).sort()).toEqual([...RETAINED_KINDS].sort())
    expect(ended.find(({ kind }) => kind === 'plans')?.removed).toBe(10)
    expect(ended.find(({ kind }) => kind === 'accesses')?.removed).toBe(10)
    expect([await plans(), await accesses()]).toEqual([0, 0])
  })

  test('nothing of a person on hold goes, under any number of theirs, until it is released (rule 23.10)', async () => {
    const [held, other] = numbers as [NhsNumber, NhsNumber]
    await pdsSays(database(), other, { state: 'live', restricted: false }, ago(3))
    await pdsSays(database(), held, { state: 'replaced', by: other }, ago(3))
    const placed = await placeHold(deps(), { person: held }, 'Inquiry 7')
    expect(placed.ok).toBe(true)
    expect(await placeHold(deps(), { person: held }, 'again')).toMatchObject({
      ok: false,
      fault: { kind: 'held-already', hold: { reason: 'Inquiry 7' } },
    })
    await passAt(database(), NOW)
    expect([await plans(), await accesses()]).toEqual([2, 2])
    const shown = await showRetention(deps())
    expect(shown.holds).toMatchObject([{ what: { person: held }, reason: 'Inquiry 7', placedBy: 'operator' }])
    expect(shown.kinds.find(({ kind }) => kind === 'plans')?.last?.counts).toEqual({
      held: 2,
      past: 2,
      onHold: 2,
      removed: 8,
      soon: 0,
      oldest: ago(800),
    })
    if (placed.ok) expect(await releaseHold(deps(), placed.value.id)).toMatchObject({ ok: true })
    await passAt(database(), NOW)
    expect([await plans(), await accesses()]).toEqual([0, 0])
    const record = await db()
      .selectFrom('audit')
      .select(['action', 'nhs_number'])
      .where('action', 'like', '% legal hold')
      .where('nhs_number', '=', held)
      .orderBy('id')
      .execute()
    expect(record.map(({ action }) => action)).toEqual(['place legal hold', 'release legal hold'])
  })

  test('nothing of an authority on hold goes, accesses to its plans included (rule 23.10)', async () => {
    const theirs = `${authority}X` as OdsCode
    await storedAuthority(database(), theirs)
    const moved = numbers.slice(0, 4)
    await db().updateTable('plan').set({ authority: theirs }).where('nhs_number', 'in', moved).execute()
    expect(await placeHold(deps(), { authority: 'NONE9' as OdsCode }, 'x')).toMatchObject({
      fault: { kind: 'no-such-authority' },
    })
    await placeHold(deps(), { authority: theirs }, 'Claim')
    await passAt(database(), NOW)
    expect([await plans(), await accesses()]).toEqual([4, 4])
  })

  test('messages from and to the mailbox of an authority on hold are not removed for their age (rule 23.10)', async () => {
    const { messages, payloads } = deps().storage
    const mailbox = `MB${authority}`
    const ids = ['from', 'to', 'other'].map(way => `${way}-${authority}`)
    for (const [nth, id] of ids.entries())
      await messages.add({
        id,
        from: (nth === 0 ? mailbox : 'CPIS') as MailboxId,
        to: (nth === 1 ? mailbox : 'CPIS') as MailboxId,
        workflowId: 'W',
        kind: 'DATA',
        status: 'acknowledged',
        totalChunks: 1,
        size: 1,
        uploadedAt: ago(40),
        expiresAt: ago(35),
      })
    await placeHold(deps(), { authority }, 'Claim')
    await payloads.purge({ messages: ago(30), strays: ago(1) })
    expect(await Promise.all(ids.map(async id => (await messages.find(id))?.id))).toEqual([
      ids[0],
      ids[1],
      undefined,
    ])
  })

  test('a hold that nobody placed cannot be released (rule 23.10)', async () => {
    expect(await releaseHold(deps(), newId())).toMatchObject({ fault: { kind: 'no-such-hold' } })
  })

  test('it is shown what is held of each kind, since when, and how much goes next; old counts are not current (rule 23.11)', async () => {
    for (const [nth, days] of [729, 701, 699, 0].entries())
      await db()
        .updateTable('plan')
        .set({ visible_until: ago(days), written_received_at: ago(900) })
        .where('nhs_number', '=', numbers[nth] ?? '')
        .execute()
    await passAt(database(), NOW)
    const shown = await showRetention(deps())
    expect(shown.current).toBe(true)
    expect(shown.kinds.find(({ kind }) => kind === 'plans')).toMatchObject({
      days: 730,
      current: true,
      nextPassAt: ago(-1),
      last: {
        endedAt: NOW,
        counts: { held: 4, past: 0, removed: 6, soon: 2, oldest: ago(729), nextAt: ago(-1) },
      },
    })
    expect((await showRetention(deps(ago(-3)))).current).toBe(true)
    expect((await showRetention(deps(ago(-3.1)))).current).toBe(false)
    await db().deleteFrom('retention_pass').where('kind', '=', 'plans').execute()
    const never = await showRetention(deps())
    expect(never.kinds.find(({ kind }) => kind === 'plans')).not.toHaveProperty('last')
    expect(never.current).toBe(false)
  })

  test('counts of numbers are of what is left, though all numbers of a person go with one of them (rule 23.11)', async () => {
    await db().deleteFrom('access').execute()
    await db().deleteFrom('plan').execute()
    await db().deleteFrom('person_number').execute()
    const people = Array.from({ length: 5 }, () => [freshNhsNumber(), freshNhsNumber()] as const)
    for (const [nth, [one, other]] of people.entries()) {
      const [old, current] = nth % 2 ? [one, other] : [other, one]
      await pdsSays(database(), current, { state: 'live', restricted: false }, ago(3))
      await pdsSays(database(), old, { state: 'replaced', by: current }, ago(3))
    }
    await storedPlan(database(), { nhs_number: people[2]?.[0] ?? '', authority, visible_until: ago(-9) })
    await passAt(database(), NOW, { retention: { days: USUAL_DAYS, everyHours: 24, rows: 2, pauseMs: 0 } })
    const shown = (await showRetention(deps())).kinds.find(({ kind }) => kind === 'numbers')
    expect(shown?.last?.counts).toMatchObject({ held: 2, past: 0, removed: 8 })
    expect(await db().selectFrom('person_number').select('nhs_number').execute()).toHaveLength(2)
  })

  test('a row that somebody has in use is left for the next pass, and nobody waits (rule 23.9)', async () => {
    if (database().engine === 'embedded') return
    const storage = storageOn(database(), NO_JOBS)
    await storage.transaction(async () => {
      await db()
        .transaction()
        .execute(async trx => {
          await trx
            .selectFrom('access')
            .select('id')
            .where('person', '=', numbers[0] ?? '')
            .forUpdate()
            .execute()
          await passAt(database(), NOW, { kinds: ['accesses'] })
        })
    })
    expect(await accesses()).toBe(1)
    const shown = (await showRetention(deps())).kinds.find(({ kind }) => kind === 'accesses')
    expect(shown?.last?.counts).toMatchObject({ held: 1, past: 1, onHold: 0, removed: 9 })
    await passAt(database(), NOW, { kinds: ['accesses'] })
    expect(await accesses()).toBe(0)
  })
})
