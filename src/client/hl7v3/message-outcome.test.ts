import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Access } from '../../domain/query/access.ts'
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import { writeAccessBundle, writePlanBundle } from '../../formats/fhir/search-bundle.ts'
import { NO_RECORD } from '../../formats/hl7v3/detected-issues.ts'
import type { QueryResponseContent } from '../../formats/hl7v3/query-response.ts'
import {
  anyInstant,
  anyNhsNumber,
  anyResponseContent,
  damaged,
  fixture,
  rootOf,
} from '../../formats/hl7v3/testing.ts'
import { writeQueryFailure } from '../../formats/hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../../formats/hl7v3/write-query-response.ts'
import { renderXml } from '../../formats/xml/xml-writer.ts'
import type { HeldPlan } from '../outcomes.ts'
import { readAccesses, readPlans } from '../read-answer.ts'
import { messageOutcome } from './message-outcome.ts'
import { ASID, CHILD, SPINE } from './testing.ts'

const ID = 'AAAAAAAA-0000-4000-8000-000000000001'
const wrapper = (createdAt = new Date('2026-03-10T09:30:00Z')) => ({
  id: 'EEEEEEEE-0000-4000-8000-000000000001',
  createdAt,
  requestId: ID,
  receiverAsid: ASID,
  senderAsid: SPINE,
})
const asked = { id: ID, nhsNumber: CHILD, asid: ASID }

/** The same as the one answer from which every interface writes. */
function answerOf(content: QueryResponseContent, nhsNumber: string, askedAt: Date): Answer {
  const lastUploadedAt = new Date('2026-03-09T02:00:00Z')
  const plans = content.plans.map((plan, nth) => ({ ...plan, id: `plan-${nth}`, lastUploadedAt }))
  const accesses = content.accesses.map(access => ({ ...access, id: access.id?.toLowerCase() }))
  return {
    id: '0197a000-0000-7000-8000-00000000000a',
    nhsNumber: nhsNumber as Answer['nhsNumber'],
    access: 'unscheduled',
    askedAt,
    checked: true,
    plans: plans as readonly VisiblePlan[],
    accesses: accesses as readonly Access[],
  }
}

/** What both forms say of a plan, as text: HL7 v3 has them by record, so that their order may differ. */
function said({ id: _id, lastUploadedAt: _at, heldUnder: _number, ...plan }: HeldPlan): string {
  return JSON.stringify(plan, Object.keys(plan).concat(Object.keys(plan.authority)).sort())
}

test('whatever is held, the clients of FHIR and of HL7 v3 say the same of it', async () => {
  await fc.assert(
    fc.asyncProperty(anyResponseContent, anyNhsNumber, anyInstant, async (content, nhsNumber, at) => {
      const search = { path: 'CareTeam', nhsNumber, includes: [] } as const
      const answer = answerOf(content, nhsNumber, at)
      const frame = { id: 'b', baseUrl: 'https://cp-is.example/r4', search }
      const message = await rootOf(
        renderXml(
          writeQueryResponse({
            ...wrapper(at),
            responseId: answer.id,
            answer: { ...content, plans: answer.plans },
          }),
        ),
      )
      const outcome = messageOutcome(message, { ...asked, nhsNumber })
      if (outcome.kind !== 'held') throw new Error(JSON.stringify(outcome))
      const plans = readPlans(JSON.parse(JSON.stringify(writePlanBundle(answer, frame))), nhsNumber, at)
      const accesses = readAccesses(JSON.parse(JSON.stringify(writeAccessBundle(answer, frame))), nhsNumber)
      expect(outcome.plans.map(said).sort()).toEqual(plans?.map(said).sort())
      expect(outcome.accesses).toEqual(accesses)
      const times = outcome.accesses.map(access => access.at.getTime())
      expect(times).toEqual(times.toSorted((one, other) => other - one))
      expect(outcome.plans.map(({ heldUnder = nhsNumber }) => heldUnder).sort()).toEqual(
        content.plans.map(plan => plan.nhsNumber).sort(),
      )
    }),
    { numRuns: 60 },
  )
})

describe('whatever of a message is lost or doubled', () => {
  test('plans are never taken for nothing, and "held" is said with a plan alone', async () => {
    for (const name of ['query-response.xml', 'query-response-of-a-live-system.xml']) {
      const root = await rootOf(fixture(name))
      const kinds = new Set<string>()
      for (const message of damaged(root)) {
        const whose = { ...asked, id: 'AAAAAAAA-0000-4000-8000-000000000011', asid: '000000000003' }
        const outcome = messageOutcome(message, whose)
        kinds.add(outcome.kind)
        if (outcome.kind === 'held') expect(outcome.plans.length).toBeGreaterThan(0)
      }
      expect([...kinds].sort()).toEqual(['could-not-look', 'held'])
    }
  })

  test('nothing is held only where the message still says so itself', async () => {
    const root = await rootOf(renderXml(writeQueryFailure({ ...wrapper(), issues: NO_RECORD })))
    const kinds = new Set<string>()
    for (const message of damaged(root)) {
      const { kind } = messageOutcome(message, asked)
      kinds.add(kind)
      if (kind === 'nothing-held') expect(JSON.stringify(bare(message))).toContain('NHSNCC002')
    }
    expect([...kinds].sort()).toEqual(['could-not-look', 'nothing-held'])
  })
})

/** Attributes are a map, which JSON would leave out. */
function bare(element: Awaited<ReturnType<typeof rootOf>>): unknown {
  return { ...element, attributes: [...element.attributes], children: element.children.map(bare) }
}

test.each([
  'SUBSETTED',
  'rubbish',
  'REPC_IN000005GB01',
  'CP-ISNHSQueryResponse',
])('a message called %s is no answer', async name => {
  expect(messageOutcome(await rootOf(`<${name} xmlns="urn:hl7-org:v3"/>`), asked)).toEqual({
    kind: 'could-not-look',
    message: 'The answer could not be understood',
  })
})
