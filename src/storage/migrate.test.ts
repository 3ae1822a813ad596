import { readdirSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../test/support/engines.ts'
import type { MailboxId, OdsCode } from '../domain/organisation.ts'
import { shownSequence } from '../domain/upload/upload.ts'
import { embeddedTemplate } from './embedded-template.ts'
import { messageStore } from './mailbox/message-store.ts'
import { migrate } from './migrate.ts'
import { authorityPageStore } from './notification/authority-page-store.ts'
import { openEmbedded } from './open-database.ts'

describeOnEachEngine('migrate', database => {
  test('a database that is up to date needs no step', async () => {
    expect(await migrate(database().kysely)).toEqual([])
  })

  test('both engines read types alike', async () => {
    const [row] = await database().statement<Record<string, unknown>>(
      'types',
      `select 42::bigint as big, date '2026-03-29' as day, timestamptz '2026-03-29 01:30:00+00' as moment`,
      [],
    )
    expect(row).toEqual({ big: 42, day: '2026-03-29', moment: new Date('2026-03-29T01:30:00Z') })
  })
})

test('step 0017 leaves inboxes in their order, and goes on from there', async () => {
  const { kysely, close } = await openEmbedded({ template: await embeddedTemplate() })
  const steps = new URL('./migrations/', import.meta.url)
  const apply = async (wanted: (nth: number) => boolean) => {
    for (const name of readdirSync(steps).sort()) {
      const { up } = (await import(new URL(name, steps).href)) as {
        up: (db: Kysely<unknown>) => Promise<void>
      }
      if (wanted(Number(name.slice(0, 4)))) await up(kysely as Kysely<unknown>)
    }
  }
  await apply(nth => nth < 17)
  const at = new Date('2026-03-02T12:00:00Z')
  for (const [id, recipient] of ['B:ONE', 'Z:TWO', 'A:ONE'].map(text => text.split(':'))) {
    await sql`insert into message (id, recipient, workflow_id, kind, status, label, total_chunks, size, uploaded_at,
        accepted_at, accepted_order, expires_at)
      values (${id}, ${recipient}, 'WF', 'DATA', 'accepted', '{}', 1, 1, ${at}, ${at}, nextval('message_accepted_order'), ${at})`.execute(
      kysely,
    )
  }
  await sql`insert into desk_sequence (authority, sequence_epoch, last) values ('886', 0, 7)`.execute(kysely)
  await apply(nth => nth === 17)
  const messages = messageStore(kysely)
  const one = 'ONE' as MailboxId
  await messages.add({
    id: '0',
    to: one,
    workflowId: 'WF',
    kind: 'DATA',
    status: 'accepted',
    totalChunks: 1,
    size: 1,
    uploadedAt: at,
    acceptedAt: at,
    expiresAt: at,
  })
  const inbox = await messages.inbox({ mailbox: one, limit: 10 })
  expect(inbox.messages.map(({ id }) => id)).toEqual(['B', 'A', '0'])
  expect(shownSequence(await authorityPageStore(kysely).takeSequence('886' as OdsCode))).toBe('table 1')
  await close()
})
