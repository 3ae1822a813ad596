import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAMAGED_GZIP, labelled, openCannedMailbox } from '../../test/support/canned-mailbox.ts'
import { MeshError, meshClient } from '../client/index.ts'
import type { OdsCode } from '../domain/organisation.ts'
import { type AuthorityState, openAuthorityState } from './authority-state.ts'
import { collectMessages } from './collect-messages.ts'
import { makeUpload } from './make-upload.ts'
import { type SendDeps, sendUpload, settleUploads } from './send-upload.ts'
import { StateInUse } from './state-lock.ts'
import { acknowledgementOf, HEADINGS, NOW, sheetOf, testMailbox, WORKFLOWS } from './testing.ts'
import { sendAndCollect, workTheDay } from './working-day.ts'

const AUTHORITY = { odsCode: '886' as OdsCode, name: 'Sandbox Council', dutyPhone: '01632960001' }
const SHEET = `${HEADINGS}\n9990000018,Ada,Test,13/5/2019,CPP,20/6/2021,\n`
const LATER = new Date(NOW.getTime() + 3_600_000)

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cpis-kit-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const stateIn = () => openAuthorityState(join(directory, 'state'))

async function fileOf(sequence: number, sheet = SHEET): Promise<string> {
  const path = join(directory, `${sequence}.xml`)
  const made = await makeUpload(sheetOf(sheet), { authority: AUTHORITY, sequence, createdAt: NOW }, path, {
    now: NOW,
  })
  expect(made.ok).toBe(true)
  return path
}

const sending = (state: AuthorityState, mesh: SendDeps['mesh'], now = NOW): SendDeps => ({
  state,
  mesh,
  to: 'CPIS',
  workflowId: 'UP',
  now: () => now,
  sleep: async () => undefined,
})

describe('sending (rule 17.6)', () => {
  test('a file is sent once, however often it is asked for', async () => {
    const mailbox = testMailbox()
    const state = await stateIn()
    const path = await fileOf(7)
    expect((await sendUpload(sending(state, mailbox.mesh), path)).kind).toBe('sent')
    expect((await sendUpload(sending(state, mailbox.mesh), path)).kind).toBe('sent-before')
    expect(mailbox.sent).toHaveLength(1)
    expect(mailbox.sent[0]?.content).toBe(readFileSync(path, 'utf8'))
    expect(await state.takeSequence()).toBe(8)
  })

  test('another file under the same number is refused', async () => {
    const mailbox = testMailbox()
    const state = await stateIn()
    await sendUpload(sending(state, mailbox.mesh), await fileOf(7))
    const other = await fileOf(7, SHEET.replace('Ada', 'Bea'))
    expect((await sendUpload(sending(state, mailbox.mesh), other)).kind).toBe('sequence-used')
    expect(mailbox.sent).toHaveLength(1)
  })

  test('an answer that never came is resolved by tracking, not by sending again', async () => {
    let lost = true
    const mailbox = testMailbox({
      after: call => {
        if (call === 'last chunk' && lost) throw new MeshError('send: the service did not answer')
      },
    })
    const state = await stateIn()
    expect((await sendUpload(sending(state, mailbox.mesh), await fileOf(7))).kind).toBe('sent')
    lost = false
    expect(mailbox.sent).toHaveLength(1)
  })

  test('a file that the service does not know of waits until it cannot be under way any more', async () => {
    let down = true
    const mailbox = testMailbox({
      before: call => {
        if (call === 'first chunk' && down) throw new MeshError('send: 503', { status: 503 })
      },
    })
    const state = await stateIn()
    const path = await fileOf(7)
    expect((await sendUpload(sending(state, mailbox.mesh), path)).kind).toBe('unknown')
    down = false
    expect((await sendUpload(sending(state, mailbox.mesh), path)).kind).toBe('unknown')
    expect(mailbox.sent).toHaveLength(0)
    expect((await settleUploads(sending(state, mailbox.mesh, LATER))).map(({ kind }) => kind)).toEqual([
      'sent',
    ])
    expect(mailbox.sent).toHaveLength(1)
  })

  test('broken off between chunks, it goes on where it stopped', async () => {
    let cut = true
    const mailbox = testMailbox({
      before: call => {
        if (call === 'last chunk' && cut) {
          cut = false
          throw new MeshError('send chunk: the service did not answer')
        }
      },
    })
    const state = await stateIn()
    expect((await sendUpload(sending(state, mailbox.mesh), await fileOf(7))).kind).toBe('sent')
    expect(mailbox.sent).toMatchObject([{ chunks: 2, whole: true }])
  })

  test.each([
    [{ status: 417, code: '12' }, 'refused', 'refused'],
    [{ status: 429 }, 'later', 'prepared'],
  ])('a service that answers %o has not got it: %s', async (answer, kind, status) => {
    let refuse = true
    const mailbox = testMailbox({
      before: call => {
        if (call === 'first chunk' && refuse) throw new MeshError('send: no', answer)
      },
    })
    const state = await stateIn()
    const path = await fileOf(7)
    expect((await sendUpload(sending(state, mailbox.mesh), path)).kind).toBe(kind)
    expect((await state.upload(7))?.status).toBe(status)
    refuse = false
    expect((await sendUpload(sending(state, mailbox.mesh), path)).kind).toBe('sent')
  })

  test('what is no upload never leaves', async () => {
    const path = join(directory, 'no.xml')
    writeFileSync(path, '<File/>')
    const outcome = await sendUpload(sending(await stateIn(), testMailbox().mesh), path)
    expect(outcome.kind).toBe('not-an-upload')
  })

  test('one process at a time works with a state', async () => {
    const state = await stateIn()
    await expect(stateIn()).rejects.toBeInstanceOf(StateInUse)
    await state.close()
    await (await stateIn()).close()
  })

  test.each([
    ['no longer runs', `${2 ** 22 + 1} 1`],
    ['had this process number in an earlier run', `${process.pid} 1`],
    ['died while it wrote its lock', ''],
  ])('a lock of a process that %s is taken over, and what it left unfinished is gone', async (_who, lock) => {
    await (await stateIn()).close()
    writeFileSync(join(directory, 'state', 'lock'), lock)
    writeFileSync(join(directory, 'state', 'inbox', '.A1.xml.part'), 'half')
    await (await stateIn()).close()
    expect(readdirSync(join(directory, 'state', 'inbox'))).toEqual([])
  })
})

