import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber, nurse, storedAuthority } from '../../../test/support/records.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { Schema } from '../schema.ts'
import { notificationStore } from './notification-store.ts'

const NOON = new Date('2026-06-15T12:00:00Z')
const minutesLater = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)

describeOnEachEngine('notifications that wait', database => {
  const store = () => notificationStore(database().kysely)
  const [ours, theirs, atDesk] = ['801', '802', '803'] as OdsCode[] as [OdsCode, OdsCode, OdsCode]

  beforeEach(async () => {
    await database().kysely.deleteFrom('notification').execute()
    for (const authority of [ours, theirs, atDesk]) await storedAuthority(database(), authority)
    await database()
      .kysely.updateTable('authority')
      .set({ told_at: 'desk' })
      .where('ods_code', '=', atDesk)
      .execute()
  })

  const notified = async (
    authority: OdsCode,
    minute: number,
    change: Partial<Pick<Schema['notification'], 'message_id'>> & {
      told_at_desk?: boolean
      nhs_number?: string
    } = {},
  ) => {
    const id = randomUUID()
    await database()
      .kysely.insertInto('notification')
      .values({
        nhs_number: freshNhsNumber(),
        id,
        access_id: randomUUID(),
        authority,
        accessed_at: minutesLater(minute),
        author: JSON.stringify(nurse()),
        local_id: null,
        local_id_authority: null,
        upload_sequence: 1,
        message_id: null,
        ...change,
      })
      .execute()
    return id
  }
  const taken = async (authority: OdsCode, before = minutesLater(60), limit = 10) =>
    (await store().take(authority, before, limit)).map(({ id }) => id)

  test('authorities are told what is their own and waits: oldest first, up to the instant given (rules 6.1 and 6.2)', async () => {
    const second = await notified(ours, 2)
    const first = await notified(ours, 1)
    const late = await notified(ours, 30)
    await notified(ours, 0, { message_id: 'M-0' })
    await notified(ours, 0, { told_at_desk: true })
    await notified(theirs, 30)
    expect(await store().authoritiesWaiting(minutesLater(2))).toEqual([ours])
    expect(await taken(ours, minutesLater(2))).toEqual([first, second])
    expect(await taken(ours, minutesLater(30), 2)).toEqual([first, second])
    expect(await taken(ours, minutesLater(30))).toEqual([first, second, late])
    expect(await taken(theirs, minutesLater(2))).toEqual([])
  })

  test.each([
    { message_id: 'M-0' },
    { told_at_desk: true },
  ])('an authority for which nothing waits is not told: %j (rule 6.1)', async told => {
    await notified(ours, 0, told)
    expect(await store().authoritiesWaiting(minutesLater(60))).toEqual([])
    expect(await taken(ours)).toEqual([])
  })

  test('an authority that is told at its desk is told nothing in its mailbox, whoever else is (rule 19.9)', async () => {
    await notified(atDesk, 0)
    expect(await store().authoritiesWaiting(minutesLater(60))).toEqual([])
    expect(await taken(atDesk)).toEqual([])
  })

  test('a message delivers what is in it, and puts that and nothing else back (rule 6.5)', async () => {
    const number = freshNhsNumber()
    const [first, second] = [
      await notified(ours, 1, { nhs_number: number }),
      await notified(ours, 2, { nhs_number: number }),
    ]
    const third = await notified(ours, 3)
    const [oldest] = await store().take(ours, minutesLater(60), 1)
    if (!oldest) throw new Error('Three wait')
    await store().markDelivered([oldest], 'M-1')
    expect(await taken(ours)).toEqual([second, third])
    await store().markDelivered(await store().take(ours, minutesLater(60), 10), 'M-2')
    expect(await taken(ours)).toEqual([])
    expect(await store().putBack('M-1')).toBe(1)
    expect(await taken(ours)).toEqual([first])
  })
})
