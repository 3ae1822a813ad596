import { gzipSync } from 'node:zlib'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { collect, inPieces } from '../../../test/support/bytes.ts'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { freshNhsNumber } from '../../../test/support/records.ts'
import { type CalendarDate, localDay } from '../../domain/english-time.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { Demographics } from '../../domain/person/demographics.ts'
import type { Acknowledgement } from '../../domain/upload/acknowledgement.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import { readUpload } from '../../formats/hl7v3/read-upload.ts'
import { writeUpload } from '../../formats/hl7v3/write-upload.ts'
import { newMessageId } from '../../formats/mesh/message-id.ts'
import { type Jobs, startJobs } from '../../storage/job-queue.ts'
import { storage as storageOn } from '../../storage/storage.ts'
import { deliverMessage } from '../mailbox/deliver-message.ts'
import type { Storage } from '../ports.ts'
import { addAuthority } from '../registration/manage-exchange.ts'
import { changeSettings, goLive, resume, suspend } from '../registration/onboard-authority.ts'
import { passPlansOn } from '../registration/pass-plans-on.ts'
import { planSuccession } from '../registration/succession.ts'
import { receiveUpload } from './receive-upload.ts'

const MESH = {
  cpisMailbox: 'CPISOT001' as MailboxId,
  uploadWorkflow: 'UPLOAD',
  acknowledgementWorkflow: 'ACK',
  notificationWorkflow: 'NOTIFICATION',
  inactiveNumberWorkflow: 'INACTIVE',
}
const PIPPIN: Demographics = {
  kind: 'found',
  person: {
    birthDate: '2019-05-01' as CalendarDate,
    familyNames: ['Applecore'],
    givenNames: [['Pippin']],
  },
}