describe('collecting (rule 17.7)', () => {
  const message = (id: string, content: string, more: object = {}) =>
    [id, { info: { id, kind: 'DATA' as const, workflowId: 'ACK', chunks: 1, ...more }, content }] as const

  async function sentFile(mailbox: ReturnType<typeof testMailbox>) {
    const state = await stateIn()
    const outcome = await sendUpload(sending(state, mailbox.mesh), await fileOf(7))
    if (outcome.kind !== 'sent') throw new Error('The file of this test is sent')
    return { state, localId: outcome.entry.localId }
  }

  test('an acknowledgement is kept, matched with its upload, and only then acknowledged', async () => {
    const mailbox = testMailbox()
    const { state, localId } = await sentFile(mailbox)
    const content = await acknowledgementOf(7)
    mailbox.waiting.set(...message('A1', content, { localId }))
    const { messages } = await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect(messages).toMatchObject([{ kind: 'acknowledgement', upload: { sequence: 7, fileCode: 'CPF02' } }])
    expect(readFileSync(messages[0]?.kept.path ?? '', 'utf8')).toBe(content)
    expect(await state.upload(7)).toMatchObject({ status: 'answered', acknowledgementId: 'A1' })
    expect(mailbox.acknowledged).toEqual(['A1'])
  })

  test.each([
    [
      'the partner id, where the local id is of a MESH server elsewhere',
      (localId: string) => ({ partnerId: localId, localId: '20261130101112123456_ABCDEF' }),
    ],
    ['the partner id alone', (localId: string) => ({ partnerId: localId })],
    [
      'the local id, whatever the partner id says',
      (localId: string) => ({ localId, partnerId: 'of somebody else' }),
    ],
    [
      'the sequence number inside, where no reference is known',
      () => ({ localId: '20261130101112123456_ABCDEF' }),
    ],
    ['the sequence number inside, where there is no reference', () => ({})],
  ])('an acknowledgement is matched by %s (rule 17.13)', async (_by, references) => {
    const mailbox = testMailbox()
    const { state, localId } = await sentFile(mailbox)
    mailbox.waiting.set(...message('OTHER', await acknowledgementOf(8), references('of another file')))
    mailbox.waiting.set(...message('A1', await acknowledgementOf(7), references(localId)))
    const { messages } = await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect(messages.map(each => each.kind === 'acknowledgement' && each.upload?.sequence)).toEqual([
      undefined,
      7,
    ])
    expect(await state.upload(7)).toMatchObject({ status: 'answered', acknowledgementId: 'A1' })
  })

  test('without a reference, what was said before a file was sent again is of the earlier attempt', async () => {
    const mailbox = testMailbox()
    const { state } = await sentFile(mailbox)
    const entry = await state.upload(7)
    if (!entry) throw new Error('It was sent')
    await state.putUpload({ ...entry, status: 'undelivered' })
    await sendUpload(sending(state, mailbox.mesh, LATER), await fileOf(7))
    mailbox.waiting.set(...message('A1', await acknowledgementOf(7)))
    await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect((await state.upload(7))?.status).toBe('sent')
    mailbox.waiting.set(...message('A2', await acknowledgementOf(7, 1, LATER)))
    await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect(await state.upload(7)).toMatchObject({ status: 'answered', acknowledgementId: 'A2' })
  })

  test.each(
    DAMAGED_GZIP,
  )('compressed content %s stays in the mailbox and is said (rule 17.7)', async (_name, damaged) => {
    const canned = await openCannedMailbox()
    try {
      const mesh = meshClient({ baseUrl: canned.baseUrl, mailboxId: 'LA', password: 'x', sharedKey: 'y' })
      const content = await acknowledgementOf(7)
      const headers = labelled('ACK', { 'content-encoding': 'gzip' })
      canned.waiting.set('CUT', { headers, body: damaged(content) })
      canned.waiting.set('WHOLE', { headers, body: gzipSync(content) })
      // Compressed by its sender, and under a workflow id in other letters.
      canned.waiting.set('TWICE', {
        headers: { ...headers, 'mex-workflowid': 'ack' },
        body: gzipSync(gzipSync(content)),
      })
      const state = await stateIn()
      const { messages, failed } = await collectMessages({ state, mesh, workflows: WORKFLOWS })
      expect(failed).toEqual([{ messageId: 'CUT', why: expect.stringContaining('damaged or cut short') }])
      expect(messages.map(({ kind, kept }) => [kind, readFileSync(kept.path, 'utf8')])).toEqual([
        ['acknowledgement', content],
        ['acknowledgement', content],
      ])
      expect([[...canned.waiting.keys()], await state.keptMessage('CUT')]).toEqual([['CUT'], undefined])
    } finally {
      await canned.close()
    }
  })

  test('a report without details marks its file by the reference, and gives no reason', async () => {
    const mailbox = testMailbox()
    const { state, localId } = await sentFile(mailbox)
    mailbox.waiting.set(...message('R1', '', { kind: 'REPORT', workflowId: 'UP', localId }))
    await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect(await state.upload(7)).toMatchObject({ status: 'undelivered', why: 'the report gives no reason' })
  })

  test('the same content under another id is told to be the same', async () => {
    const mailbox = testMailbox()
    const { state, localId } = await sentFile(mailbox)
    const content = await acknowledgementOf(7)
    mailbox.waiting.set(...message('A1', content, { localId }))
    mailbox.waiting.set(...message('A2', content, { localId }))
    const { messages } = await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect(messages.map(({ kept }) => kept.repeats)).toEqual([undefined, 'A1'])
    expect((await state.upload(7))?.acknowledgementId).toBe('A1')
    expect(mailbox.acknowledged).toEqual(['A1', 'A2'])
  })

  test('what vanished between the list and the fetch is noted, and what cannot be fetched comes again', async () => {
    let broken = true
    const mailbox = testMailbox({
      before: call => {
        if (call === 'download' && mailbox.waiting.delete('A1')) return
        if (call === 'download' && broken) {
          broken = false
          throw new MeshError('download: the content broke off', { status: 200 })
        }
      },
    })
    const { state } = await sentFile(mailbox)
    mailbox.waiting.set(...message('A1', 'x'))
    mailbox.waiting.set(...message('A2', await acknowledgementOf(7)))
    mailbox.waiting.set(...message('../../A3', 'not XML', { workflowId: 'ODD' }))
    const deps = { state, mesh: mailbox.mesh, workflows: WORKFLOWS }
    const first = await collectMessages(deps)
    expect(first.vanished).toEqual(['A1'])
    expect(first.failed.map(({ messageId }) => messageId)).toEqual(['A2'])
    expect(first.messages.map(({ kind }) => kind)).toEqual(['other'])
    expect(first.messages[0]?.kept.path).toContain(join('state', 'inbox', '%2e'))
    const second = await collectMessages(deps)
    expect(second.messages).toMatchObject([{ kind: 'acknowledgement', upload: { sequence: 7 } }])
    expect(mailbox.waiting.size).toBe(0)
  })

  test('a report that a file was not collected marks it, so that it may be sent again', async () => {
    const mailbox = testMailbox()
    const { state } = await sentFile(mailbox)
    const failure = { code: '14', event: 'SEND', description: 'Message not collected' }
    mailbox.waiting.set(
      ...message('R1', '', { kind: 'REPORT', workflowId: 'UP', linkedMessageId: 'M0', failure }),
    )
    await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect(await state.upload(7)).toMatchObject({ status: 'undelivered', why: '14 Message not collected' })
    expect((await sendUpload(sending(state, mailbox.mesh), await fileOf(7))).kind).toBe('sent')
    expect(mailbox.sent).toHaveLength(2)
  })

  test('the answer to an earlier attempt changes nothing of the present one', async () => {
    const mailbox = testMailbox()
    const { state, localId } = await sentFile(mailbox)
    const entry = await state.upload(7)
    if (!entry) throw new Error('It was sent')
    await state.putUpload({ ...entry, status: 'undelivered' })
    await sendUpload(sending(state, mailbox.mesh), await fileOf(7))
    mailbox.waiting.set(...message('A1', await acknowledgementOf(7), { localId }))
    await collectMessages({ state, mesh: mailbox.mesh, workflows: WORKFLOWS })
    expect((await state.upload(7))?.status).toBe('sent')
  })
})

