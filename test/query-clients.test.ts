import { v7 as newId } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type EbxmlClient,
  ebxmlClient,
  miniServiceClient,
  type QueryClient,
  soapClient,
} from '../src/client/hl7v3/index.ts'
import { httpPoster } from '../src/client/http-post.ts'
import type { NhsNumber } from '../src/domain/nhs-number.ts'
import type { ClientSystem } from '../src/domain/registration/client-system.ts'
import { addClientSystem } from '../src/flows/registration/manage-exchange.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { makeCertificateAuthority } from './support/certificates.ts'
import { freshNhsNumber, nurse, storedAuthority, storedPlan } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { until } from './support/until.ts'

const [WARD] = SYSTEMS
if (!WARD?.contract) throw new Error('The ward of the sandbox has a contract')
const { contract, asid, partyKey, organisation } = WARD

/** The clients of HL7 v3 before the real service, by HTTPS with certificates checked on every connection, answers included. */
describe('the clients of HL7 v3', () => {
  const authority = makeCertificateAuthority('everybody')
  const shownByService = authority.issue('service')
  const shownByWard = authority.issue('ward')
  const tls = { cert: shownByWard.cert, key: shownByWard.key, ca: authority.cert }
  const clients: QueryClient[] = []
  let place: Place
  let running: RunningService
  let byMessage: EbxmlClient
  let held: NhsNumber

  const from = <C extends QueryClient>(client: C): C => {
    clients.push(client)
    return client
  }
  const at = (path: string) => ({ url: `${running.service.baseUrl}${path}`, author: nurse(), tls })
  const soap = (settings: { tls?: object } = {}) =>
    from(soapClient({ ...at('/sync-service'), asid, spineAsid: '999000000001', ...settings }))
  const mini = () => from(miniServiceClient({ ...at('/smsp/cpis'), odsCode: organisation.odsCode }))
  const openMessaging = () =>
    ebxmlClient({
      ...at('/reliablemessaging/reliablerequest'),
      ...contract,
      retryIntervalSeconds: 1,
      asid,
      partyKey,
      spineAsid: '999000000001',
      spinePartyKey: 'X26-999001',
      listen: { host: '127.0.0.1', port: 0, path: '/answers', tls },
    })

  beforeAll(async () => {
    place = await makePlace('embedded')
    running = await startIn(place, {
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_TLS_CERTIFICATE: shownByService.certificateFile,
      CPIS_TLS_KEY: shownByService.keyFile,
      CPIS_TLS_CLIENT_CA: authority.certificateFile,
    })
    const { storage, database } = running.service.store
    byMessage = await openMessaging()
    const callback = `https://127.0.0.1:${byMessage.port}/answers`
    const ward: ClientSystem = {
      ...WARD,
      certificate: shownByWard.fingerprint,
      contract: { ...contract, callback, retryIntervalSeconds: 1 },
    }
    await addClientSystem({ storage, clock: { now: () => new Date() }, newId }, ward)
    await storedAuthority(database, '801')
    held = freshNhsNumber()
    await storedPlan(database, { nhs_number: held, authority: '801' })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
  })
  afterAll(async () => {
    await byMessage.close()
    await running.stop()
    await place.remove()
    authority.remove()
  })

  test('say the same, one look being listed whatever interface it came through', async () => {
    const outcomes = [await soap().query(held), await byMessage.query(held), await mini().query(held)]
    expect(outcomes[0]).toMatchObject({
      kind: 'held',
      plans: [{ type: 'CPP', authority: { odsCode: '801' } }],
      accesses: [{ viewer: 'Nurse Tansy TESTCASE' }],
    })
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(outcomes[2]).toEqual(outcomes[0])
    const nobody = freshNhsNumber()
    for (const client of [soap(), byMessage, mini()]) {
      expect(await client.query(nobody)).toEqual({ kind: 'nothing-held' })
      expect(await client.query('9990000019')).toMatchObject({ kind: 'refused' })
    }
  })

  test('many questions at once by messages, each with its own answer', async () => {
    const numbers = Array.from({ length: 20 }, (_, nth) => (nth % 2 === 0 ? held : freshNhsNumber()))
    const outcomes = await Promise.all(numbers.map(number => byMessage.query(number)))
    expect(outcomes.map(({ kind }) => kind)).toEqual(
      numbers.map(number => (number === held ? 'held' : 'nothing-held')),
    )
    expect(await running.service.store.storage.asynchronousAnswers.undelivered()).toEqual([])
  })

  test('without a certificate are told nothing, and do not ask a service they do not believe', async () => {
    const without = soap({ tls: { ca: authority.cert } })
    expect(await without.query(held)).toMatchObject({ kind: 'refused', codes: ['1'] })
    const { ca: _, ...believingTheWorld } = tls
    expect(await soap({ tls: believingTheWorld }).query(held)).toEqual({
      kind: 'could-not-look',
      message: 'The service could not be reached: the certificate of the service is not trusted',
      problem: 'untrusted-certificate',
    })
  })

  test('hear nobody at their callback who shows no certificate', async () => {
    const stranger = httpPoster(5_000, { ca: authority.cert })
    const post = stranger.post(`https://127.0.0.1:${byMessage.port}/answers`, {}, new Uint8Array())
    await expect(post).rejects.toThrow()
    stranger.close()
  })

  test('could not look while the store is away, and look again when it is back', async () => {
    const { kysely } = running.service.store.database
    await kysely.schema.alterTable('plan').renameTo('plan_away').execute()
    const outcomes = [await soap().query(held), await mini().query(held)]
    await kysely.schema.alterTable('plan_away').renameTo('plan').execute()
    expect(outcomes.map(({ kind }) => kind)).toEqual(['could-not-look', 'could-not-look'])
    expect((await soap().query(held)).kind).toBe('held')
  })

  test('are sent again what was not kept, and answered once it can be', async () => {
    const { kysely } = running.service.store.database
    await kysely.schema.alterTable('plan').renameTo('plan_away').execute()
    const failures = () =>
      kysely.selectFrom('audit').select('id').where('reason', '=', 'system-failure').execute()
    const before = (await failures()).length
    const waiting = byMessage.query(held)
    await until(async () => (await failures()).length > before)
    await kysely.schema.alterTable('plan_away').renameTo('plan').execute()
    expect((await waiting).kind).toBe('held')
  })
})
