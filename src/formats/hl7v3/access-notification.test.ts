import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import type { AccessNotification } from '../../domain/notification/access-notification.ts'
import { readAccessNotification } from './read-access-notification.ts'
import {
  anyAuthor,
  anyInstant,
  anyNhsNumber,
  anyOrganisation,
  anySequence,
  anyText,
  anyUuid,
  fixture,
  rootOf,
  treeOf,
} from './testing.ts'
import { unlikePublished } from './unlike-published.ts'
import { writeAccessNotification } from './write-access-notification.ts'

const GOLDEN = fixture('access-notification.xml')

async function goldenMessage(): Promise<AccessNotification> {
  const read = await readAccessNotification(inPieces(GOLDEN))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.value
}

test('an authority is told who viewed which record, and from which upload it came', async () => {
  const { notifications, ...head } = await goldenMessage()
  expect(head).toEqual({
    id: 'AAAAAAAA-0000-4000-8000-000000000004',
    createdAt: new Date('2026-06-02T11:00:00Z'),
    authority: { odsCode: '9Z1', name: 'EXAMPLE COUNCIL' },
  })
  expect(notifications).toEqual([
    {
      accessId: 'AAAAAAAA-0000-4000-8000-000000000001',
      at: new Date('2026-06-02T10:15:00Z'),
      nhsNumber: '9990000018',
      localId: 'CH/1',
      localIdAuthority: '9Z1:EXAMPLE COUNCIL',
      uploadSequence: 42,
      author: {
        kind: 'person',
        userId: '000000000001',
        roleProfileId: '100000000001',
        name: { prefix: 'Nurse', given: ['Tansy', 'Mae'], family: 'Testcase' },
        jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
        organisation: { odsCode: 'X9Z01', name: 'SANDBOX GENERAL HOSPITAL' },
      },
    },
    {
      accessId: 'AAAAAAAA-0000-4000-8000-000000000002',
      at: new Date('2026-06-02T10:17:00Z'),
      nhsNumber: '9990001014',
      uploadSequence: 41,
      author: {
        kind: 'system',
        asid: '000000000003',
        responsible: [
          {
            name: { given: ['Rowan'], family: 'Testcase' },
            jobRole: { code: 'R0050', display: 'Consultant' },
          },
        ],
        organisation: { odsCode: 'X9Z02', name: 'SANDBOX 111' },
      },
    },
  ])
})

test('it is written as published (rule 6.4)', async () => {
  const written = await textOfPieces(writeAccessNotification(await goldenMessage()))
  expect(await treeOf(written)).toEqual(await treeOf(GOLDEN))
})

test('identifiers are written in capitals', async () => {
  const message = await goldenMessage()
  const lower = {
    ...message,
    id: message.id.toLowerCase(),
    notifications: message.notifications.map(one => ({ ...one, accessId: one.accessId.toLowerCase() })),
  }
  expect(await treeOf(await textOfPieces(writeAccessNotification(lower)))).toEqual(await treeOf(GOLDEN))
})

test('any notification is read as it was written, and writing it again gives the same bytes', async () => {
  const anyAccess = fc
    .record(
      {
        accessId: anyUuid,
        nhsNumber: anyNhsNumber,
        local: fc.record({ localId: anyText, localIdAuthority: anyText }, { requiredKeys: ['localId'] }),
        uploadSequence: anySequence,
        at: anyInstant,
        author: anyAuthor,
      },
      { requiredKeys: ['accessId', 'nhsNumber', 'uploadSequence', 'at', 'author'] },
    )
    .map(({ local, ...access }) => ({ ...access, ...local }))
  const anyMessage = fc.record({
    id: anyUuid,
    createdAt: anyInstant,
    authority: anyOrganisation,
    notifications: fc.array(anyAccess, { maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(anyMessage, async message => {
      const written = await textOfPieces(writeAccessNotification(message))
      expect(unlikePublished(await rootOf(written))).toEqual([])
      const read = await readAccessNotification(inPieces(written))
      expect(read).toEqual({ ok: true, value: message })
      if (read.ok) expect(await textOfPieces(writeAccessNotification(read.value))).toBe(written)
    }),
  )
})

describe('what is not a notification', () => {
  test.each([
    ['another root', GOLDEN.replaceAll('CP-ISAccessToServiceNotification', 'File'), 'wrong-root'],
    ['cut off', GOLDEN.slice(0, -30), 'malformed'],
    ['no recipient', GOLDEN.replace(/<primary[\s\S]*<\/primary.*>/, ''), 'primaryInformationRecipient'],
    ['an NHS number that is none', GOLDEN.replace('"9990000018"', '"9990000019"'), 'person.id'],
    ['no author', GOLDEN.replace(/<author>[\s\S]*?<\/author>/, ''), 'author'],
    ['an author without a job role', GOLDEN.replace(/<code code="S8000.*>/, ''), 'author'],
    ['no upload', GOLDEN.replace(/<reference>[\s\S]*?<\/reference>/, ''), 'referredToLAUploadFile'],
    ['no time', GOLDEN.replace('20260602101500+0000', ''), 'effectiveTime'],
  ])('%s', async (_, text, where) => {
    const read = await readAccessNotification(inPieces(text))
    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).toContain(`"${where}"`)
  })
})
