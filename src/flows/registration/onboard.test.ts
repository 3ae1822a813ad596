import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { Asid, ClientSystem } from '../../domain/registration/client-system.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import type { Storage } from '../ports.ts'
import { type OnboardDeps, type OnboardingFile, onboard } from './onboard.ts'

const NOBODY: OnboardingFile = { mailboxes: [], authorities: [], organisations: [], systems: [] }
const COUNTY = {
  odsCode: 'X9L01' as OdsCode,
  name: 'MADE-UP COUNTY COUNCIL',
  mailboxId: 'X9L01OT001' as MailboxId,
}
const WARD: ClientSystem = {
  asid: '999000000091' as Asid,
  partyKey: 'X9Z11-999001',
  organisation: { odsCode: 'X9Z11' as OdsCode, name: "MADE-UP CHILDREN'S HOSPITAL" },
  allows: ['unscheduled'],
  exchanges: ['synchronous', 'asynchronous'],
  contract: {
    cpaId: 'S001A001',
    callback: 'https://ward.example/answers',
    reliability: 'reliable',
    retries: 2,
    retryIntervalSeconds: 10,
    persistSeconds: 300,
  },
}

describeOnEachEngine('taking on whoever a file names (rule 19.8)', database => {
  let jobs: Jobs
  let storage: Storage
  let deps: OnboardDeps
  let seed = 'first'

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    deps = {
      storage,
      clock: { now: () => new Date('2026-06-15T12:00:00Z') },
      newId,
      newPassword: mailbox => `${seed} of ${mailbox}`,
      mesh: {
        cpisMailbox: 'CPISOT001' as MailboxId,
        uploadWorkflow: 'UPLOAD',
        acknowledgementWorkflow: 'ACK',
        notificationWorkflow: 'NOTIFICATION',
        inactiveNumberWorkflow: 'INACTIVE',
      },
    }
    const own = {
      id: deps.mesh.cpisMailbox,
      name: 'CP-IS',
      odsCode: 'X26' as OdsCode,
      password: 'own-secret',
    }
    await storage.mailboxes.add(own)
    await apply({ authorities: [COUNTY], systems: [WARD] })
  })
  afterAll(() => jobs.stop(1_000))

  const apply = (file: Partial<OnboardingFile>, dryRun = false) =>
    onboard(deps, { ...NOBODY, ...file }, { dryRun })
  const everything = async () => [
    await storage.authorities.list(),
    await storage.mailboxes.list(),
    await storage.organisations.list(),
    await storage.clientSystems.list(),
    await storage.workflows.list(),
  ]
  const audited = async () =>
    database().kysely.selectFrom('audit').select(['action', 'subject']).orderBy('id').execute()

  const CITY = { ...COUNTY, odsCode: 'X9L02' as OdsCode }
  const conflicts: Readonly<Record<string, [Partial<OnboardingFile>, string]>> = {
    'one authority twice': [{ authorities: [COUNTY, COUNTY] }, 'Authority X9L01 stands in the file more'],
    'one mailbox for two authorities': [{ authorities: [COUNTY, CITY] }, 'Mailbox X9L01OT001 stands in'],
    "another authority's mailbox": [{ authorities: [CITY] }, 'Mailbox X9L01OT001 is that of authority X9L01'],
    'the mailbox of CP-IS': [
      { mailboxes: [{ id: 'CPISOT001' as MailboxId, name: 'X', odsCode: CITY.odsCode }] },
      'Mailbox CPISOT001 is that of CP-IS itself',
    ],
    "another system's contract": [
      { systems: [{ ...WARD, asid: '999000000092' as Asid }] },
      'CPA id S001A001 is that of system 999000000091',
    ],
  }
  test.each(Object.keys(conflicts))('%s: nobody is taken on, and the file is told why', async name => {
    const [file, words] = conflicts[name] ?? [{}, '']
    const newcomer = {
      odsCode: 'X9Z12' as OdsCode,
      name: 'MADE-UP SURGERY',
      settings: ['gp-in-hours'],
    } as const
    const before = await everything()
    const outcome = await apply({ ...file, organisations: [newcomer] })
    expect(outcome).toMatchObject({
      ok: false,
      fault: expect.arrayContaining([expect.stringContaining(words)]),
    })
    expect(await everything()).toEqual(before)
  })

  test('only what is said changes, each change is on record, and the same file again changes nothing (rule 19.1)', async () => {
    const from = (await audited()).length
    const moved = { ...COUNTY, wave: 'spring', mode: 'snapshot' } as const
    expect(await apply({ authorities: [moved], systems: [WARD] })).toMatchObject({
      value: [
        { kind: 'mailbox', outcome: 'unchanged' },
        { kind: 'authority', outcome: 'changed' },
        { kind: 'system', outcome: 'unchanged' },
      ],
    })
    expect((await audited()).slice(from)).toEqual([
      { action: 'onboard authority', subject: 'X9L01' },
      { action: 'apply onboarding file', subject: null },
    ])
    expect(await storage.authorities.find(COUNTY.odsCode)).toMatchObject({
      stage: 'onboarding',
      wave: 'spring',
      mode: 'snapshot',
      intervalHours: 48,
    })
    const before = await everything()
    const again = await apply({ authorities: [COUNTY] })
    expect(again).toMatchObject({ value: [{ outcome: 'unchanged' }, { outcome: 'unchanged' }] })
    expect(await everything()).toEqual(before)
  })

  test('a password is made for a new mailbox only, told to whoever made it, and never on a dry run', async () => {
    const desk = { id: 'X9Y01OT001' as MailboxId, name: 'DESK', odsCode: 'X9Y01' as OdsCode }
    const line = { kind: 'mailbox', id: desk.id }
    const password = `first of ${desk.id}`
    expect(await apply({ mailboxes: [desk] }, true)).toEqual({
      ok: true,
      value: [{ ...line, outcome: 'added' }],
    })
    expect(await storage.mailboxes.find(desk.id)).toBeUndefined()
    expect(await apply({ mailboxes: [desk] })).toEqual({
      ok: true,
      value: [{ ...line, outcome: 'added', password }],
    })
    // The same confirmation, sent twice.
    expect(await apply({ mailboxes: [desk] })).toEqual({
      ok: true,
      value: [{ ...line, outcome: 'unchanged', password }],
    })
    seed = 'second'
    expect(await apply({ mailboxes: [{ ...desk, name: 'FRONT DESK' }] })).toEqual({
      ok: true,
      value: [{ ...line, outcome: 'changed' }],
    })
    expect(await storage.mailboxes.find(desk.id)).toMatchObject({
      name: 'FRONT DESK',
      password,
    })
  })

  test('the name that a file of its own gave an authority stays (rules 3.3 and 19.1)', async () => {
    await database()
      .kysely.updateTable('authority')
      .set({
        name: 'AS ITS FILE SAYS',
        duty_phone: '01632960001',
        written_created_at: new Date(0),
        written_sequence: 1,
      })
      .where('ods_code', '=', COUNTY.odsCode)
      .execute()
    expect(await apply({ authorities: [{ ...COUNTY, wave: 'autumn' }] })).toMatchObject({ ok: true })
    expect(await storage.authorities.find(COUNTY.odsCode)).toMatchObject({
      name: 'AS ITS FILE SAYS',
      wave: 'autumn',
    })
    expect(await apply({ authorities: [COUNTY] })).toMatchObject({
      value: [{ outcome: 'unchanged' }, { outcome: 'unchanged' }],
    })
  })
})
