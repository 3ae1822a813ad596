// One file: every test sends its commands to the same API as the same operator.
import { generateKeyPairSync } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { bankHolidays } from '../../domain/bank-holidays.ts'
import { type OdsCode, parseMailboxId } from '../../domain/organisation.ts'
import type { Asid } from '../../domain/registration/client-system.ts'
import type { Storage } from '../../flows/ports.ts'
import { ensureOwnMailbox } from '../../flows/registration/manage-exchange.ts'
import { passAt, retentionDeps } from '../../flows/retention/testing.ts'
import { auditSeal } from '../../main/audit-seal.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { operationsApi } from './operations-api.ts'

const SECRET = 'a-secret-of-the-operator'
const AUTHORITY = {
  odsCode: '801',
  name: 'Bristol (sandbox)',
  mailboxId: 'la801ot001',
  password: 'sandbox-801',
}

const CONTRACT = { cpaId: 'S001A001', callback: 'https://ward.example/answers' }
const CLIENT = {
  asid: '999000000010',
  partyKey: 'X9Z01-999001',
  odsCode: 'x9z01',
  organisationName: 'Made-up Hospital',
  allows: ['unscheduled'],
}

describeOnEachEngine('the operations API', database => {
  let app: FastifyInstance
  let jobs: Jobs
  let storage: Storage
  const health = { failing: false }

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    const cpisMailbox = parseMailboxId('CPISOT001')
    if (!cpisMailbox) throw new Error('CPISOT001 is a mailbox id')
    const deps = {
      storage,
      clock: { now: () => new Date() },
      newId,
      mesh: {
        cpisMailbox,
        uploadWorkflow: 'CPIS_UPLOAD',
        acknowledgementWorkflow: 'CPIS_UPLOAD_ACK',
        notificationWorkflow: 'CPIS_ACCESS_NOTIFICATION',
        inactiveNumberWorkflow: 'CPIS_INACTIVE_NUMBER',
      },
    }
    await ensureOwnMailbox(deps, {
      id: cpisMailbox,
      name: 'CP-IS',
      odsCode: 'X26' as OdsCode,
      password: 'not-told-to-anybody',
    })
    app = Fastify()
    app.register(
      operationsApi({
        ...deps,
        ...auditSeal(generateKeyPairSync('ed25519').privateKey),
        adminToken: SECRET,
        retention: retentionDeps(database(), () => new Date()).retention,
        hasPages: false,
        reportFailure: error => {
          throw error
        },
        probe: async () => {
          if (health.failing) throw new Error('the database is away')
        },
        metrics: async () => ({ contentType: 'text/plain', text: 'cpis_uploads_waiting 0\n' }),
      }),
    )
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await jobs.stop(1_000)
  })

  const call = (method: 'GET' | 'POST', url: string, payload?: object, secret = SECRET) =>
    app.inject({ method, url, ...(payload && { payload }), headers: { authorization: `Bearer ${secret}` } })
  const audited = async () =>
    database().kysely.selectFrom('audit').select(['action', 'outcome', 'subject']).orderBy('id').execute()

  test('health and metrics need no secret; a service that cannot work says so', async () => {
    expect((await app.inject('/health/live')).statusCode).toBe(200)
    expect((await app.inject('/health/ready')).statusCode).toBe(200)
    expect((await app.inject('/metrics')).body).toContain('cpis_uploads_waiting')
    health.failing = true
    expect((await app.inject('/health/ready')).statusCode).toBe(503)
    health.failing = false
  })

  test.each([
    '',
    'wrong',
    `${SECRET}x`,
  ])('a command with the secret "%s" is refused, and on record', async secret => {
    const before = (await audited()).length
    const refused = await call('GET', '/mailboxes', undefined, secret)
    expect(refused.statusCode).toBe(401)
    expect(refused.body).not.toContain(SECRET)
    expect((await audited()).slice(before)).toMatchObject([{ outcome: 'refused' }])
  })

  test('an authority taken on has its mailbox and may exchange with CP-IS, and with nobody else', async () => {
    expect((await call('POST', '/authorities', AUTHORITY)).statusCode).toBe(201)
    expect((await call('GET', '/authorities')).json()).toMatchObject([
      { odsCode: '801', mailbox: 'LA801OT001' },
    ])
    const [upload, ...others] = ['CPIS_UPLOAD', 'CPIS_UPLOAD_ACK', 'CPIS_ACCESS_NOTIFICATION'].map(id =>
      call('GET', '/workflows')
        .then(list => list.json<{ id: string }[]>())
        .then(list => list.find(found => found.id === id)),
    )
    expect(await upload).toMatchObject({ senders: ['LA801OT001'], receivers: ['CPISOT001'] })
    for (const other of others)
      expect(await other).toMatchObject({ senders: ['CPISOT001'], receivers: ['LA801OT001'] })
  })

  test('where there are no pages no authority is notified on one, however it is said (rule 19.20)', async () => {
    const desk = { ...AUTHORITY, odsCode: '802', mailboxId: 'LA802OT001', toldAt: 'desk' }
    await call('POST', '/authorities', AUTHORITY)
    for (const [path, body] of [
      ['/authorities', desk],
      ['/authorities/801/settings', { toldAt: 'desk' }],
      ['/onboarding', { file: { authorities: [desk] } }],
      ['/onboarding', { file: { authorities: [desk] }, dryRun: true }],
    ] as const) {
      const { statusCode, json } = await call('POST', path, body)
      expect([statusCode, json().error]).toEqual([409, expect.stringContaining('no pages')])
    }
    expect(await storage.authorities.find('802' as OdsCode)).toBeUndefined()
    expect((await storage.authorities.find('801' as OdsCode))?.toldAt).toBe('mailbox')
    expect((await call('POST', '/authorities/801/settings', { toldAt: 'mailbox' })).statusCode).toBe(200)
  })

  test('no list shows a password', async () => {
    const { body } = await call('GET', '/mailboxes')
    expect(body).toContain('LA801OT001')
    expect(body).not.toContain('sandbox-801')
    expect(body).not.toContain('not-told')
  })

  test.each([
    ['/mailboxes', { id: 'a b', name: 'X', odsCode: '801', password: 'long enough' }],
    ['/mailboxes', { id: 'AB', name: 'X', odsCode: '801', password: 'short' }],
    ['/authorities', { odsCode: '!', name: 'X', mailboxId: 'AB', password: 'long enough' }],
    ['/authorities', { ...AUTHORITY, mailboxId: 'CPISOT001', gssCode: 'W06000015' }],
    ['/authorities', { ...AUTHORITY, dfeCode: '8' }],
    ['/authorities', { ...AUTHORITY, intervalHours: 0 }],
    ['/authorities', { ...AUTHORITY, mode: 'now and then' }],
    ['/authorities', { ...AUTHORITY, interval: 24 }],
    ['/authorities', { ...AUTHORITY, odsCode: '802' }],
    ['/authorities/801/settings', {}],
    ['/authorities/801/settings', { toldAt: 'pigeon' }],
    ['/authorities/801/suspend', {}],
    ['/authorities/801/suspend', { why: ' x ' }],
    ['/organisations', { odsCode: 'X9Z01', name: 'X', settings: [] }],
    ['/organisations', { odsCode: 'X9Z01', name: 'X', settings: ['lunch'] }],
    ['/onboarding', {}],
    ['/onboarding', { file: { organisation: [] } }],
    ['/onboarding', { file: { authorities: [{ odsCode: '803', name: 'X' }] } }],
    ['/onboarding', { file: { organisations: [{ odsCode: 'X9Z01', name: 'X', settings: ['camhs', 'x'] }] } }],
    ['/workflows', { id: 'W', senders: ['NOBODY'], receivers: [] }],
    ['/workflows', {}],
    ['/clients', { ...CLIENT, asid: '99900000001' }],
    ['/clients', { ...CLIENT, allows: [] }],
    ['/clients', { ...CLIENT, allows: ['now and then'] }],
    ['/clients', { ...CLIENT, partyKey: 'a b' }],
    ['/clients', { ...CLIENT, exchanges: [] }],
    ['/clients', { ...CLIENT, exchanges: ['by post'] }],
    ['/clients', { ...CLIENT, exchanges: ['asynchronous'] }],
    ['/clients', { ...CLIENT, allows: ['scheduled'], exchanges: ['mini-service'] }],
    ['/clients', { ...CLIENT, contract: { cpaId: 'S1', callback: 'answers' } }],
    ['/clients', { ...CLIENT, contract: { cpaId: 'S1', callback: 'file:///answers' } }],
    ['/clients', { ...CLIENT, contract: { ...CONTRACT, retries: -1 } }],
    ['/clients', { ...CLIENT, certificate: 'AB' }],
  ])('what is wrong with a POST to %s is said, and nothing changes', async (url, body) => {
    const state = async () => [
      await storage.mailboxes.list(),
      await storage.clientSystems.list(),
      await storage.authorities.list(),
      await storage.organisations.list(),
    ]
    const before = await state()
    const refused = await call('POST', url, body)
    expect(refused.statusCode).toBe(400)
    expect(refused.json<{ error: string }>().error.length).toBeGreaterThan(10)
    expect(await state()).toEqual(before)
  })

  test("an authority's sequence is restarted on record, and nobody's by mistake (rule 3.8)", async () => {
    expect((await call('POST', '/authorities/999/restart-sequence')).statusCode).toBe(404)
    expect((await call('POST', '/authorities/801/restart-sequence')).statusCode).toBe(200)
    expect((await call('GET', '/authorities')).json()).toMatchObject([{ sequenceEpoch: 1 }])
    expect(await audited()).toContainEqual({ action: 'restart sequence', outcome: 'allowed', subject: '801' })
  })

  test.each([
    ['GET', '/authorities/999', 404],
    ['GET', '/authorities/!', 404],
    ['GET', '/authorities/999/plans-to-check', 404],
    ['POST', '/authorities/999/go-live', 404],
    ['POST', '/authorities/801/go-live', 409],
    ['POST', '/authorities/801/resume', 409],
    ['POST', '/organisations/X9Z01/remove', 404],
  ] as const)('%s %s is answered %i in words, and the authority stands where it stood', async (method, url, status) => {
    const refused = await call(method, url)
    expect(refused.statusCode).toBe(status)
    expect(refused.json<{ error: string }>().error).toMatch(/^[A-Z].*\.$/)
    expect((await call('GET', '/authorities')).json()).toMatchObject([{ stage: 'onboarding' }])
  })

  test('an authority is suspended and resumed on record, with the reason', async () => {
    const why = 'its system is being replaced'
    expect((await call('POST', '/authorities/801/suspend', { why })).statusCode).toBe(200)
    expect((await call('POST', '/authorities/801/suspend', { why })).statusCode).toBe(409)
    expect((await call('GET', '/authorities/801')).json()).toMatchObject({
      authority: { stage: 'suspended', suspension: { why } },
      overdue: false,
    })
    expect((await call('POST', '/authorities/801/resume')).json()).toEqual({ live: false })
    expect(
      await database()
        .kysely.selectFrom('audit')
        .select(['action', 'details'])
        .where('action', '=', 'suspend authority')
        .execute(),
    ).toEqual([{ action: 'suspend authority', details: { why } }])
  })

  test('a client system is added, listed and removed on record (rule 9.5)', async () => {
    expect((await call('POST', '/clients', CLIENT)).statusCode).toBe(201)
    expect((await call('GET', '/clients')).json()).toEqual([
      {
        asid: CLIENT.asid,
        partyKey: CLIENT.partyKey,
        organisation: { odsCode: 'X9Z01', name: CLIENT.organisationName },
        allows: ['unscheduled'],
        exchanges: ['synchronous'],
      },
    ])
    expect((await call('POST', `/clients/${CLIENT.asid}/remove`)).statusCode).toBe(200)
    expect((await call('POST', `/clients/${CLIENT.asid}/remove`)).statusCode).toBe(404)
    expect((await call('GET', '/clients')).json()).toEqual([])
    const subject = CLIENT.asid
    expect(await audited()).toEqual(
      expect.arrayContaining([
        { action: 'add client system', outcome: 'allowed', subject },
        { action: 'remove client system', outcome: 'allowed', subject },
      ]),
    )
  })

  test('how a system is answered later, and what it shows, is registered with it; no two share a contract', async () => {
    const fingerprint = Array.from({ length: 32 }, () => 'ab').join(':')
    const later = { ...CLIENT, exchanges: ['asynchronous'], contract: CONTRACT, certificate: fingerprint }
    expect((await call('POST', '/clients', later)).statusCode).toBe(201)
    expect((await call('POST', '/clients', later)).statusCode).toBe(201)
    expect((await call('GET', '/clients')).json()).toMatchObject([
      {
        exchanges: ['asynchronous'],
        contract: { ...CONTRACT, reliability: 'reliable', retries: 2, retryIntervalSeconds: 10 },
        certificate: 'AB'.repeat(32),
      },
    ])
    expect((await call('POST', '/clients', { ...later, asid: '999000000019' })).statusCode).toBe(400)
    expect((await call('POST', `/clients/${CLIENT.asid}/remove`)).statusCode).toBe(200)
  })

  test('an answer that its system did not take is listed, and posted again on record (rule 13.5)', async () => {
    const question = { system: CLIENT.asid as Asid, messageId: 'M-1' }
    const at = new Date()
    const answers = storage.asynchronousAnswers
    await answers.begin({ ...question, digest: 'D', at, forgetAfter: at })
    await answers.keep(question, { id: 'A', contentType: 'x', soapAction: 'y', bytes: Buffer.from('z') }, at)
    const again = (messageId: string) => call('POST', '/answers/post-again', { asid: CLIENT.asid, messageId })
    expect((await again('M-1')).statusCode).toBe(404)
    await answers.undeliverable(question, new Date(at.getTime() + 60_000), 'status 503')
    expect((await call('GET', '/answers/undelivered')).json()).toMatchObject([
      { ...question, attempts: 1, reason: 'status 503' },
    ])
    expect((await again('M-2')).statusCode).toBe(404)
    expect((await again('M-1')).statusCode).toBe(200)
    expect((await call('GET', '/answers/undelivered')).json()).toEqual([])
    expect(await audited()).toContainEqual({
      action: 'post answer again',
      outcome: 'allowed',
      subject: 'M-1',
    })
  })

  test('in production there is no sandbox to show', async () => {
    expect((await call('GET', '/sandbox')).statusCode).toBe(404)
  })

  test('the hours of an authority are said, refused with what to write, and taken away (rule 16.12)', async () => {
    await call('POST', '/authorities', { ...AUTHORITY, odsCode: '877', mailboxId: 'LA877OT001' })
    const set = (hours: unknown) => call('POST', '/authorities/877/settings', { hours })
    const hours = 'Mon-Thu 08:30-16:30; Fri 08:30-16:00'
    expect((await set('Mon-Thu 8.30am to 4.30pm; Friday 0830-1600')).json()).toMatchObject({
      changed: true,
      hours,
    })
    expect((await set(hours)).json()).toMatchObject({ changed: false, hours })
    expect((await call('GET', '/authorities/877')).json().authority.hours).toBe(hours)
    const wrong = await set('Mon-Fri 9-5')
    expect([wrong.statusCode, wrong.json().error]).toEqual([
      400,
      expect.stringContaining('end must be later'),
    ])
    expect((await set(null)).json()).not.toHaveProperty('hours')
    expect((await call('GET', '/authorities/877')).json().authority).not.toHaveProperty('hours')
  })

  test('bank holidays are set from a file like that of gov.uk, shown and taken back (rule 16.13)', async () => {
    const year = new Date().getUTCFullYear()
    const events = (of: number) =>
      [...bankHolidays(of)].map(date => ({ title: 'Holiday', date, notes: '', bunting: true }))
    const file = (list: object[]) => ({
      'england-and-wales': { division: 'england-and-wales', events: list },
      scotland: { division: 'scotland', events: [] },
    })
    const set = await call('POST', '/holidays', file([...events(year), ...events(year - 6)]))
    expect(set.json()).toMatchObject({ changed: true, passedOver: [year - 6] })
    expect((await call('GET', '/holidays')).json().holidays).toHaveLength(8)
    for (const [wrong, words] of [
      [file(events(year + 40)), 'more than 3 years ahead'],
      [file(events(year).slice(1)), 'has 7 of at least 8'],
      [file([{ title: '', date: `${year}-01-01` }]), 'needs a title'],
      [{ scotland: { division: 'scotland', events: [] } }, 'england-and-wales'],
      [[], 'england-and-wales'],
    ] as const) {
      const refused = await call('POST', '/holidays', wrong)
      expect([refused.statusCode, refused.json().error]).toEqual([400, expect.stringContaining(words)])
    }
    expect((await call('GET', '/holidays')).json().holidays).toHaveLength(8)
    expect((await call('POST', '/holidays/reset', {})).json()).toEqual({ changed: true })
    expect((await call('POST', '/holidays/reset', {})).json()).toEqual({ changed: false })
    expect((await call('GET', '/holidays')).json().holidays).toEqual([])
  })

  test('what is held and when it goes is shown once a pass has ended; legal holds are placed, listed and released, on record (rules 23.10 and 23.11)', async () => {
    expect((await call('GET', '/retention')).json()).toMatchObject({ current: false, holds: [] })
    await passAt(database(), new Date())
    const shown = (await call('GET', '/retention')).json()
    expect(shown).toMatchObject({ current: true })
    expect(shown.kinds[3]).toMatchObject({ kind: 'plans', days: 730, last: { counts: { held: 0 } } })
    const person = { person: '999 000 0018', reason: 'Inquiry 7' }
    const placed = await call('POST', '/retention/holds', person)
    expect(placed.statusCode).toBe(201)
    const { id } = placed.json<{ id: string }>()
    expect((await call('POST', '/retention/holds', person)).statusCode).toBe(409)
    expect((await call('GET', '/retention/holds')).json()).toMatchObject([
      { id, what: { person: '9990000018' }, reason: 'Inquiry 7', placedBy: 'operator' },
    ])
    const release = () => call('POST', `/retention/holds/${id}/release`, {})
    expect([(await release()).statusCode, (await release()).statusCode]).toEqual([200, 404])
    expect((await audited()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['show retention', 'place legal hold', 'release legal hold']),
    )
  })

  test.each([
    [{ person: '9990000019', reason: 'x' }, 400, 'Enter a valid NHS number.'],
    [{ person: '9990000018', authority: '801', reason: 'x' }, 400, 'Enter either a person or an authority.'],
    [{ reason: 'x' }, 400, 'Enter either a person or an authority.'],
    [{ person: '9990000018', reason: ' ' }, 400, 'Enter a reason.'],
    [{ authority: '!', reason: 'x' }, 400, 'Enter the code of an authority.'],
    [{ authority: 'NONE9', reason: 'x' }, 404, 'No such authority.'],
  ])('a legal hold %j is refused with %i (rule 23.10)', async (body, status, words) => {
    const answer = await call('POST', '/retention/holds', body)
    expect(answer.statusCode).toBe(status)
    expect(answer.json<{ error: string }>().error).toContain(words)
  })
})
