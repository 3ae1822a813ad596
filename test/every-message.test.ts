import { describe, expect, test } from 'vitest'
import type { CalendarDate, PlanTime } from '../src/domain/english-time.ts'
import type { NhsNumber } from '../src/domain/nhs-number.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import { PLAN_TYPES, type PlanType } from '../src/domain/plan/plan.ts'
import type { Author } from '../src/domain/query/requester.ts'
import type { Acknowledgement, RecordResult } from '../src/domain/upload/acknowledgement.ts'
import { FILE_FAULTS, RECORD_FAULTS } from '../src/domain/upload/faults.testing.ts'
import { codeOfFileFault, type UploadFileFault } from '../src/domain/upload/file-faults.ts'
import { fileReasonOf } from '../src/domain/upload/file-reasons.ts'
import { codeOf, type RecordFault } from '../src/domain/upload/record-faults.ts'
import type { RecordAsSent } from '../src/domain/upload/upload.ts'
import { FILE_CODE_NAMES, RECORD_CODE_NAMES } from '../src/formats/hl7v3/codes.ts'
import {
  ACCESS_DENIED,
  issueOf,
  NO_RECORD,
  NO_RECORD_UNCHECKED,
  RESTRICTED,
} from '../src/formats/hl7v3/detected-issues.ts'
import { authorFaults, QUERY_CHECKS, queryFault } from '../src/formats/hl7v3/query-faults.ts'
import type { ResponsePlan } from '../src/formats/hl7v3/query-response.ts'
import { rootOf } from '../src/formats/hl7v3/testing.ts'
import { unlikePublished } from '../src/formats/hl7v3/unlike-published.ts'
import { writeAccessNotification } from '../src/formats/hl7v3/write-access-notification.ts'
import { writeAcknowledgement } from '../src/formats/hl7v3/write-acknowledgement.ts'
import { writeApplicationAcknowledgement } from '../src/formats/hl7v3/write-application-acknowledgement.ts'
import { writeInactiveNumberNotification } from '../src/formats/hl7v3/write-inactive-number-notification.ts'
import { writeQuery } from '../src/formats/hl7v3/write-query.ts'
import { writeQueryFailure } from '../src/formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../src/formats/hl7v3/write-query-response.ts'
import { renderXml, type XmlNode } from '../src/formats/xml/xml-writer.ts'
import { textOfPieces } from './support/bytes.ts'

/**
 * Each message that the service writes, in each outcome: that none is missing among those which CI holds to the published schemas
 * (`CPIS_KEEP_MESSAGES`). Here they are held to our own transcription of these.
 */

const AT = new Date('2026-03-10T09:30:00Z')
const UUID = 'AAAAAAAA-0000-4000-8000-00000000000'
const HOSTILE = `<&"'>]]> \u0000 \u202e é😀 ${'long '.repeat(20)}`.trim()
const NUMBER = '9990000018' as NhsNumber
const ORGANISATION = { odsCode: 'X9Z01' as OdsCode, name: HOSTILE }
const COUNCILS = ['9Z1', '9Z2', '9Z3'].map(code => ({
  odsCode: code as OdsCode,
  name: `COUNCIL ${code} ${HOSTILE}`,
  dutyPhone: '+441632960001',
  ...(code !== '9Z2' && { officePhone: '01632960002' }),
}))
const [COUNCIL] = COUNCILS as unknown as readonly [(typeof COUNCILS)[number]]

const NAME = { prefix: 'Dr', given: ['Tansy', HOSTILE], family: HOSTILE, suffix: 'Jr' }
const JOB_ROLE = { code: 'S8000:G8000:R8001', display: HOSTILE }
const AUTHORS: Readonly<Record<string, Author>> = {
  'a person': {
    kind: 'person',
    userId: '999000000017',
    name: NAME,
    jobRole: JOB_ROLE,
    organisation: ORGANISATION,
  },
  'a person with a role profile, whose code has a space': {
    kind: 'person',
    userId: '999000000017',
    roleProfileId: '999000000025',
    name: { given: [], family: 'Testcase' },
    jobRole: { code: 'R 8001', display: 'Nurse' },
    organisation: ORGANISATION,
  },
  'a system': { kind: 'system', asid: '999000000011', organisation: ORGANISATION, responsible: [] },
  'a system with two people responsible': {
    kind: 'system',
    asid: '999000000011',
    organisation: ORGANISATION,
    responsible: [
      { name: NAME, jobRole: JOB_ROLE },
      { name: NAME, jobRole: JOB_ROLE },
    ],
  } as Author,
}

const WRAPPER = { id: `${UUID}1`, createdAt: AT, receiverAsid: '999000000011', senderAsid: '999000000001' }

async function expectPublished(message: XmlNode | AsyncIterable<Uint8Array>) {
  const text = Symbol.asyncIterator in message ? await textOfPieces(message) : renderXml(message)
  expect(unlikePublished(await rootOf(text))).toEqual([])
  return text
}

