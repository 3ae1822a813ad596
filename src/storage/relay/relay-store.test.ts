import { beforeEach, describe, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { messageStore } from '../mailbox/message-store.ts'
import { relayStore } from './relay-store.ts'

const NOON = new Date('2026-11-20T12:00:00Z')
const later = (minutes: number) => new Date(NOON.getTime() + minutes * 60_000)
const CPIS = 'CPIS' as MailboxId
const ALPHA = 'ALPHA' as MailboxId
const BETA = 'BETA' as MailboxId

describeOnEachEngine('what is relayed', database => {
  const store = () => relayStore(database().kysely)
  const messages = () => messageStore(database().kysely)
  const put = async (id: string, more: Partial<MeshMessage> = {}) =>
    messages().add({
      id,
      from: CPIS,
      to: ALPHA,
      workflowId: 'ANSWER',
      kind: 'DATA',
      status: 'accepted',
      totalChunks: 1,
      size: 1,
      uploadedAt: NOON,
      acceptedAt: NOON,
      expiresAt: later(7200),
      ...more,
    })
  beforeEach(async () => {
    await database().statement(
      'empty',
      'truncate message, outside_mailbox, outside_arrival, outside_dispatch',
      [],
    )
  })
  const claim = async (at = NOON) => (await store().claimDispatch(CPIS, at, later(5)))?.messageId

  describe('turns', () => {
    test('one takes the turn, however many want it; it is over when it is ended or has been silent', async () => {
      const wanting = Array.from({ length: 5 }, () => store().takeTurn('M', NOON, later(2)))
      expect((await Promise.all(wanting)).filter(Boolean)).toEqual([{}])
      expect(await store().takeTurn('M', later(1), later(3))).toBeUndefined()
      await store().holdTurn('M', later(1), later(4))
      expect(await store().takeTurn('M', later(3), later(9))).toBeUndefined()
      expect(await store().takeTurn('M', later(4), later(9))).toEqual({})
      await store().recordHandshake('M', later(4))
      await store().endTurn('M', { at: later(5), dueAt: later(6), fault: undefined })
      expect(await store().takeTurn('M', later(6), later(9))).toEqual({ shakenAt: later(4) })
    })

    test('a fault is new once, and its end too', async () => {
      await store().takeTurn('M', NOON, later(1))
      const ended = (fault: string | undefined) => store().endTurn('M', { at: NOON, dueAt: later(1), fault })
      const told = []
      for (const fault of [undefined, 'unavailable', 'unavailable', 'not-let-in', undefined, undefined]) {
        told.push(await ended(fault))
        expect(await store().faultOf('M')).toBe(fault)
      }
      expect(told).toEqual([false, true, false, true, true, false])
    })
  })

  test('it is known since when an answer is awaited, and since when there was none (rule 18.9)', async () => {
    const shown = async () => (await store().status()).mailbox
    await store().takeTurn('M', NOON, later(9))
    expect(await shown()).toMatchObject({ askedAt: NOON })
    await store().holdTurn('M', later(2), later(9))
    expect(await shown()).toMatchObject({ askedAt: later(2) })
    await store().endTurn('M', { at: later(3), dueAt: later(4), fault: 'unavailable' })
    expect(await shown()).toMatchObject({ fault: { kind: 'unavailable', since: later(2) } })
    expect(await shown()).not.toHaveProperty('askedAt')
    await store().takeTurn('M', later(4), later(9))
    await store().endTurn('M', { at: later(5), dueAt: later(6), fault: 'unavailable' })
    expect(await shown()).toMatchObject({ fault: { since: later(2) } })
  })

  test('an arrival is one, and what is set aside is found until it is admitted', async () => {
    const inbound = { outsideId: 'O1', messageId: 'M1', at: NOON }
    const adding = Array.from({ length: 4 }, () => store().addInbound(inbound))
    expect((await Promise.all(adding)).filter(Boolean)).toHaveLength(1)
    expect(await store().hasArrived('O1')).toEqual({ messageId: 'M1' })
    expect(await store().hasArrived('O2')).toBeUndefined()
    await store().addInbound({ ...inbound, outsideId: 'O2', messageId: 'M2', reason: 'sender-not-allowed' })
    expect(await store().setAside()).toEqual([{ outsideId: 'O2', messageId: 'M2' }])
    await store().admitted('O2')
    expect(await store().setAside()).toEqual([])
  })

  describe('dispatches', () => {
    test('of each recipient and workflow the oldest comes first, and nothing before it is over', async () => {
      await put('A1')
      await put('A2')
      await put('A3', { workflowId: 'NOTICE' })
      await put('B1', { to: BETA })
      await put('REPORT', { to: BETA, kind: 'REPORT' })
      await put('OWN', { to: CPIS })
      await put('THEIRS', { from: ALPHA, to: BETA })
      expect([await claim(), await claim(), await claim(), await claim()]).toEqual([
        'A1',
        'A3',
        'B1',
        undefined,
      ])
      await messages().advance('A1', 'accepted', { status: 'acknowledged', at: NOON })
      expect([await claim(), await claim()]).toEqual(['A2', undefined])
      expect(await claim(later(5))).toBe('A2')
    })

    test('one message is handed to one, however many ask', async () => {
      await put('A1')
      const asking = Array.from({ length: 5 }, () => claim())
      expect((await Promise.all(asking)).filter(Boolean)).toEqual(['A1'])
    })

    test('how far a message came is known to whoever is handed it next', async () => {
      await put('A1')
      const next = () => store().claimDispatch(CPIS, later(60), later(60))
      expect(await next()).toEqual({ messageId: 'A1' })
      await store().dispatchBegun('A1', NOON, 500, later(1))
      expect(await next()).toEqual({ messageId: 'A1', begun: { chunkBytes: 500 } })
      await store().dispatchProgress('A1', { outsideId: 'O1', chunks: 2 }, later(1))
      const begun = { chunkBytes: 500, progress: { outsideId: 'O1', chunks: 2 } }
      expect(await next()).toEqual({ messageId: 'A1', begun })
      await store().dispatchLost('A1')
      expect(await next()).toEqual({ messageId: 'A1' })
      await store().dispatchPostponed('A1', later(90), 'refused')
      expect(await next()).toBeUndefined()
      await store().dispatchSent('A1', 'O2', NOON)
      expect([await store().sentAs('O2'), await store().sentAs('O1')]).toEqual(['A1', undefined])
    })
  })

  test('what is over is forgotten once its message is gone, and not before', async () => {
    await put('A1')
    await store().addInbound({ outsideId: 'O1', messageId: 'A1', at: NOON })
    await claim()
    await store().dispatchSent('A1', 'S1', NOON)
    await store().forget(later(99))
    expect([await store().hasArrived('O1'), await store().sentAs('S1')]).toEqual([{ messageId: 'A1' }, 'A1'])
    await database().statement('gone', 'truncate message', [])
    await store().forget(later(-1))
    expect(await store().sentAs('S1')).toBe('A1')
    await store().forget(later(99))
    expect([await store().hasArrived('O1'), await store().sentAs('S1')]).toEqual([undefined, undefined])
  })
})
