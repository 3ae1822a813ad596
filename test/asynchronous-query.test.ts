import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { NhsNumber } from '../src/domain/nhs-number.ts'
import type { ClientSystem } from '../src/domain/registration/client-system.ts'
import { addClientSystem } from '../src/flows/registration/manage-exchange.ts'
import { readApplicationAcknowledgement } from '../src/formats/hl7v3/read-application-acknowledgement.ts'
import { readQueryResponse } from '../src/formats/hl7v3/read-query-response.ts'
import { operatorSecret } from '../src/main/admin-token.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { messagingSystem, openCallback, type TestCallback } from './support/ebxml.ts'
import { expectValue } from './support/expect-value.ts'
import { freshNhsNumber, nurse, storedAuthority, storedPlan } from './support/records.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { until } from './support/until.ts'

const [WARD, CLINIC] = SYSTEMS
if (!WARD?.contract || !CLINIC?.contract) throw new Error('The systems of the sandbox have contracts')
const SECOND = { retries: 2, retryIntervalSeconds: 1 }

/** Queries as messages, through real connections both ways: nothing lost, nothing doubled, nobody told what is not theirs. */
describeJourney('asking by ebXML messages', engine => {
  let place: Place
  let running: RunningService
  let callback: TestCallback
  let ward: ClientSystem
  let expressWard: ClientSystem
  let held: NhsNumber

  const start = async () => {
    running = await startIn(place, {
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_SPINE_PARTY_KEY: 'X26-999001',
    })
  }
  const register = (system: ClientSystem) =>
    addClientSystem(
      { storage: running.service.store.storage, clock: { now: () => new Date() }, newId },
      system,
    )

  beforeAll(async () => {
    place = await makePlace(engine)
    callback = await openCallback(WARD.partyKey)
    await start()
    ward = { ...WARD, contract: { ...WARD.contract, ...SECOND, callback: callback.url } } as ClientSystem
    expressWard = {
      ...WARD,
      asid: '999000000021',
      contract: {
        ...WARD.contract,
        ...SECOND,
        cpaId: 'EXPRESS',
        reliability: 'express',
        callback: callback.url,
      },
    } as ClientSystem
    await register(ward)
    await register(expressWard)
    await storedAuthority(running.service.store.database, '801')
  })
  beforeEach(async () => {
    callback.manner = 'acknowledges'
    held = freshNhsNumber()
    await storedPlan(running.service.store.database, { nhs_number: held, authority: '801' })
  })
  afterAll(async () => {
    await running.stop()
    await callback.close()
    await place.remove()
  })

  const byWard = () => messagingSystem(running.service, ward)
  const count = async (table: 'access' | 'audit', nhsNumber: string) => {
    const rows = await running.service.store.database.kysely
      .selectFrom(table)
      .select('nhs_number')
      .where('nhs_number', '=', nhsNumber)
      .execute()
    return rows.length
  }
  const undelivered = () => running.service.store.storage.asynchronousAnswers.undelivered()

  test('a child with a plan: acknowledged at once, answered by a message that refers to the question (rules 13.3 and 13.7)', async () => {
    const asked = await byWard()(nurse(), held)
    expect([asked.status, asked.reply]).toEqual([
      202,
      { kind: 'acknowledgment', refToMessageId: asked.messageId },
    ])
    const [answer] = await callback.answersTo(asked.messageId)
    expect(answer?.header).toMatchObject({
      from: { key: 'X26-999001' },
      to: { key: WARD.partyKey },
      cpaId: WARD.contract?.cpaId,
      conversationId: `CONVERSATION-OF-${asked.messageId}`,
      action: 'REPC_IN000007GB01',
      reliability: { duplicateElimination: true },
    })
    expect(answer?.soapAction).toContain('cpisquery/REPC_IN000007GB01')
    const response = expectValue(readQueryResponse(answer?.message ?? ({} as never)))
    expect(response).toMatchObject({
      receiverAsid: WARD.asid,
      responseId: response.answer.accesses[0]?.id?.toUpperCase(),
    })
    expect(response.answer.plans).toMatchObject([{ type: 'CPP', authority: { odsCode: '801' } }])
    expect(response.answer.accesses).toHaveLength(1)
  })

  test('under an express contract: 202 with nothing in it, and any 2xx takes the answer', async () => {
    callback.manner = 'silent'
    const asked = await messagingSystem(running.service, expressWard)(nurse(), held)
    expect([asked.status, asked.body]).toEqual([202, ''])
    const [answer] = await callback.answersTo(asked.messageId)
    expect(answer?.header.reliability).toEqual({ duplicateElimination: false })
    await until(async () => (await count('audit', held)) === 1)
    expect(await undelivered()).toEqual([])
  })

  test('nobody held, and a query that is refused, are answered as over SOAP (rule 13.7)', async () => {
    const nobody = await byWard()(nurse(), freshNhsNumber())
    const silent = await byWard()(nurse(), held, { access: 'scheduled' })
    const [nothing] = await callback.answersTo(nobody.messageId)
    const [denied] = await callback.answersTo(silent.messageId)
    expect([nothing?.message.name, denied?.message.name]).toEqual(['QUQI_IN010000UK14', 'MCCI_IN010000UK13'])
    const refusal = expectValue(readApplicationAcknowledgement(denied?.message ?? ({} as never)))
    expect(refusal.issues.map(({ code }) => code)).toEqual(['1'])
    expect(await count('access', held)).toBe(0)
  })

  test('the same message again: acknowledged and answered again, one access (rule 13.4)', async () => {
    const ask = byWard()
    const asked = await ask(nurse(), held)
    await callback.answersTo(asked.messageId)
    const again = await ask(nurse(), held, { messageId: asked.messageId })
    expect(again.reply.kind).toBe('acknowledgment')
    const answers = await callback.answersTo(asked.messageId, 2)
    expect(new Set(answers.map(({ header }) => header.messageId)).size).toBe(1)
    expect(await count('access', held)).toBe(1)
  })

  test('another message under the same id: an error, and no answer (rule 13.4)', async () => {
    const asked = await byWard()(nurse(), held)
    const other = await byWard()(nurse(), freshNhsNumber(), { messageId: asked.messageId })
    expect(other).toMatchObject({
      status: 200,
      reply: { kind: 'message-error', errors: [{ errorCode: 'Inconsistent' }] },
    })
    expect(await callback.answersTo(asked.messageId)).toHaveLength(1)
  })

  test.each([
    'down',
    'rubbish',
    'silent',
    'acknowledges another',
  ] as const)('a callback that is "%s" gets the answer again, and takes it when it can (rule 13.5)', async manner => {
    callback.manner = manner
    const asked = await byWard()(nurse(), held)
    await callback.answersTo(asked.messageId)
    callback.manner = 'acknowledges'
    const answers = await callback.answersTo(asked.messageId, 2)
    expect(new Set(answers.map(({ header }) => header.messageId)).size).toBe(1)
    expect(await undelivered()).toEqual([])
  })

  test("one that stays down: the answer is the operator's, and can be posted again", async () => {
    callback.manner = 'down'
    const asked = await byWard()(nurse(), held)
    await callback.answersTo(asked.messageId, 3)
    const [waiting] = await until(async () => {
      const all = await undelivered()
      return all.length > 0 && all
    })
    expect(waiting).toMatchObject({ system: WARD.asid, messageId: asked.messageId, reason: 'status 503' })
    expect(running.logLines.join('')).toContain('could not be delivered')
    callback.manner = 'acknowledges'
    await fetch(`${running.service.adminUrl}/answers/post-again`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${operatorSecret(running.service.config)}`,
      },
      body: JSON.stringify({ asid: WARD.asid, messageId: asked.messageId }),
    })
    await callback.answersTo(asked.messageId, 4)
    expect(await undelivered()).toEqual([])
  })

  test('a service that is stopped before its answer was taken posts it when it is back', async () => {
    callback.manner = 'down'
    const asked = await byWard()(nurse(), held)
    await callback.answersTo(asked.messageId)
    await running.stop()
    callback.manner = 'acknowledges'
    await start()
    await callback.answersTo(asked.messageId, 2)
    expect(await count('access', held)).toBe(1)
  })

  test('a contract that is not there, or of another party, says so and nothing of the child (rule 13.3)', async () => {
    const stranger = { ...ward, partyKey: 'X9Z99-999999' }
    const codes: unknown[] = []
    for (const system of [{ ...ward, contract: { ...ward.contract, cpaId: 'UNKNOWN' } }, stranger]) {
      const asked = await messagingSystem(running.service, system as ClientSystem)(nurse(), held)
      expect(asked.status).toBe(200)
      expect(asked.body).not.toContain(held)
      codes.push(asked.reply.kind === 'message-error' && asked.reply.errors.map(({ errorCode }) => errorCode))
    }
    expect(codes).toEqual([['501319'], ['402005']])
    expect(await count('access', held)).toBe(0)
  })

  test('nothing of a person is in the log (rule 8.2)', () => {
    expect(running.logLines.join('\n')).not.toMatch(/999\d{7}(?!\d)|Pippin|Applecore/)
  })
})