describe('the acknowledgement of an upload', () => {
  const child = {
    kind: 'child' as const,
    nhsNumber: NUMBER,
    birthTime: '20190501',
    given: 'Pippin',
    family: HOSTILE,
  }
  const good: RecordAsSent = {
    position: 1,
    plans: [{ type: 'CPP', start: '202601010000' }],
    subjects: [child],
  }
  const SENT: Readonly<Record<string, Omit<RecordAsSent, 'position'>>> = {
    whole: good,
    'of a mother': {
      plans: [{ type: 'UCPP', start: '202601010000', end: '202608010000', delete: '202602010000' }],
      subjects: [{ ...child, kind: 'mother', localId: 'L-1', localIdAuthority: `9Z1:${HOSTILE}` }],
    },
    'without a given name': {
      ...good,
      subjects: [{ kind: 'child', nhsNumber: NUMBER, birthTime: '20190501', family: 'X' }],
    },
    'without a family name': {
      ...good,
      subjects: [{ kind: 'child', nhsNumber: NUMBER, birthTime: '20190501', given: 'X' }],
    },
    'without an id': {
      ...good,
      subjects: [{ kind: 'child', birthTime: '20190501', given: 'X', family: 'Y' }],
    },
    'with an empty id': { ...good, subjects: [{ ...child, nhsNumber: '' }] },
    'with a date of birth that is none': { ...good, subjects: [{ ...child, birthTime: '2026-05-01' }] },
    'without a date of birth': {
      ...good,
      subjects: [{ kind: 'child', nhsNumber: NUMBER, given: 'X', family: 'Y' }],
    },
    'with a plan date that is none': { ...good, plans: [{ type: 'LAC', start: HOSTILE, end: '20260101' }] },
    'without a start': { ...good, plans: [{ type: 'LAC' }] },
    'of an unborn child without an end': { ...good, plans: [{ type: 'UCPP', start: '202601010000' }] },
    'of four plans': {
      ...good,
      plans: Array.from({ length: 4 }, () => ({ type: 'CPP' as const, start: '202601010000' })),
    },
    'without a plan': { ...good, plans: [] },
    'without a person': { ...good, subjects: [] },
    'of three people': { ...good, subjects: [child, child, child] },
    unreadable: { plans: [], subjects: [], unreadable: 'plan' },
  }
  const acknowledge = (rest: Partial<Acknowledgement>, results: readonly RecordResult[] = []) => {
    const failed = results.filter(({ fault }) => fault).length
    return writeAcknowledgement({
      createdAt: AT,
      sequence: 42,
      transmissionQuantity: results.length,
      fileCode: 'CPF03',
      authority: COUNCIL,
      loaded: results.length - failed,
      failed,
      results: async function* () {
        if (results.length > 0) yield results
      },
      ...rest,
    })
  }
  const faults = Object.values(FILE_FAULTS).flatMap(([, ...some]) => some as readonly UploadFileFault[])
  const recordFaults = Object.values(RECORD_FAULTS).flatMap(([, ...some]) => some as readonly RecordFault[])

  test.each(faults)('of a file that is $kind', async fault => {
    for (const authority of [COUNCIL, ORGANISATION])
      await expectPublished(
        acknowledge({
          sequence: -1,
          transmissionQuantity: -1,
          fileCode: codeOfFileFault(fault),
          fileReason: fileReasonOf(fault),
          authority,
        }),
      )
  })

  test.each(
    Object.keys(FILE_CODE_NAMES) as Acknowledgement['fileCode'][],
  )('%s, with and without words', async fileCode => {
    const results = [
      { sent: good },
      { sent: { ...good, position: 2 }, fault: { kind: 'sensitive' as const } },
    ]
    for (const fileReason of [undefined, HOSTILE])
      await expectPublished(acknowledge({ fileCode, ...(fileReason && { fileReason }) }, results))
  })

  test.each(Object.entries(SENT))('of a record %s, loaded and with every fault', async (_what, sent) => {
    const results: RecordResult[] = [
      { sent: { ...sent, position: 1 } },
      { sent: { ...sent, position: 2 }, overlapped: { plan: 'CPP', start: '202511010000' as PlanTime } },
      ...recordFaults.map((fault, nth) => ({ sent: { ...sent, position: nth + 3 }, fault })),
    ]
    await expectPublished(acknowledge({}, results))
    const codes = new Set(['CPR06', ...recordFaults.map(codeOf)])
    expect([...codes].sort()).toEqual(Object.keys(RECORD_CODE_NAMES).sort())
  })
})

