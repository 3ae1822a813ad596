import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPassword } from '../src/api/common/registration/new-password.ts'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import type { Asid, ClientSystem } from '../src/domain/registration/client-system.ts'
import type { Storage } from '../src/flows/ports.ts'
import {
  addAuthority,
  addClientSystem,
  addMailbox,
  addOrganisation,
  ensureOwnMailbox,
  removeOrganisation,
} from '../src/flows/registration/manage-exchange.ts'
import { type OnboardingFile, onboard } from '../src/flows/registration/onboard.ts'
import { registerAuthority } from '../src/flows/registration/register.ts'
import { type Jobs, startJobs } from '../src/storage/job-queue.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { describeOnEachEngine } from './support/engines.ts'
import { expectValue } from './support/expect-value.ts'

/** A race that is lost now and then is lost in one of so many. */
const ROUNDS = 15
const NOBODY: OnboardingFile = { mailboxes: [], authorities: [], organisations: [], systems: [] }
const CONTRACT = {
  callback: 'https://hospital.example/answers',
  reliability: 'reliable',
  retries: 2,
  retryIntervalSeconds: 10,
  persistSeconds: 300,
} as const

describeOnEachEngine(
  'of two who register at once, the second is answered as if it had come later',
  database => {
    let jobs: Jobs
    let storage: Storage
    let made = 0

    beforeAll(async () => {
      jobs = await startJobs(database(), error => {
        throw error
      })
      storage = storageOn(database(), jobs)
      const own = { name: 'CP-IS', odsCode: 'X26' as OdsCode }
      // Every process that starts makes sure of it, each with a password of its own.
      await Promise.all(
        ['one', 'two'].map(password =>
          ensureOwnMailbox(deps(), { id: deps().mesh.cpisMailbox, ...own, password }),
        ),
      )
    })
    afterAll(() => jobs.stop(1_000))

    const deps = () => ({
      storage,
      clock: { now: () => new Date() },
      newId,
      newPassword,
      mesh: {
        cpisMailbox: 'CPISOT001' as MailboxId,
        uploadWorkflow: 'UPLOAD',
        acknowledgementWorkflow: 'ACK',
        notificationWorkflow: 'NOTIFICATION',
        inactiveNumberWorkflow: 'INACTIVE',
      },
    })
    const apply = async (file: Partial<OnboardingFile>) =>
      expectValue(await onboard(deps(), { ...NOBODY, ...file }, { dryRun: false }))
    const authority = (odsCode: OdsCode, id: MailboxId) => ({
      odsCode,
      name: odsCode,
      mailbox: { id, name: odsCode, odsCode, password: `of ${odsCode}` },
    })
    const system = (nth: number, cpaId: string): ClientSystem => ({
      asid: `999000${String(nth).padStart(6, '0')}` as Asid,
      partyKey: 'X9Z01-999001',
      organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX HOSPITAL' },
      allows: ['unscheduled'],
      exchanges: ['synchronous', 'asynchronous'],
      contract: { cpaId, ...CONTRACT },
    })
    const audited = async (action: string, subject: string) => {
      const { kysely } = database()
      const found = kysely.selectFrom('audit').select('id').where('action', '=', action)
      return (await found.where('subject', '=', subject).execute()).length
    }
    /** Codes that nobody has yet. */
    const fresh = () => {
      const nth = ++made
      const code = `Y${String(nth).padStart(4, '0')}`
      return {
        nth,
        odsCode: code as OdsCode,
        other: `Z${code}` as OdsCode,
        mailbox: `MB${code}` as MailboxId,
      }
    }
    const race = (name: string, round: () => Promise<void>) =>
      test(name, async () => {
        for (let nth = 0; nth < ROUNDS; nth++) await round()
      })

    test('two processes that start at once make one mailbox of CP-IS (rule 19.12)', async () => {
      expect(await audited('add own mailbox', 'CPISOT001')).toBe(1)
    })

    race(
      'the same onboarding file: one adds, the others change nothing, and the password opens',
      async () => {
        const { odsCode, mailbox } = fresh()
        const file = { authorities: [{ odsCode, name: odsCode, mailboxId: mailbox }] }
        const applied = (await Promise.all([apply(file), apply(file), apply(file)])).map(lines => lines[0])
        expect(applied.map(line => line?.outcome).sort()).toEqual(['added', 'unchanged', 'unchanged'])
        const told = applied.flatMap(line => line?.password ?? [])
        expect(told).toEqual([(await storage.mailboxes.find(mailbox))?.password])
      },
    )

    race('one mailbox for two authorities: the second is told whose it is', async () => {
      const { odsCode, other, mailbox } = fresh()
      const results = await Promise.all(
        [odsCode, other].map(code => addAuthority(deps(), authority(code, mailbox))),
      )
      const owner = (await storage.authorities.ofMailbox(mailbox))[0]?.odsCode
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      expect(results.find(({ ok }) => !ok)).toEqual({ ok: false, fault: { kind: 'mailbox-of-other', owner } })
      expect((await storage.mailboxes.find(mailbox))?.odsCode).toBe(owner)
    })

    race(
      'one mailbox on the page, by the command and by a file: one has it, the others are told',
      async () => {
        const { odsCode, other, mailbox } = fresh()
        const third = `A${odsCode}` as OdsCode
        const results = await Promise.all([
          registerAuthority(deps(), authority(odsCode, mailbox)),
          addAuthority(deps(), authority(other, mailbox)),
          onboard(
            deps(),
            { ...NOBODY, authorities: [{ odsCode: third, name: third, mailboxId: mailbox }] },
            { dryRun: false },
          ),
        ])
        expect(results.filter(({ ok }) => ok)).toHaveLength(1)
        const owner = (await storage.authorities.ofMailbox(mailbox))[0]?.odsCode
        expect((await storage.mailboxes.find(mailbox))?.odsCode).toBe(owner)
      },
    )

    race('one CPA id for two systems: the second is told which has it', async () => {
      const { nth } = fresh()
      const cpaId = `S${nth}`
      const results = await Promise.all(
        [2 * nth, 2 * nth + 1].map(id => addClientSystem(deps(), system(id, cpaId))),
      )
      const asid = (await storage.clientSystems.withContract(cpaId))?.asid
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      expect(results.find(({ ok }) => !ok)).toEqual({ ok: false, fault: { kind: 'contract-of-other', asid } })
    })

    race('a file that keeps a password never brings back one that is changed meanwhile', async () => {
      const { odsCode, mailbox } = fresh()
      const held = { id: mailbox, name: 'OLD', odsCode, password: 'old' }
      await addMailbox(deps(), held)
      await Promise.all([
        apply({ mailboxes: [{ id: mailbox, name: 'RENAMED', odsCode }] }),
        addMailbox(deps(), { ...held, password: 'new' }),
      ])
      expect((await storage.mailboxes.find(mailbox))?.password).toBe('new')
    })

    race('an organisation is removed once', async () => {
      const { odsCode } = fresh()
      await addOrganisation(deps(), { odsCode, name: odsCode, settings: ['gp-in-hours'] })
      await Promise.all([removeOrganisation(deps(), odsCode), removeOrganisation(deps(), odsCode)])
      expect(await audited('remove organisation', odsCode)).toBe(1)
    })
  },
)
