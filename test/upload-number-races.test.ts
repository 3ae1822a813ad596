import fc from 'fast-check'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CalendarDate } from '../src/domain/english-time.ts'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import { success } from '../src/domain/result.ts'
import type { Acknowledgement } from '../src/domain/upload/acknowledgement.ts'
import { deliverMessage } from '../src/flows/mailbox/deliver-message.ts'
import type { Storage } from '../src/flows/ports.ts'
import { addAuthority, ensureOwnMailbox } from '../src/flows/registration/manage-exchange.ts'
import { restartSequence } from '../src/flows/registration/onboard-authority.ts'
import { receiveUpload } from '../src/flows/upload/receive-upload.ts'
import {
  DRAFT_HOURS,
  keepUploadDraft,
  type ReadTableFile,
  sendPageUpload,
} from '../src/flows/upload/send-page-upload.ts'
import { readUpload } from '../src/formats/hl7v3/read-upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { newMessageId } from '../src/formats/mesh/message-id.ts'
import { readTable as surveyTable, tableRecords } from '../src/main/threads/table.ts'
import { type Jobs, startJobs } from '../src/storage/job-queue.ts'
import { storage as storageOn } from '../src/storage/storage.ts'
import { collect } from './support/bytes.ts'
import { describeOnEachEngine } from './support/engines.ts'
import { expectValue } from './support/expect-value.ts'
import { freshNhsNumber } from './support/records.ts'

const MESH = {
  cpisMailbox: 'CPISOT001' as MailboxId,
  uploadWorkflow: 'UPLOAD',
  acknowledgementWorkflow: 'ACK',
  notificationWorkflow: 'NOTIFICATION',
  inactiveNumberWorkflow: 'INACTIVE',
}
const RUNS = 25

/** As pages read tables, without their threads. */
const readTable: ReadTableFile = async (bytes, now) => {
  const table = { bytes, now }
  const surveyed = await surveyTable(table)
  return surveyed.ok ? success({ ...surveyed.value, records: () => tableRecords(table) }) : surveyed
}