test('by the state, the answer that waits says whether a file goes again, as it does for a day (rule 17.6)', async () => {
  const mailbox = testMailbox()
  const state = await stateIn()
  const path = await fileOf(7)
  const deps = { ...sending(state, mailbox.mesh), workflows: WORKFLOWS, patienceMs: 0, checkEveryMs: 1 }
  const send = () => sendAndCollect(deps, path, true)
  const answer = async (id: string, fileCode: string) => {
    const content = (await acknowledgementOf(7)).replace('CPF02', fileCode)
    const localId = (await state.upload(7))?.localId ?? ''
    mailbox.waiting.set(id, { info: { id, kind: 'DATA', workflowId: 'ACK', chunks: 1, localId }, content })
  }
  expect(await send()).toMatchObject({ sent: { kind: 'sent' } })
  await answer('A1', 'CPF05')
  const again = await send()
  expect(again).toMatchObject({ sent: { kind: 'sent' }, collected: { messages: [{ former: true }] } })
  expect(again).not.toHaveProperty('answer')
  expect([mailbox.sent.length, mailbox.acknowledged]).toEqual([2, ['A1']])
  await answer('A2', 'CPF02')
  expect(await send()).toMatchObject({
    sent: { kind: 'sent-before', entry: { fileCode: 'CPF02' } },
    collected: { messages: [{ upload: { fileCode: 'CPF02' } }] },
  })
  expect(mailbox.sent.length).toBe(2)
})

