import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { textOfPieces } from '../../test/support/bytes.ts'
import {
  type CannedMailbox,
  DAMAGED_GZIP,
  labelled,
  openCannedMailbox,
} from '../../test/support/canned-mailbox.ts'
import type { OdsCode } from '../domain/organisation.ts'
import { writeInactiveNumberNotification } from '../formats/hl7v3/write-inactive-number-notification.ts'
import { acknowledgementOf, NOW } from '../kit/testing.ts'
import { numberAt } from '../sandbox/number-line.ts'
import { runCli } from './testing.ts'

const ACKNOWLEDGEMENT = 'CPIS_UPLOAD_ACK'
const INACTIVE = 'CPIS_INACTIVE_NUMBER'

let mailbox: CannedMailbox
let acknowledgement: string
let inactive: string
beforeAll(async () => {
  mailbox = await openCannedMailbox()
  acknowledgement = await acknowledgementOf(7)
  inactive = await textOfPieces(
    writeInactiveNumberNotification({
      id: 'a2a1d3c8-1a5c-4f53-9d8e-2f8b3f6a9c11',
      createdAt: NOW,
      authority: { odsCode: '886' as OdsCode, name: 'Sandbox Council' },
      numbers: [{ nhsNumber: numberAt(0), localId: 'P1', replacements: [numberAt(1)], uploadSequence: 7 }],
    }),
  )
})
beforeEach(() => {
  mailbox.waiting.clear()
  mailbox.acknowledged.length = 0
})
afterAll(() => mailbox.close())

const inbox = (...more: string[]) =>
  runCli(['inbox', '--mailbox', 'LA886', '--password', 'x', '--url', mailbox.baseUrl, ...more])

describe('what was read is acknowledged, and nothing else (rule 17.14)', () => {
  test('an inactive number is read, and leaves the mailbox', async () => {
    mailbox.waiting.set('GONE', { headers: labelled(INACTIVE), body: inactive })
    const { exitCode, out } = await inbox('--acknowledge')
    expect(exitCode).toBe(0)
    expect(out).toContain('NHS number no longer in use')
    expect(out).toContain('(your P1)')
    expect(mailbox.acknowledged).toEqual(['GONE'])
  })

  test('what cannot be read stays, and what can be read does not', async () => {
    mailbox.waiting.set('BAD_ACK', { headers: labelled(ACKNOWLEDGEMENT), body: '<no' })
    mailbox.waiting.set('BAD_GONE', { headers: labelled(INACTIVE), body: acknowledgement })
    mailbox.waiting.set('BAD_LOOK', { headers: labelled('CPIS_ACCESS_NOTIFICATION'), body: '' })
    mailbox.waiting.set('OTHER', { headers: labelled('SOMETHING_ELSE'), body: 'letter' })
    mailbox.waiting.set('ACK', { headers: labelled(ACKNOWLEDGEMENT.toLowerCase()), body: acknowledgement })
    const { exitCode, out, err } = await inbox('--acknowledge')
    expect([exitCode, mailbox.acknowledged]).toEqual([2, ['ACK']])
    expect(out).toContain('4 messages not acknowledged')
    expect(err).toContain('3 messages of CP-IS cannot be read and stay in the mailbox')
    // Whoever takes the content as it is may have it acknowledged.
    expect(await inbox('OTHER', '--xml', '--acknowledge')).toMatchObject({ exitCode: 0, out: 'letter' })
    expect(mailbox.acknowledged).toEqual(['ACK', 'OTHER'])
  })

  test.each(
    DAMAGED_GZIP,
  )('compressed content %s stays, and is said to be damaged', async (_name, damaged) => {
    const gzip = { 'content-encoding': 'gzip' }
    mailbox.waiting.set('CUT', { headers: labelled(ACKNOWLEDGEMENT, gzip), body: damaged(acknowledgement) })
    mailbox.waiting.set('WHOLE', {
      headers: labelled(ACKNOWLEDGEMENT, gzip),
      body: gzipSync(acknowledgement),
    })
    const { exitCode, out } = await inbox('--acknowledge')
    expect([exitCode, mailbox.acknowledged]).toEqual([2, ['WHOLE']])
    expect(out).toMatch(/CUT stays in the mailbox: download: the compressed content is damaged or cut short/)
    expect((await inbox('CUT', '--acknowledge')).err).toContain('damaged or cut short')
    expect(mailbox.acknowledged).toEqual(['WHOLE'])
  })

  test('content that its sender compressed before it was sent is read', async () => {
    const headers = labelled(ACKNOWLEDGEMENT, { 'mex-content-compressed': 'Y' })
    mailbox.waiting.set('ACK', { headers, body: gzipSync(acknowledgement) })
    mailbox.waiting.set('CUT', { headers, body: gzipSync(acknowledgement).subarray(0, -20) })
    const { exitCode, out } = await inbox('--acknowledge')
    expect([exitCode, mailbox.acknowledged]).toEqual([2, ['ACK']])
    expect(out).toContain('every record was loaded')
  })
})

test.each([
  [{ 'mex-localid': 'upload-7-x' }, 'your reference upload-7-x (the report gives no reason)'],
  [
    { 'mex-linkedmsgid': 'M1', 'mex-localid': 'upload-7-x', 'mex-statuscode': '14' },
    'message M1, your reference upload-7-x (code 14)',
  ],
  [{}, 'a message that the report does not name (the report gives no reason)'],
  [
    { 'mex-linkedmsgid': 'M1', 'mex-statuscode': '14', 'mex-statusdescription': 'Not collected' },
    'message M1 (code 14, Not collected)',
  ],
])('a report that says %o is worded with that', async (details, words) => {
  const headers = { ...labelled('CPIS_UPLOAD'), 'mex-messagetype': 'REPORT', 'mex-chunk-range': '1:0' }
  mailbox.waiting.set('REPORT', { headers: { ...headers, ...details } })
  const { exitCode, out } = await inbox('--acknowledge')
  expect([exitCode, mailbox.acknowledged]).toEqual([0, ['REPORT']])
  expect(out).toContain(`not delivered: ${words}`)
})