/** What may happen to an authority, several things at once in each step. */
type Act =
  | { readonly kind: 'system sends'; readonly sequence: number; readonly content: 'one' | 'other' }
  | { readonly kind: 'officer sends' }
  | { readonly kind: 'judge'; readonly nth: number }
  | { readonly kind: 'restart' }

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('system sends' as const),
      sequence: fc.integer({ min: 1, max: 4 }),
      content: fc.constantFrom('one' as const, 'other' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('officer sends' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('judge' as const), nth: fc.integer({ min: 0, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
)

/** Officers and the authority's own system number their files without knowing of each other (rules 3.8 and 21.15). */
describeOnEachEngine('files of an officer and of the own system of an authority', database => {
  let jobs: Jobs
  let storage: Storage
  let authorities = 0
  let now = new Date()
  const clock = { now: () => now }
  const deps = () => ({
    storage,
    clock,
    newId,
    newMessageId: () => newMessageId(new Date()),
    mesh: MESH,
    ...MESH,
    readTable,
    writeUpload,
    readUpload: (bytes: AsyncIterable<Uint8Array>) => readUpload(bytes),
    uploadLimits: { records: 1_000, ageDays: 90, expansion: 100 },
    demographics: { find: async () => ({ kind: 'found', person: PIPPIN }) as const },
    pdsConcurrency: 1,
    numberCheckHours: 24,
    pdsPatienceMs: [],
    sleep: async () => undefined,
  })

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    const own = { id: MESH.cpisMailbox, name: 'CP-IS', odsCode: 'X26' as OdsCode, password: 'secret' }
    await ensureOwnMailbox(deps(), own)
  })
  afterAll(() => jobs.stop(1_000))

  /** A live authority with an officer and a system, and everything that came of what they sent. */
  const openAuthority = async () => {
    const odsCode = `N${String(++authorities).padStart(4, '0')}` as OdsCode
    const mailbox = `LA${odsCode}` as MailboxId
    const contact = { odsCode, name: 'COUNCIL', dutyPhone: '01632960001' }
    expectValue(
      await addAuthority(deps(), {
        odsCode,
        name: 'COUNCIL',
        mailbox: { id: mailbox, name: 'COUNCIL', odsCode, password: 'secret' },
        live: true,
      }),
    )
    const numbers = { one: freshNhsNumber(), other: freshNhsNumber() }
    const sent = new Map<
      string,
      { readonly by: 'system' | 'officer'; readonly name: string; sequence: number }
    >()
    const acknowledged = new Map<string, Acknowledgement>()

    const systemSends = async (sequence: number, content: 'one' | 'other') => {
      const subject = { ...CHILD, nhsNumber: numbers[content], localIdAuthority: `${odsCode}:COUNCIL` }
      const plans = [{ type: 'CPP', start: '202601010000' }] as const
      const head = { createdAt: CREATED, sequence, recordCount: 1, authority: contact }
      const file = writeUpload(head, [{ position: 1, plans, subjects: [subject] }])
      const label = { from: mailbox, to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow }
      const message = await storage.transaction(stores => deliverMessage(stores, deps(), label, file))
      sent.set(message.id, { by: 'system', name: `${sequence} ${content}`, sequence })
      return message.id
    }
    const officerSends = async () => {
      const officer = { authority: odsCode, name: 'Juniper', actor: 'authority: Juniper' }
      const nhsNumber = freshNhsNumber()
      const content = Buffer.from(`${HEADINGS}\n${nhsNumber},L2,Pippin,Applecore,1/5/2019,CPP,1/5/2026\n`)
      const table = expectValue(await readTable(content, clock.now()))
      const draft = await keepUploadDraft(deps(), officer, contact, content, table)
      const { sequence } = expectValue(await sendPageUpload(deps(), officer, draft))
      const messageId = (await storage.authorityPages.draft(odsCode, draft))?.sent?.messageId ?? ''
      sent.set(messageId, { by: 'officer', name: nhsNumber, sequence })
      return messageId
    }
    /** As the worker does it: what fails is tried again. */
    const judge = async (messageId: string, tries = 5): Promise<void> => {
      try {
        await receiveUpload(
          {
            ...deps(),
            writeAcknowledgement: async function* (acknowledgement) {
              await collect(acknowledgement.results())
              acknowledged.set(messageId, acknowledgement)
              yield Buffer.from('<answer/>')
            },
          },
          messageId,
        )
      } catch (error) {
        if (tries === 1) throw error
        await judge(messageId, tries - 1)
      }
    }
    const waiting = async () => {
      const ids = [...sent.keys()]
      const messages = await Promise.all(ids.map(id => storage.messages.find(id)))
      return ids.filter((_id, nth) => messages[nth]?.status === 'accepted')
    }
    const verdicts = async () => {
      const { kysely } = database()
      const audited = kysely.selectFrom('audit').select(['subject', 'reason']).where('actor', '=', mailbox)
      const rows = await audited.where('action', '=', 'receive upload').execute()
      return rows.map(({ subject, reason }) => {
        const file = sent.get(subject ?? '')
        if (!file) throw new Error('Only what was sent is judged')
        return { ...file, reason, acknowledged: acknowledged.get(subject ?? '') }
      })
    }
    const perform = async (one: Act) => {
      switch (one.kind) {
        case 'system sends':
          return systemSends(one.sequence, one.content)
        case 'officer sends':
          return officerSends()
        case 'restart':
          return restartSequence(deps(), odsCode)
        case 'judge': {
          const ids = await waiting()
          const id = ids[one.nth % Math.max(ids.length, 1)]
          return id && judge(id)
        }
      }
    }
    const judgeAll = async () => {
      for (const id of await waiting()) await judge(id)
    }
    return { odsCode, systemSends, officerSends, judge, judgeAll, perform, verdicts }
  }

  describe.each([
    ['the table is judged first', true],
    ["the system's file is judged first", false],
  ])('a table sent while a file with the next number waits: %s', (_name, tableFirst) => {
    test('both are loaded, and no two have one number', async () => {
      const { systemSends, officerSends, judge, verdicts } = await openAuthority()
      await judge(await systemSends(1, 'one'))
      const file = await systemSends(2, 'one')
      const table = await officerSends()
      for (const id of tableFirst ? [table, file] : [file, table]) await judge(id)
      const came = await verdicts()
      expect(came.map(({ reason }) => reason)).toEqual(['CPF02', 'CPF02', 'CPF02'])
      expect(new Set(came.map(({ sequence }) => sequence)).size).toBe(3)
      for (const { sequence, acknowledged } of came) expect(acknowledged?.sequence).toBe(sequence)
    })
  })

  test('a table that was loaded takes no number from the system, and leaves no gap', async () => {
    const { odsCode, systemSends, officerSends, judge, verdicts } = await openAuthority()
    await judge(await systemSends(1, 'one'))
    await judge(await officerSends())
    await judge(await systemSends(2, 'other'))
    await judge(await systemSends(2, 'other'))
    expect((await verdicts()).map(({ reason }) => reason).sort()).toEqual([
      'CPF02',
      'CPF02',
      'CPF02',
      'repeated',
    ])
    expect(await storage.uploadHistory.gaps(odsCode, 5)).toEqual([])
    const later = new Date(now.getTime() + 2 * 3_600_000)
    const found = (await storage.issues.find(later)).filter(({ authority }) => authority === odsCode)
    expect(found.map(({ kind }) => kind)).not.toContain('sequence-gap')
    // To accept the gaps there are takes nothing off those to come.
    await judge(await systemSends(5, 'one'))
    await storage.issues.acceptGaps(odsCode)
    await judge(await systemSends(8, 'one'))
    expect(await storage.uploadHistory.gaps(odsCode, 5)).toEqual([{ from: 6, to: 7 }])
  })

  test('a table is known for one however long it waits', async () => {
    const { systemSends, officerSends, judge, verdicts } = await openAuthority()
    const table = await officerSends()
    const sequence = await numberOf(table)
    now = new Date(now.getTime() + (DRAFT_HOURS + 1) * 3_600_000)
    // With every table that is handed in, old ones are forgotten.
    await officerSends()
    await judge(await systemSends(sequence, 'one'))
    await judge(table)
    expect((await verdicts()).map(({ reason }) => reason)).toEqual(['CPF02', 'CPF02'])
  })
  const numberOf = async (messageId: string) => {
    const { kysely } = database()
    const row = kysely.selectFrom('desk_draft').select('sequence').where('message_id', '=', messageId)
    return (await row.executeTakeFirstOrThrow()).sequence ?? -1
  }

  test('in any interleaving neither is refused because of the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
        async steps => {
          const { perform, judgeAll, verdicts } = await openAuthority()
          for (const step of steps) await Promise.all(step.map(perform))
          await judgeAll()
          const came = await verdicts()
          const tables = came.filter(({ by }) => by === 'officer')
          const files = came.filter(({ by }) => by === 'system')
          expect(tables.filter(({ reason }) => reason !== 'CPF02')).toEqual([])
          const taken = new Set(files.map(({ sequence }) => sequence))
          expect(tables.filter(({ sequence }) => taken.has(sequence))).toEqual([])
          expect(new Set(tables.map(({ sequence }) => sequence)).size).toBe(tables.length)
          const restarted = steps.flat().some(({ kind }) => kind === 'restart')
          for (const [, same] of Map.groupBy(files, ({ sequence }) => sequence)) {
            const loaded = same.filter(({ reason }) => reason === 'CPF02')
            expect(loaded.length).toBeGreaterThan(0)
            if (restarted) continue
            // One was loaded, what is just that was repeated, what is not was refused: as without any table (rule 3.8).
            expect(loaded).toHaveLength(1)
            for (const { name, reason } of same) {
              const expected = name === loaded[0]?.name ? ['CPF02', 'repeated'] : ['CPF01']
              expect(expected).toContain(reason)
            }
          }
        },
      ),
      { numRuns: RUNS },
    )
  }, 120_000)
})

/** Files of one content are one, byte for byte. They are of today, since a file may be 90 days old at most (rule 23.4). */
const CREATED = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000)
const HEADINGS = 'NHS number,Local ID,Given name,Family name,Date of birth,Plan type,Start date'
const PIPPIN = {
  birthDate: '2019-05-01' as CalendarDate,
  familyNames: ['Applecore'],
  givenNames: [['Pippin']],
}
const CHILD = {
  kind: 'child',
  birthTime: '20190501',
  given: 'Pippin',
  family: 'Applecore',
  localId: 'L-1',
} as const