test('a day behind a MESH server elsewhere recognises what answers its file (rule 17.13)', async () => {
  const mailbox = testMailbox()
  const state = await stateIn()
  const deps = { ...sending(state, mailbox.mesh), workflows: WORKFLOWS, patienceMs: 1_000, checkEveryMs: 1 }
  const sleep = async () => {
    const partnerId = mailbox.sent[0]?.localId ?? ''
    const info = {
      id: 'A1',
      kind: 'DATA' as const,
      workflowId: 'ACK',
      chunks: 1,
      localId: 'THEIRS',
      partnerId,
    }
    mailbox.waiting.set('A1', { info, content: await acknowledgementOf(1) })
  }
  const report = await workTheDay({ ...deps, sleep }, sheetOf(SHEET), { authority: AUTHORITY })
  expect(report.answer?.summary).toMatchObject({ sequence: 1, fileCode: 'CPF02' })
})

test('a file that PDS kept from being loaded is sent again by the next day, under its own number', async () => {
  const mailbox = testMailbox()
  const state = await stateIn()
  await sendUpload(sending(state, mailbox.mesh), await fileOf(7))
  const entry = await state.upload(7)
  if (!entry) throw new Error('It was sent')
  await state.putUpload({ ...entry, status: 'answered', fileCode: 'CPF05' })
  expect((await settleUploads(sending(state, mailbox.mesh))).map(({ kind }) => kind)).toEqual(['sent'])
  expect(mailbox.sent.map(({ content }) => content)).toHaveLength(2)
  expect(mailbox.sent[1]?.content).toBe(mailbox.sent[0]?.content)
  expect((await state.upload(7))?.formerLocalIds).toEqual([entry.localId])
})

