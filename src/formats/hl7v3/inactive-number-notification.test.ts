import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inPieces, textOfPieces } from '../../../test/support/bytes.ts'
import type { InactiveNumberNotification } from '../../domain/notification/inactive-number-notification.ts'
import { readInactiveNumberNotification } from './read-inactive-number-notification.ts'
import {
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
import { writeInactiveNumberNotification } from './write-inactive-number-notification.ts'

const GOLDEN = fixture('inactive-number-notification.xml')

async function goldenMessage(): Promise<InactiveNumberNotification> {
  const read = await readInactiveNumberNotification(inPieces(GOLDEN))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.value
}

test('an authority is told which of its numbers was replaced, by which, and which is no longer in use', async () => {
  expect(await goldenMessage()).toEqual({
    id: 'AAAAAAAA-0000-4000-8000-000000000005',
    createdAt: new Date('2026-06-02T11:00:00Z'),
    authority: { odsCode: '9Z1', name: 'EXAMPLE COUNCIL' },
    numbers: [
      {
        nhsNumber: '9990000018',
        localId: 'CH/1',
        localIdAuthority: '9Z1:EXAMPLE COUNCIL',
        replacements: ['9990001014'],
        uploadSequence: 42,
      },
      { nhsNumber: '9990000026', replacements: [], uploadSequence: 41 },
    ],
  })
})

test('it is written as published, its id in capitals', async () => {
  const message = await goldenMessage()
  const written = writeInactiveNumberNotification({ ...message, id: message.id.toLowerCase() })
  expect(await treeOf(await textOfPieces(written))).toEqual(await treeOf(GOLDEN))
})

test('any notification is read as it was written, and writing it again gives the same bytes', async () => {
  const anyNumber = fc
    .record(
      {
        nhsNumber: anyNhsNumber,
        local: fc.record({ localId: anyText, localIdAuthority: anyText }, { requiredKeys: ['localId'] }),
        replacements: fc.array(anyNhsNumber, { maxLength: 3 }),
        uploadSequence: anySequence,
      },
      { requiredKeys: ['nhsNumber', 'replacements', 'uploadSequence'] },
    )
    .map(({ local, ...number }) => ({ ...number, ...local }))
  const anyMessage: fc.Arbitrary<InactiveNumberNotification> = fc.record({
    id: anyUuid,
    createdAt: anyInstant,
    authority: anyOrganisation,
    numbers: fc
      .tuple(anyNumber, fc.array(anyNumber, { maxLength: 4 }))
      .map(([first, others]) => [first, ...others] as const),
  })
  await fc.assert(
    fc.asyncProperty(anyMessage, async message => {
      const written = await textOfPieces(writeInactiveNumberNotification(message))
      expect(unlikePublished(await rootOf(written))).toEqual([])
      const read = await readInactiveNumberNotification(inPieces(written))
      expect(read).toEqual({ ok: true, value: message })
      if (read.ok) expect(await textOfPieces(writeInactiveNumberNotification(read.value))).toBe(written)
    }),
  )
})

describe('what is not a notification', () => {
  test.each([
    ['another root', GOLDEN.replaceAll('CP-ISInactiveNHSNumberNotification', 'File'), 'wrong-root'],
    ['cut off', GOLDEN.slice(0, -30), 'malformed'],
    ['no id', GOLDEN.replace(/<id root="A.*>/, ''), 'id'],
    ['no time', GOLDEN.replace('20260602110000+0000', ''), 'effectiveTime'],
    ['no recipient', GOLDEN.replace(/<primary[\s\S]*<\/primary.*>/, ''), 'primaryInformationRecipient'],
    ['no number at all', GOLDEN.replace(/<subject>[\s\S]*<\/subject>/, ''), 'subject'],
    ['a number that is none', GOLDEN.replace('"9990000018"', '"9990000019"'), 'id'],
    ['a replacement that is none', GOLDEN.replace('"9990001014"', '"9990001015"'), 'newVersion'],
    ['no upload', GOLDEN.replace(/<subjectOf>[\s\S]*?<\/subjectOf>/, ''), 'lAUploadFile'],
  ])('%s', async (_, text, where) => {
    const read = await readInactiveNumberNotification(inPieces(text))
    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).toContain(`"${where}"`)
  })
})
