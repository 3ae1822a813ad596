import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { shownSequence } from '../../domain/upload/upload.ts'
import type { NotificationFilter, NotificationStep, UploadDraft } from '../../flows/notification/ports.ts'
import { migrate } from '../migrate.ts'
import { authorityStore } from '../registration/authority-store.ts'
import { authorityPageStore } from './authority-page-store.ts'

const HOME = '886' as OdsCode
const OTHER = '881' as OdsCode
const NUMBER = '9990000018'
const AT = new Date('2026-06-01T12:00:00Z')

describeOnEachEngine('the desk store', database => {
  const desk = () => authorityPageStore(database().kysely)
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
    const step = (kind: NotificationStep['kind']): NotificationStep => ({
      id: randomUUID(),
      at: AT,
      by: 'Juniper',
      kind,
    })
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

  test('finds items by what was done with them, their kind and whether somebody has them, a page at a time', async () => {
    const { kysely } = database()
    const odsCode = '882' as OdsCode
    const mailbox = 'LA882OT001' as MailboxId
    await authorityStore(kysely).add({ odsCode, name: 'Sandbox Council', mailbox })
    const at = (minutes: number) => new Date(AT.getTime() + minutes * 60_000)
    for (const minute of [0, 1, 2, 3]) {
      await sql`insert into notification (nhs_number, access_id, authority, accessed_at, author, upload_sequence)
        values (${NUMBER}, gen_random_uuid(), ${odsCode}, ${at(minute)}, '{}'::jsonb, 1)`.execute(kysely)
    }
    await sql`insert into number_change (nhs_number, authority, version, noticed_at, upload_sequence)
      values (${NUMBER}, ${odsCode}, 1, ${at(4)}, 1)`.execute(kysely)
    const found = async (filter: Partial<NotificationFilter>, page = { limit: 10, offset: 0 }) => {
      const items = await desk().items(odsCode, { state: 'all', overdueBefore: at(2), ...filter }, page)
      return items.map(item => (item.at.getTime() - AT.getTime()) / 60_000)
    }
    const [, third, second] = await desk().items(odsCode, all, { limit: 10, offset: 0 })
    const step = (kind: NotificationStep['kind'], minute: number, text?: string): NotificationStep => ({
      id: randomUUID(),
      at: at(minute),
      by: 'Juniper',
      kind,
      ...(text !== undefined && { text }),
    })
    if (!second || !third) throw new Error('Five were told')
    await desk().take(odsCode, third, step('assigned', 5, 'Rowan'))
    await desk().take(odsCode, third, step('noted', 6, 'Nobody'))
    await desk().take(odsCode, third, step('acknowledged', 6))
    await desk().take(odsCode, second, step('assigned', 6, 'Juniper'))
    await desk().take(odsCode, second, step('assigned', 5, ''))

    expect(await found({})).toEqual([4, 3, 2, 1, 0])
    expect(await found({}, { limit: 2, offset: 1 })).toEqual([3, 2])
    expect(await found({ state: 'open' })).toEqual([4, 2, 1, 0])
    expect(await found({ state: 'done' })).toEqual([3])
    expect(await found({ state: 'overdue' })).toEqual([1, 0])
    expect(await found({ kind: 'inactive-number' })).toEqual([4])
    expect(await found({ assigned: 'somebody' })).toEqual([3, 2])
    expect(await found({ assigned: 'nobody' })).toEqual([4, 1, 0])
    expect(await found({ assigned: 'somebody', state: 'open' })).toEqual([2])
    expect(await found({ assigned: 'nobody', kind: 'access' }, { limit: 1, offset: 1 })).toEqual([0])
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
    const draft: UploadDraft = { id: randomUUID(), authority: HOME, madeAt: AT, contact, content }
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