class Killed extends Error {}

test('a day that dies at any step is finished by the next: nothing lost, nothing sent twice', async () => {
  // Dies before or after the step of this number, once; then it is run again, an hour later, until it is through.
  for (let fatal = 0; ; fatal++) {
    let step = 0
    const die = () => {
      if (step++ === fatal) throw new Killed()
    }
    const mailbox = testMailbox({ before: die, after: die })
    const path = join(directory, `state-${fatal}`)
    let survived = false
    for (let hour = 0; !survived; hour++) {
      const state = dying(await openAuthorityState(path), die)
      const now = () => new Date(NOW.getTime() + hour * 3_600_000)
      const deps = {
        ...sending(state, mailbox.mesh),
        now,
        workflows: WORKFLOWS,
        patienceMs: 0,
        checkEveryMs: 1,
      }
      // What the service has whole it answers, each file once.
      const answers = async () => {
        for (const [at, { localId, whole, content }] of mailbox.sent.entries()) {
          const id = `A${at}`
          if (!whole || mailbox.acknowledged.includes(id)) continue
          const sequence = Number(/<id extension="(\d+)"/.exec(content)?.[1])
          const text = await acknowledgementOf(sequence, 1, new Date(NOW.getTime() + at * 1000))
          mailbox.waiting.set(id, {
            info: { id, kind: 'DATA', workflowId: 'ACK', chunks: 1, localId },
            content: text,
          })
        }
      }
      try {
        await workTheDay({ ...deps, onStep: () => undefined }, sheetOf(SHEET), { authority: AUTHORITY })
        await answers()
        await collectMessages(deps)
        survived = true
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        await answers()
      }
      await state.close()
    }
    const state = await openAuthorityState(path)
    const uploads = await state.uploads()
    await state.close()
    // Each file that the service has, it has once and whole, and each is answered here.
    const sequences = mailbox.sent.map(({ content }) => /<id extension="(\d+)"/.exec(content)?.[1])
    expect(new Set(sequences).size).toBe(sequences.length)
    expect(mailbox.sent.every(({ whole }) => whole)).toBe(true)
    expect(uploads.filter(({ status }) => status !== 'answered')).toEqual([])
    expect(uploads.filter(({ status }) => status === 'answered')).toHaveLength(mailbox.sent.length)
    expect(mailbox.waiting.size).toBe(0)
    if (step <= fatal) break
  }
})

/** A state whose every write may be the last thing that happens, done or not. */
function dying(state: AuthorityState, die: () => void): AuthorityState {
  const around =
    <A extends unknown[], T>(work: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      die()
      const done = await work(...args)
      die()
      return done
    }
  return {
    ...state,
    takeSequence: around(state.takeSequence),
    putUpload: around(state.putUpload),
    keepFile: around(state.keepFile),
    keepMessage: around(state.keepMessage),
  }
}