/** What changes while a file is being judged, which the interfaces cannot show. */
describeOnEachEngine('receiving the files of an authority as its stage changes', database => {
  let jobs: Jobs
  let storage: Storage
  let authority: OdsCode
  let mailbox: MailboxId
  let authorities = 0
  let whilePdsIsAsked: () => Promise<unknown>
  let pds: Demographics
  const answers: Acknowledgement[] = []
  const clock = { now: () => new Date() }
  const operating = () => ({ storage, clock, newId })

  beforeAll(async () => {
    jobs = await startJobs(database(), error => {
      throw error
    })
    storage = storageOn(database(), jobs)
    const own = { id: MESH.cpisMailbox, name: 'CP-IS', odsCode: 'X26' as OdsCode, password: 'secret' }
    await storage.mailboxes.add(own)
  })
  afterAll(() => jobs.stop(1_000))

  beforeEach(async () => {
    authorities += 1
    authority = `R${String(authorities).padStart(4, '0')}` as OdsCode
    mailbox = `LA${authority}` as MailboxId
    whilePdsIsAsked = async () => undefined
    pds = PIPPIN
    answers.length = 0
    const password = 'secret'
    await addAuthority(
      { ...operating(), mesh: MESH },
      {
        odsCode: authority,
        name: 'COUNCIL',
        mailbox: { id: mailbox, name: 'COUNCIL', odsCode: authority, password },
      },
    )
  })

  /** A file of one child arrives and is received; answers what the authority is told. */
  const receive = async (
    writing: () => void = () => undefined,
    made: 'by a system' | 'at a desk' = 'by a system',
    by: OdsCode = authority,
    packed: (file: Buffer) => Buffer = file => file,
  ) => {
    const record: RecordAsSent = {
      position: 1,
      plans: [{ type: 'CPP', start: '202601010000' }],
      subjects: [
        {
          kind: 'child',
          nhsNumber: freshNhsNumber(),
          birthTime: '20190501',
          given: 'Pippin',
          family: 'Applecore',
          localId: 'L-1',
          localIdAuthority: `${authority}:COUNCIL`,
        },
      ],
    }
    const head = { odsCode: by, name: 'COUNCIL', dutyPhone: '01632960001' }
    const file = writeUpload({ createdAt: clock.now(), sequence: 7, recordCount: 1, authority: head }, [
      record,
    ])
    const newMessage = { clock, newMessageId: () => newMessageId(clock.now()) }
    const label = { from: mailbox, to: MESH.cpisMailbox, workflowId: MESH.uploadWorkflow }
    const content = packed(Buffer.concat(await collect(file)))
    const message = await storage.transaction(stores =>
      deliverMessage(stores, newMessage, label, inPieces(content, 1000)),
    )
    if (made === 'at a desk') {
      const draft = { id: newId(), authority, madeAt: clock.now(), contact: head, content: Buffer.from('x') }
      await storage.authorityPages.keepDraft(draft)
      await storage.authorityPages.draftSent(draft, { messageId: message.id, sequence: 7 })
    }
    await receiveUpload(
      {
        ...operating(),
        ...newMessage,
        acknowledgementWorkflow: MESH.acknowledgementWorkflow,
        demographics: {
          find: async () => {
            await whilePdsIsAsked()
            return pds
          },
        },
        pdsConcurrency: 1,
        numberCheckHours: 24,
        pdsPatienceMs: [],
        sleep: async () => undefined,
        uploadLimits: { records: 1000, ageDays: 90, expansion: 100 },
        readUpload: bytes => readUpload(bytes),
        writeAcknowledgement: async function* (acknowledgement) {
          writing()
          await collect(acknowledgement.results())
          answers.push(acknowledgement)
          yield Buffer.from('<answer/>')
        },
      },
      message.id,
    )
    return { message, answer: answers.at(-1) }
  }
  const count = async (table: 'plan' | 'upload' | 'test_upload') => {
    const rows = await database()
      .kysely.selectFrom(table)
      .select('authority')
      .where('authority', '=', authority)
      .execute()
    return rows.length
  }
  const staged = async () =>
    (await database().kysely.selectFrom('upload_record').select('upload_id').execute()).length

  test('a file that its sender compressed is read, and is the same file (rule 3.13)', async () => {
    await goLive(operating(), authority, 'a test of the flow')
    const plain = gzipSync(Buffer.alloc(0))
    expect((await receive(undefined, undefined, undefined, gzipSync)).answer).toMatchObject({
      fileCode: 'CPF02',
    })
    for (const [packed, words] of [
      [
        (file: Buffer) => gzipSync(file).subarray(0, -12),
        'compressed with gzip, and is damaged or cut short',
      ],
      [(file: Buffer) => gzipSync(gzipSync(file)), 'compressed before that'],
      [
        (file: Buffer) => gzipSync(Buffer.concat([file, Buffer.alloc(3_000_000, ' ')])),
        'more than 100 times',
      ],
      [() => plain, 'no XML element'],
    ] as const) {
      const { answer } = await receive(undefined, undefined, undefined, packed)
      expect(answer).toMatchObject({ fileCode: 'CPF01', fileReason: expect.stringContaining(words) })
    }
  })

  test('a file in ISO-8859-1 is read, and a name in it matches (rule 3.13)', async () => {
    await goLive(operating(), authority, 'a test of the flow')
    pds = { ...PIPPIN, person: { ...PIPPIN.person, familyNames: ['Äpplecoré'] } }
    const latin = (file: Buffer) =>
      Buffer.from(String(file).replace('UTF-8', 'ISO-8859-1').replace('Applecore', 'Äpplecoré'), 'latin1')
    expect((await receive(undefined, undefined, undefined, latin)).answer).toMatchObject({
      fileCode: 'CPF02',
    })
  })

  test('suspended while its file is judged, it is refused, and the number is free afterwards (rule 19.4)', async () => {
    await goLive(operating(), authority, 'a test of the flow')
    const before = await staged()
    whilePdsIsAsked = () => suspend(operating(), authority, 'a test of the flow')
    const { answer } = await receive()
    expect(answer).toMatchObject({ fileCode: 'CPF01', sequence: 7, loaded: 0 })
    expect([await count('plan'), await count('upload'), await staged()]).toEqual([0, 0, before])
    whilePdsIsAsked = async () => undefined
    await resume(operating(), authority)
    expect((await receive()).answer).toMatchObject({ fileCode: 'CPF02', sequence: 7 })
    expect(await count('plan')).toBe(1)
  })

  test('live by the time its file was judged, it counts; the stage when the file is applied decides', async () => {
    whilePdsIsAsked = () => goLive(operating(), authority, 'a test of the flow')
    expect((await receive()).answer).not.toHaveProperty('fileReason')
    expect([await count('plan'), await count('test_upload')]).toEqual([1, 0])
  })

  test('its number stays taken, though the acknowledgement of the file is no longer kept (rules 3.8 and 23.3)', async () => {
    await goLive(operating(), authority, 'a test of the flow')
    expect((await receive()).answer).toMatchObject({ fileCode: 'CPF02' })
    const { kysely } = database()
    await kysely.updateTable('upload').set({ acknowledgement_payload_id: null }).execute()
    expect((await receive()).answer).toMatchObject({
      fileCode: 'CPF01',
      fileReason: expect.stringContaining('a file with different content had it before'),
    })
  })

  test('a test that PDS could not judge is no test (rule 19.3)', async () => {
    pds = { kind: 'unavailable', why: 'no answer' }
    expect((await receive()).answer).toMatchObject({ fileCode: 'CPF05' })
    expect(await count('test_upload')).toBe(0)
  })

  test('a test whose acknowledgement could not be stored did not happen, and is tried again', async () => {
    const before = await staged()
    const broken = receive(() => {
      throw new Error('no room left')
    })
    await expect(broken).rejects.toThrow('no room left')
    expect([await count('test_upload'), answers.length]).toEqual([0, 0])
    // What was staged stays for a while, and is in nobody's way.
    expect(await staged()).toBe(before + 1)
    expect((await receive()).answer).toMatchObject({ fileCode: 'CPF02' })
    expect(await count('test_upload')).toBe(1)
  })

  describe('a mailbox that serves two authorities (rules 3.1 and 19.19)', () => {
    let second: OdsCode
    const share = (isMailboxShared: boolean, id: MailboxId = mailbox) => {
      const shared = { id, name: 'ANOTHER', odsCode: second, password: 'not this one' }
      const added = { odsCode: second, name: 'SECOND COUNCIL', mailbox: shared, live: true, isMailboxShared }
      return addAuthority({ ...operating(), mesh: MESH }, added)
    }
    beforeEach(async () => {
      second = `T${authority}` as OdsCode
      await goLive(operating(), authority, 'a test of the flow')
    })

    test('is shared where the operator says so, and stays as it is', async () => {
      expect(await share(false)).toEqual({ ok: false, fault: { kind: 'mailbox-of-other', owner: authority } })
      expect(await share(true, 'NOBOX' as MailboxId)).toEqual({
        ok: false,
        fault: { kind: 'no-mailbox-to-share' },
      })
      expect(await share(true)).toEqual({ ok: true, value: undefined })
      expect(await storage.mailboxes.find(mailbox)).toMatchObject({ odsCode: authority, password: 'secret' })
      expect((await storage.authorities.ofMailbox(mailbox)).map(({ odsCode }) => odsCode)).toEqual([
        authority,
        second,
      ])
    })

    test('the head of a file says whose it is; each has its own numbers, and reads of its own files alone', async () => {
      await share(true)
      expect((await receive()).answer).toMatchObject({ fileCode: 'CPF02', sequence: 7 })
      // The same number again: it is another authority's.
      expect((await receive(undefined, 'by a system', second)).answer).toMatchObject({
        fileCode: 'CPF02',
        sequence: 7,
      })
      const stranger = await receive(undefined, 'by a system', 'NOBODY' as OdsCode)
      expect(stranger.answer).toMatchObject({ fileCode: 'CPF01', authority: { odsCode: authority } })
      const plans = await database()
        .kysely.selectFrom('plan')
        .select('authority')
        .where('authority', 'in', [authority, second])
        .execute()
      expect(plans.map(plan => plan.authority).sort()).toEqual([authority, second])
      const files = async (of: OdsCode) =>
        (await storage.authorityPages.files(of, mailbox, 10)).map(({ reason }) => reason)
      expect([await files(authority), await files(second)]).toEqual([['CPF01', 'CPF02'], ['CPF02']])
    })
  })

  test('of an authority whose plans passed on: late files count, its own later ones take back, and after 90 days none is taken (rule 19.17)', async () => {
    await goLive(operating(), authority, 'a test of the flow')
    const to = `S${authority}` as OdsCode
    const mailboxOf = { id: `LA${to}` as MailboxId, name: to, odsCode: to, password: 'secret' }
    const successor = { odsCode: to, name: 'SUCCESSOR COUNCIL', mailbox: mailboxOf, live: true }
    await addAuthority({ ...operating(), mesh: MESH }, successor)
    const on = localDay(clock.now())
    const plan = { from: authority, on, successors: [to], defaultSuccessor: to }
    expect(await planSuccession(operating(), plan)).toMatchObject({ ok: true })
    await passPlansOn(operating())
    const passedOn = (at: Date) =>
      database()
        .kysely.updateTable('authority')
        .set({ passed_on_at: at })
        .where('ods_code', '=', authority)
        .execute()
    // The times of files are whole seconds.
    await passedOn(new Date(clock.now().getTime() - 60_000))
    const refused = await receive()
    expect(refused.answer).toMatchObject({ fileCode: 'CPF04', loaded: 0, failed: 1 })
    expect(await count('plan')).toBe(0)
    await passedOn(new Date(clock.now().getTime() - 92 * 86_400_000))
    const late = (await receive()).answer
    expect(late).toMatchObject({ fileCode: 'CPF01', loaded: 0 })
    expect(late?.fileReason).toContain('SUCCESSOR COUNCIL')
  })

  describe('an authority that is told at its desk (rule 19.10)', () => {
    const acknowledged = async () =>
      (await storage.messages.inbox({ mailbox, limit: 10 })).messages.map(({ workflowId }) => workflowId)
    beforeEach(async () => {
      await goLive(operating(), authority, 'a test of the flow')
      await changeSettings(operating(), authority, { toldAt: 'desk' })
    })

    test('reads there what became of a file that it made there: nothing is put into its mailbox', async () => {
      const { answer } = await receive(undefined, 'at a desk')
      expect(answer).toMatchObject({ fileCode: 'CPF02' })
      expect(await acknowledged()).toEqual([])
      expect(await storage.authorityPages.files(authority, mailbox, 1)).toMatchObject([
        { reason: 'CPF02', sequence: 7, loaded: 1 },
      ])
      const applied = await storage.uploads.bySequence(authority, 'page', 7)
      expect(await storage.payloads.chunks(applied?.acknowledgementPayloadId ?? '')).toHaveLength(1)
      pds = { kind: 'unavailable', why: 'no answer' }
      await receive(undefined, 'at a desk')
      expect(await acknowledged()).toEqual([])
    })

    test('is answered in its mailbox where a system sends: its sender waits for that', async () => {
      await receive()
      expect(await acknowledged()).toEqual([MESH.acknowledgementWorkflow])
    })

    test('told in its mailbox, it is answered there wherever the file was made', async () => {
      await changeSettings(operating(), authority, { toldAt: 'mailbox' })
      await receive(undefined, 'at a desk')
      expect(await acknowledged()).toEqual([MESH.acknowledgementWorkflow])
    })
  })
})
