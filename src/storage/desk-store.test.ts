import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../test/support/engines.ts'
import type { MailboxId, OdsCode } from '../domain/organisation.ts'
import { shownSequence } from '../domain/upload.ts'
import type { DeskDraft, DeskStep } from '../flows/desk-ports.ts'
import { authorityStore } from './authority-store.ts'
import { deskStore } from './desk-store.ts'
import { migrate } from './migrate.ts'

const HOME = '886' as OdsCode
const OTHER = '881' as OdsCode
const NUMBER = '9990000018'
const AT = new Date('2026-06-01T12:00:00Z')

describeOnEachEngine('the desk store', database => {
  const desk = () => deskStore(database().kysely)
  const all = { state: 'all', overdueBefore: AT } as const
  const itemsOf = (authority: OdsCode) => desk().items(authority, all, { limit: 10, offset: 0 })

  beforeAll(async () => {
    const { kysely } = database()
    await migrate(kysely)
    for (const odsCode of [HOME, OTHER]) {
      const mailbox = `LA${odsCode}OT001` as MailboxId
      await authorityStore(kysely).add({ odsCode, name: 'Sandbox Council', mailbox })
      const author = JSON.stringify({ kind: 'person' })
      await sql`insert into notification (nhs_number, access_id, authority, accessed_at, author, upload_sequence)
        values (${NUMBER}, gen_random_uuid(), ${odsCode}, ${AT}, ${author}::jsonb, 1)`.execute(kysely)
    }
  })

  test('keeps a step once, and changes nothing of another authority that holds the same person', async () => {
    const [item] = await itemsOf(HOME)
    if (!item) throw new Error('Home was told of an access')
    const step = (kind: DeskStep['kind']): DeskStep => ({ id: randomUUID(), at: AT, by: 'Juniper', kind })
    const noted = { ...step('noted'), text: 'Rang' }
    expect([await desk().take(HOME, item, noted), await desk().take(HOME, item, noted)]).toEqual([
      true,
      false,
    ])
    expect(await desk().take(OTHER, item, step('acknowledged'))).toBe(false)
    expect((await desk().item(HOME, item.id))?.acknowledgedAt).toBeUndefined()
    expect(await desk().take(HOME, item, step('acknowledged'))).toBe(true)
    expect(await desk().take(HOME, item, step('acknowledged'))).toBe(false)
    expect((await desk().item(HOME, item.id))?.steps.map(({ kind }) => kind).sort()).toEqual([
      'acknowledged',
      'noted',
    ])
    expect(await desk().item(OTHER, item.id)).toBeUndefined()
    expect(await desk().counts(HOME, new Date())).toEqual({ unread: 0, overdue: 0 })
    expect(await desk().counts(OTHER, new Date())).toEqual({ unread: 1, overdue: 1 })
  })

  test('takes numbers of tables, each once for good, also at once and after a restart (rule 3.23)', async () => {
    const { kysely } = database()
    const taken = await Promise.all(Array.from({ length: 6 }, () => desk().takeSequence(HOME)))
    await authorityStore(kysely).restartSequence(HOME)
    taken.push(await desk().takeSequence(HOME))
    expect(taken.toSorted().map(shownSequence)).toEqual([1, 2, 3, 4, 5, 6, 7].map(nth => `table ${nth}`))
    expect(shownSequence(await desk().takeSequence(OTHER))).toBe('table 1')
    expect(taken.every(Number.isSafeInteger)).toBe(true)
  })

  test('a table waits for its own authority, and is forgotten when it is old or sent', async () => {
    const contact = { odsCode: HOME, name: 'Sandbox Council', dutyPhone: '01632960000' }
    const content = new Uint8Array([1, 2, 3])
    const draft: DeskDraft = { id: randomUUID(), authority: HOME, madeAt: AT, contact, content }
    await desk().keepDraft(draft)
    expect(await desk().draft(OTHER, draft.id)).toBeUndefined()
    const kept = await desk().draft(HOME, draft.id)
    expect({ ...kept, content: new Uint8Array(kept?.content ?? []) }).toEqual(draft)
    await desk().draftSent(draft, { messageId: 'M1', sequence: 4 })
    expect(await desk().draft(HOME, draft.id)).toEqual({
      ...draft,
      content: undefined,
      sent: { messageId: 'M1', sequence: 4 },
    })
    await desk().forgetDrafts(new Date(AT.getTime() + 1))
    expect(await desk().draft(HOME, draft.id)).toBeUndefined()
  })
})
