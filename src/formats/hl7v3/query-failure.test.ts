import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderXml } from '../xml/xml-writer.ts'
import type { ApplicationAcknowledgement } from './application-acknowledgement.ts'
import { ISSUE_SEVERITIES, issueOf, NO_RECORD, saysNoRecord } from './detected-issues.ts'
import { readApplicationAcknowledgement } from './read-application-acknowledgement.ts'
import { readQuery } from './read-query.ts'
import { readQueryFailure } from './read-query-failure.ts'
import {
  anyAsid,
  anyCode,
  anyInstant,
  anyOid,
  anyText,
  anyUuid,
  anyVersionCode,
  fixture,
  rootOf,
  treeOf,
} from './testing.ts'
import { ACKNOWLEDGEMENT_OUTCOMES } from './transmission.ts'
import { unlikePublished } from './unlike-published.ts'
import { writeApplicationAcknowledgement } from './write-application-acknowledgement.ts'
import { writeQueryFailure } from './write-query-failure.ts'

const FAILURE = fixture('query-failure.xml')
const REJECTION = fixture('application-acknowledgement.xml')
const WRAPPER = {
  id: 'aaaaaaaa-0000-4000-8000-000000000022',
  createdAt: new Date('2026-06-02T10:15:02Z'),
  receiverAsid: '000000000003',
  senderAsid: '000000000004',
  requestId: 'aaaaaaaa-0000-4000-8000-000000000011',
}
const AS_READ = {
  ...WRAPPER,
  id: WRAPPER.id.toUpperCase(),
  requestId: WRAPPER.requestId.toUpperCase(),
  versionCode: 'V3NPfIT3.0',
}

describe('as published', () => {
  test('rule 4.2: nothing held is a failed query with its two issues', async () => {
    expect(await treeOf(renderXml(writeQueryFailure({ ...WRAPPER, issues: NO_RECORD })))).toEqual(
      await treeOf(FAILURE),
    )
    expect(readQueryFailure(await rootOf(FAILURE))).toEqual({
      ok: true,
      value: { ...AS_READ, issues: NO_RECORD },
    })
  })

  test('a query with faults is acknowledged as in error, one issue for each', async () => {
    const faulty = fixture('query.xml')
      .replace(/<value .*>/, '')
      .replace('code="S8000:G8000:R8001" ', '')
    const query = readQuery(await rootOf(faulty))
    const issues = query.ok ? [] : query.fault.map(issueOf)
    const written = renderXml(writeApplicationAcknowledgement({ ...WRAPPER, outcome: 'AE', issues }))
    expect(await treeOf(written)).toEqual(await treeOf(REJECTION))
    expect(readApplicationAcknowledgement(await rootOf(REJECTION))).toEqual({
      ok: true,
      value: { ...AS_READ, outcome: 'AE', issues },
    })
  })

  test('a message that was accepted is acknowledged without a reason', async () => {
    const written = renderXml(writeApplicationAcknowledgement({ ...WRAPPER, outcome: 'AA', issues: [] }))
    expect(written).not.toContain('<reason')
    expect(readApplicationAcknowledgement(await rootOf(written))).toMatchObject({
      ok: true,
      value: { outcome: 'AA', issues: [] },
    })
  })
})

test('any of them is read as it was written, and writing it again gives the same text', async () => {
  const anyAcknowledgement: fc.Arbitrary<ApplicationAcknowledgement> = fc.record({
    id: anyUuid,
    createdAt: anyInstant,
    versionCode: anyVersionCode,
    receiverAsid: anyAsid,
    senderAsid: anyAsid,
    requestId: anyUuid,
    outcome: fc.constantFrom(...ACKNOWLEDGEMENT_OUTCOMES),
    issues: fc.array(
      fc.record({
        code: anyCode,
        codeSystem: anyOid,
        displayName: anyText,
        severity: fc.constantFrom(...ISSUE_SEVERITIES),
      }),
      { maxLength: 4 },
    ),
  })
  await fc.assert(
    fc.asyncProperty(anyAcknowledgement, async acknowledgement => {
      const written = renderXml(writeApplicationAcknowledgement(acknowledgement))
      expect(unlikePublished(await rootOf(written))).toEqual([])
      const read = readApplicationAcknowledgement(await rootOf(written))
      expect(read).toEqual({ ok: true, value: acknowledgement })
      if (read.ok) expect(renderXml(writeApplicationAcknowledgement(read.value))).toBe(written)
      const { outcome: _, ...failure } = acknowledgement
      const failed = renderXml(writeQueryFailure(failure))
      expect(unlikePublished(await rootOf(failed))).toEqual([])
      const again = readQueryFailure(await rootOf(failed))
      expect(again).toEqual({ ok: true, value: failure })
      if (again.ok) expect(renderXml(writeQueryFailure(again.value))).toBe(failed)
    }),
  )
})

describe('what other systems do otherwise is read all the same', () => {
  test.each([
    ['no response code', /<queryAck[\s\S]*<\/queryAck>/, ''],
    ['no severity', /<qualifier .*>/g, ''],
    [
      'a severity that names its code system',
      /<qualifier /g,
      '<qualifier codeSystem="1" displayName="Error" ',
    ],
    ['identifiers in small letters', /AAAAAAAA/g, 'aaaaaaaa'],
  ])('%s', async (_, from, to) => {
    expect(FAILURE.replace(from, to)).not.toBe(FAILURE)
    expect(readQueryFailure(await rootOf(FAILURE.replace(from, to)))).toEqual(
      readQueryFailure(await rootOf(FAILURE)),
    )
  })
})

describe('rules 4.3 and 12.4: only what says so beyond doubt says that nothing is held', () => {
  const [first, second] = NO_RECORD
  const other = issueOf({ name: 'GE002', text: 'Unexpected business error encountered.' })
  test.each([
    ['both issues', NO_RECORD, true],
    ['the one of its own alone', [second], true],
    ['the one that stands for other things too', [first], false],
    ['another issue besides', [...NO_RECORD, other], false],
    ['another issue', [other], false],
    [
      'the code in another code system',
      [{ ...second, codeSystem: '2.16.840.1.113883.2.1.3.2.4.17.32' }],
      false,
    ],
    ['no issue', [], false],
  ])('%s', (_, issues, expected) => {
    expect(saysNoRecord(issues as typeof NO_RECORD)).toBe(expected)
  })
})

describe('what is neither', () => {
  test.each([
    ['no acknowledgement', /<acknowledgement[\s\S]*<\/acknowledgement>/, '', 'acknowledgement'],
    ['an unknown outcome', '"AE"', '"ZZ"', 'acknowledgement'],
    ['no reference', /<messageRef>[\s\S]*<\/messageRef>/, '', 'messageRef'],
    [
      'no sender',
      /<communicationFunctionSnd[\s\S]*<\/communicationFunctionSnd>/,
      '',
      'communicationFunctionSnd',
    ],
  ])('%s', async (_, from, to, element) => {
    const root = await rootOf(FAILURE.replace(from, to))
    expect(readQueryFailure(root)).toMatchObject({ ok: false, fault: { kind: 'incomplete', element } })
    expect(readApplicationAcknowledgement(root)).toMatchObject({ ok: false })
  })
})
