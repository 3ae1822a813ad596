import { expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { Asid } from '../../domain/registration/client-system.ts'
import { asynchronousAnswerStore } from './asynchronous-answer-store.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 10, 9, 30, seconds))
const WARD = '999000000011' as Asid
const question = (messageId: string) => ({ system: WARD, messageId })
const begun = (messageId: string) => ({
  ...question(messageId),
  digest: 'D1',
  at: at(0),
  forgetAfter: at(300),
})
const MESSAGE = {
  id: 'ANSWER-1',
  contentType: 'multipart/related; boundary="b"',
  soapAction: 'urn:nhs:names:services:cpisquery/REPC_IN000007GB01',
  bytes: new Uint8Array([0, 255, 10, 13]),
}

describeOnEachEngine('answers that are posted', database => {
  const store = () => asynchronousAnswerStore(database().kysely)

  const claim = (from: Date, until: Date, ...except: Asid[]) =>
    store().claim({ at: from, until, limit: 10, except })

  test('a question is new once, and is then known by what it asked', async () => {
    expect(await store().begin(begun('once'))).toBeUndefined()
    expect(await store().begin({ ...begun('once'), digest: 'D2' })).toEqual({ digest: 'D1' })
    expect(await store().begin({ ...begun('once'), system: '999000000012' as Asid })).toBeUndefined()
    // No answer was kept: there is nothing to post.
    expect(await claim(at(1), at(30))).toEqual([])
  })

  test('an answer is handed to one poster at a time, byte for byte, and again when it did not report back', async () => {
    await store().begin(begun('claimed'))
    await store().keep(question('claimed'), MESSAGE, at(1))
    expect(await claim(at(0), at(30))).toEqual([])
    expect(await claim(at(1), at(30), WARD)).toEqual([])
    const [due, ...others] = await claim(at(1), at(30))
    expect(others).toEqual([])
    expect(due).toMatchObject({
      ...question('claimed'),
      attempts: 0,
      message: { ...MESSAGE, bytes: expect.anything() },
    })
    expect([...(due?.message.bytes ?? [])]).toEqual([0, 255, 10, 13])
    expect(await claim(at(29), at(60))).toEqual([])
    expect(await claim(at(30), at(60))).toHaveLength(1)
    await store().acknowledged(question('claimed'))
    expect(await claim(at(90), at(99))).toEqual([])
  })

  test("one that was not taken is due again later, then the operator's, who may have it posted again", async () => {
    await store().begin(begun('refused'))
    await store().keep(question('refused'), MESSAGE, at(1))
    await store().postponed(question('refused'), at(10), 'status 503')
    expect(await claim(at(9), at(20))).toEqual([])
    expect(await claim(at(10), at(20))).toMatchObject([{ attempts: 1 }])
    await store().undeliverable(question('refused'), at(900), 'no connection')
    expect(await claim(at(99), at(199))).toEqual([])
    expect(await store().undelivered()).toEqual([
      { ...question('refused'), askedAt: at(0), attempts: 2, reason: 'no connection' },
    ])
    expect(await store().postAgain(question('refused'), at(100))).toBe(true)
    expect(await store().postAgain(question('never asked'), at(100))).toBe(false)
    expect(await store().undelivered()).toEqual([])
    expect(await claim(at(100), at(120))).toMatchObject([{ attempts: 0 }])
    await store().undeliverable(question('refused'), at(900), 'no connection')
  })

  test('what is over is forgotten in its time, what still waits never', async () => {
    await store().begin(begun('waits'))
    await store().keep(question('waits'), MESSAGE, at(1))
    expect(await store().forget(at(300))).toBe(0)
    expect(await store().forget(at(301))).toBe(1)
    expect(await store().begin(begun('claimed'))).toBeUndefined()
    expect(await store().undelivered()).toHaveLength(1)
    expect(await store().forget(at(901))).toBe(1)
    expect(await store().begin(begun('waits'))).toEqual({ digest: 'D1' })
  })

  test('an answer is for the system that asked, and for that question alone (rules 13.4 and 13.6)', async () => {
    await database().kysely.deleteFrom('asynchronous_answer').execute()
    const other = { system: '999000000012' as Asid, messageId: 'shared' }
    await store().begin({ ...begun('shared'), digest: 'OURS' })
    await store().begin({ ...begun('shared'), ...other, digest: 'THEIRS' })
    await store().begin({ ...begun('next'), digest: 'NEXT' })
    expect(await store().begin(begun('shared'))).toEqual({ digest: 'OURS' })
    expect(await store().begin({ ...begun('shared'), ...other })).toEqual({ digest: 'THEIRS' })
    expect(await store().begin(begun('next'))).toEqual({ digest: 'NEXT' })
    await store().keep(question('shared'), MESSAGE, at(1))
    expect(await claim(at(1), at(2))).toMatchObject([question('shared')])
    await store().keep(other, { ...MESSAGE, id: 'ANSWER-2' }, at(3))
    await store().acknowledged(question('shared'))
    expect(await claim(at(3), at(4))).toMatchObject([{ ...other, message: { id: 'ANSWER-2' } }])
    await store().keep(question('next'), { ...MESSAGE, id: 'ANSWER-3' }, at(5))
    await store().acknowledged(other)
    expect(await claim(at(5), at(6))).toMatchObject([{ ...question('next'), message: { id: 'ANSWER-3' } }])
    await store().acknowledged(question('next'))
  })

  test('of several who have it posted again at once, one does', async () => {
    await store().begin(begun('wanted twice'))
    await store().keep(question('wanted twice'), MESSAGE, at(1))
    await store().undeliverable(question('wanted twice'), at(900), 'no connection')
    const done = await Promise.all(
      [1, 2, 3, 4].map(() => store().retryUndelivered(question('wanted twice'), at(100))),
    )
    expect(done.filter(Boolean)).toHaveLength(1)
    await store().acknowledged(question('wanted twice'))
  })
})