describe('the answer to a query', () => {
  const plan = (nth: number, type: PlanType, ended: boolean): ResponsePlan => ({
    type,
    nhsNumber: NUMBER,
    start: '202601010000' as PlanTime,
    ...((ended || type === 'UCPP') && { end: '202608010000' as PlanTime }),
    subject: {
      given: nth % 2 ? '' : 'Pippin',
      family: HOSTILE,
      birthDate: '2019-05-01' as CalendarDate,
      ...(ended && { localId: HOSTILE, localIdAuthority: HOSTILE }),
    },
    authority: COUNCILS[nth % COUNCILS.length] ?? COUNCIL,
  })
  const plans = PLAN_TYPES.flatMap(type => [false, true].map(ended => ({ type, ended }))).map(
    ({ type, ended }, nth) => plan(nth, type, ended),
  )

  test.each([
    1,
    2,
    3,
    4,
    plans.length,
  ])('%i plans of one to three authorities, with 0, 1 and 25 accesses', async count => {
    for (const listed of [0, 1, 25]) {
      const accesses = Array.from({ length: listed }, (_, nth) => ({
        id: `${UUID}${nth % 10}`,
        nhsNumber: NUMBER,
        at: AT,
        author: Object.values(AUTHORS)[nth % 4] as Author,
      }))
      for (let from = 0; from + count <= plans.length; from++)
        await expectPublished(
          writeQueryResponse({
            ...WRAPPER,
            responseId: `${UUID}2`,
            answer: { plans: plans.slice(from, from + count), accesses },
          }),
        )
    }
  })

  test.each([
    ['nothing held', NO_RECORD],
    ['nothing held and not checked', NO_RECORD_UNCHECKED],
    ['restricted', [RESTRICTED]],
  ])('%s', async (_what, issues) => {
    await expectPublished(writeQueryFailure({ ...WRAPPER, requestId: `${UUID}3`, issues }))
  })

  const refusals = {
    denied: [ACCESS_DENIED],
    ...Object.fromEntries(QUERY_CHECKS.map(check => [check, [issueOf(queryFault(check))]])),
    'everything at once': QUERY_CHECKS.map(check => issueOf(queryFault(check))),
  }
  test.each(Object.entries(refusals))('a refusal: %s', async (_what, issues) => {
    await expectPublished(
      writeApplicationAcknowledgement({ ...WRAPPER, requestId: `${UUID}3`, outcome: 'AE', issues }),
    )
  })

  const fields = [
    'user id',
    'role profile id',
    'system id',
    'job role code',
    'job role name',
    'name',
    'organisation code',
    'organisation name',
    'people responsible',
  ] as const
  test.each(fields)('a refusal: the %s of a person or a system', async field => {
    for (const kind of ['person', 'system'] as const)
      for (const problem of ['missing', 'unfit'] as const) {
        const issues = authorFaults({ kind, faults: [{ field, problem }] }).map(issueOf)
        expect(issues).toHaveLength(1)
        await expectPublished(
          writeApplicationAcknowledgement({ ...WRAPPER, requestId: `${UUID}3`, outcome: 'AE', issues }),
        )
      }
  })

  test('a message that is taken', async () => {
    await expectPublished(
      writeApplicationAcknowledgement({ ...WRAPPER, requestId: `${UUID}3`, outcome: 'AA', issues: [] }),
    )
  })
})

describe('what authorities are told, and what clients ask', () => {
  test.each(Object.entries(AUTHORS))('of an access by %s, alone and 25 at once', async (_who, author) => {
    for (const count of [1, 25]) {
      const notifications = Array.from({ length: count }, (_, nth) => ({
        accessId: `${UUID}${nth % 10}`,
        nhsNumber: NUMBER,
        uploadSequence: nth === 0 ? 9_000_000_000_000_001 : nth,
        at: AT,
        author,
        ...(nth % 2 === 0 && { localId: HOSTILE, localIdAuthority: HOSTILE }),
      }))
      await expectPublished(
        writeAccessNotification({ id: `${UUID}4`, createdAt: AT, authority: COUNCIL, notifications }),
      )
    }
  })

  test.each([0, 1, 2])('of a number that %i numbers replace', async count => {
    const replacements = (['9990000026', '9990000034'] as NhsNumber[]).slice(0, count)
    const number = { nhsNumber: NUMBER, replacements, uploadSequence: 7 }
    const numbers = [number, { ...number, localId: HOSTILE, localIdAuthority: HOSTILE }] as const
    await expectPublished(
      writeInactiveNumberNotification({
        id: `${UUID}5`,
        createdAt: AT,
        authority: COUNCIL,
        numbers: [...numbers],
      }),
    )
  })

  test.each(Object.entries(AUTHORS))('a query by %s, unscheduled and silent', async (_who, author) => {
    for (const access of ['unscheduled', 'scheduled'] as const)
      await expectPublished(
        writeQuery({
          ...WRAPPER,
          query: { id: `${UUID}6`, effectiveTime: AT, access, author, nhsNumber: NUMBER },
        }),
      )
  })
})
