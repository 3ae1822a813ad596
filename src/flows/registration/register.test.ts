import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { expectValue } from '../../../test/support/expect-value.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { Asid, ClientSystem } from '../../domain/registration/client-system.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { addAuthority, removeClientSystem } from './manage-exchange.ts'
import { changeSettings, restartSequence } from './onboard-authority.ts'
import { registerAuthority, registerClientSystem } from './register.ts'

const CPIS = 'CPISOT001' as MailboxId
const SYSTEM: ClientSystem = {
  asid: '999000000077' as Asid,
  partyKey: 'X9Z01-999001',
  organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX HOSPITAL' },
  allows: ['unscheduled'],
  exchanges: ['synchronous'],
}

describeOnEachEngine('registering who must be new', database => {
  let jobs: Jobs
  let storage: Storage

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    await storage.mailboxes.add({ id: CPIS, name: 'CP-IS', odsCode: 'X26' as OdsCode, password: 'secret' })
  })
  afterAll(() => jobs.stop(1_000))

  const deps = () => ({
    storage,
    clock: { now: () => new Date() },
    newId,
    mesh: {
      cpisMailbox: CPIS,
      uploadWorkflow: 'UPLOAD',
      acknowledgementWorkflow: 'ACK',
      notificationWorkflow: 'NOTIFICATION',
      inactiveNumberWorkflow: 'INACTIVE',
    },
  })
  const authority = (code: string, id = `MB${code}`, password = 'a password') => {
    const odsCode = code as OdsCode
    return { odsCode, name: code, mailbox: { id: id as MailboxId, name: code, odsCode, password } }
  }
  const entries = async (action: string, subject: string) => {
    const found = await database()
      .kysely.selectFrom('audit')
      .select('details')
      .where('action', '=', action)
      .where('subject', '=', subject)
      .orderBy('id')
      .execute()
    return found.map(({ details }) => details)
  }

  test('an authority is registered once, however often the same is asked and whoever asks at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 4 }, () => registerAuthority(deps(), authority('801'))),
    )
    expect(results.map(result => result.ok && result.value.again).sort()).toEqual([false, true, true, true])
    expect(await entries('add authority', '801')).toHaveLength(1)
    expect((await storage.workflows.find('UPLOAD'))?.senders).toContain('MB801')
  })

  test('of two who register one authority at once the second is told, and changes nothing (rule 19.12)', async () => {
    const results = await Promise.all(
      ['ONE', 'TWO'].map(id => registerAuthority(deps(), authority('802', id))),
    )
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true])
    expect(await storage.mailboxes.find('ONE' as MailboxId).then(Boolean)).not.toBe(
      await storage.mailboxes.find('TWO' as MailboxId).then(Boolean),
    )
  })

  test('an authority or a mailbox that is there is told and stays as it is', async () => {
    await addAuthority(deps(), authority('803'))
    expect(await registerAuthority(deps(), authority('803', 'MB803', 'another'))).toEqual({
      ok: false,
      fault: { kind: 'authority-exists', name: '803' },
    })
    expect(await registerAuthority(deps(), authority('804', 'MB803', 'another'))).toEqual({
      ok: false,
      fault: { kind: 'mailbox-exists', odsCode: '803' },
    })
    expect(await registerAuthority(deps(), authority('804', CPIS))).toMatchObject({ ok: false })
    expect((await storage.mailboxes.find('MB803' as MailboxId))?.password).toBe('a password')
    expect(await storage.authorities.find('804' as OdsCode)).toBeUndefined()
  })

  test('only what differs is a change, and a code or label can be taken away', async () => {
    await addAuthority(deps(), { ...authority('805'), wave: 'spring', mode: 'snapshot' })
    const odsCode = '805' as OdsCode
    const set = async (...settings: Parameters<typeof changeSettings>[2][]) => {
      const changed: boolean[] = []
      for (const one of settings)
        changed.push(expectValue(await changeSettings(deps(), odsCode, one)).changed)
      return changed
    }
    expect(await set({ mode: 'snapshot', gssCode: null }, { wave: null }, { wave: null })).toEqual([
      false,
      true,
      false,
    ])
    expect(await storage.authorities.find(odsCode)).not.toHaveProperty('wave')
    expect(await entries('change authority', '805')).toEqual([{ wave: 'none' }])
  })

  test('who decides twice to restart a sequence restarts it once (rule 21.23)', async () => {
    await addAuthority(deps(), authority('806'))
    const odsCode = '806' as OdsCode
    const epoch = (await storage.authorities.find(odsCode))?.sequenceEpoch ?? 0
    await Promise.all([restartSequence(deps(), odsCode, epoch), restartSequence(deps(), odsCode, epoch)])
    expect((await storage.authorities.find(odsCode))?.sequenceEpoch).toBe(epoch + 1)
    expect(await entries('restart sequence', '806')).toHaveLength(1)
  })

  test('a system is added where there is none, changed where there is one, and taken away once', async () => {
    const { asid } = SYSTEM
    expect(await registerClientSystem(deps(), SYSTEM, 'known')).toMatchObject({
      fault: { kind: 'no-such-system' },
    })
    const added = await Promise.all([1, 2].map(() => registerClientSystem(deps(), SYSTEM, 'new')))
    expect(added.map(result => result.ok && result.value.changed).sort()).toEqual([false, true])
    const wider: ClientSystem = { ...SYSTEM, allows: ['unscheduled', 'scheduled'] }
    expect(await registerClientSystem(deps(), wider, 'new')).toMatchObject({
      fault: { kind: 'system-exists' },
    })
    expect(await storage.clientSystems.find(asid)).toEqual(SYSTEM)
    for (const changed of [true, false]) {
      expect(await registerClientSystem(deps(), wider, 'known')).toMatchObject({ value: { changed } })
    }
    expect([await removeClientSystem(deps(), asid), await removeClientSystem(deps(), asid)]).toEqual([
      true,
      false,
    ])
    expect(await entries('add client system', asid)).toHaveLength(2)
    expect(await entries('remove client system', asid)).toHaveLength(1)
  })

  test('every system has a contract of its own', async () => {
    const contract = {
      cpaId: 'S0001A000001',
      callback: 'https://hospital.example/answers',
      reliability: 'reliable',
      retries: 2,
      retryIntervalSeconds: 10,
      persistSeconds: 300,
    } as const
    await registerClientSystem(deps(), { ...SYSTEM, contract }, 'new')
    const other = { ...SYSTEM, asid: '999000000078' as Asid, contract }
    expect(await registerClientSystem(deps(), other, 'new')).toMatchObject({
      fault: { kind: 'contract-of-other', asid: SYSTEM.asid },
    })
  })
})
