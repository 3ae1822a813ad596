import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asOthersWrite } from '../../../test/support/written-by-others.ts'
import type { PlanType } from '../../domain/plan/plan.ts'
import type { Answer, VisiblePlan } from '../../domain/query/answer.ts'
import { childrenOf, descend } from '../xml/xml-element.ts'
import { renderXml } from '../xml/xml-writer.ts'
import type { QueryResponse } from './query-response.ts'
import { readQueryResponse } from './read-query-response.ts'
import {
  anyAsid,
  anyInstant,
  anyOrder,
  anyResponseContent,
  anyUuid,
  anyVersionCode,
  damaged,
  fixture,
  reordered,
  rootOf,
  treeOf,
} from './testing.ts'
import { unlikePublished } from './unlike-published.ts'
import { writeQueryResponse } from './write-query-response.ts'

const GOLDEN = fixture('query-response.xml')
const LIVE = fixture('query-response-of-a-live-system.xml')

async function read(document: string): Promise<QueryResponse> {
  const response = readQueryResponse(await rootOf(document))
  if (!response.ok) throw new Error(JSON.stringify(response.fault))
  return response.value
}

/** What each control act of a response holds as it is written: whose it is, what plan and what subject; and the total it announces. */
async function controlActsOf(answer: Pick<Answer, 'plans' | 'accesses'>) {
  const root = await rootOf(renderXml(writeQueryResponse({ ...(await read(GOLDEN)), answer })))
  const response = descend(root, 'ControlActEvent', 'subject', 'CP-ISNHSQueryResponse')
  const total = descend(response, 'pertinentInformation12', 'pertinentTotalReturnedChildRecords', 'value')
  const controlActs = childrenOf(response, 'pertinentInformation14').map(relationship => {
    const controlAct = descend(relationship, 'pertinentCP-ISRecordControlAct')
    const [record, ...more] = childrenOf(controlAct, 'record')
    expect(more).toEqual([])
    const authority = descend(record, 'communicationFunctionSnd', 'organisation', 'id')
    const parts = descend(record, 'CP-ISRecord')?.children ?? []
    return [
      authority?.attributes.get('extension'),
      ...parts.map(part => part.children[1]?.name.split('.')[1]),
    ]
  })
  expect(Number(total?.attributes.get('value'))).toBe(controlActs.length)
  return controlActs
}

const COUNCIL = {
  odsCode: '9Z1',
  name: 'EXAMPLE COUNCIL',
  dutyPhone: '+441632960002',
  officePhone: '01632960001',
}
const TANSY = { given: 'Tansy', family: 'Testcase', birthDate: '2011-05-01' }

function visible(type: PlanType, rest: Partial<Record<keyof VisiblePlan, unknown>> = {}): VisiblePlan {
  return {
    id: 'one',
    nhsNumber: '9990000018',
    type,
    start: '202601050900',
    ...(type === 'UCPP' && { end: '202608150000' }),
    subject: TANSY,
    authority: COUNCIL,
    lastUploadedAt: new Date('2026-06-01T08:00:00Z'),
    ...rest,
  } as VisiblePlan
}

describe('as published', () => {
  test('plans of two authorities, one of a mother who is herself a child, and who looked before', async () => {
    const { answer, ...wrapper } = await read(GOLDEN)
    expect(wrapper).toEqual({
      id: 'AAAAAAAA-0000-4000-8000-000000000021',
      createdAt: new Date('2026-06-02T10:15:02Z'),
      versionCode: 'v3INF_DMSv5.7:FIN',
      receiverAsid: '000000000003',
      senderAsid: '000000000004',
      responseId: 'AAAAAAAA-0000-4000-8000-000000000011',
    })
    expect(answer.plans).toEqual([
      {
        type: 'CPP',
        start: '202601050900',
        nhsNumber: '9990000018',
        subject: { ...TANSY, localId: 'CH/1', localIdAuthority: '9Z1:EXAMPLE COUNCIL' },
        authority: COUNCIL,
      },
      {
        type: 'UCPP',
        start: '202603010900',
        end: '202608150000',
        nhsNumber: '9990000018',
        subject: TANSY,
        authority: COUNCIL,
      },
      {
        type: 'LAC',
        start: '202501050900',
        end: '202605010000',
        nhsNumber: '9990000018',
        subject: TANSY,
        authority: { odsCode: '9Z2', name: 'SAMPLE BOROUGH', dutyPhone: '01632960004' },
      },
    ])
    expect(answer.accesses).toMatchObject([
      {
        id: 'AAAAAAAA-0000-4000-8000-000000000031',
        at: new Date('2026-06-02T10:15:01Z'),
        nhsNumber: '9990000018',
        author: { kind: 'person', userId: '000000000001' },
      },
      {
        id: 'AAAAAAAA-0000-4000-8000-000000000032',
        at: new Date('2026-05-30T20:17:00Z'),
        nhsNumber: '9990000018',
        author: { kind: 'system', asid: '000000000003' },
      },
    ])
  })

  test('it is written as published, identifiers in capitals', async () => {
    const response = await read(GOLDEN)
    const { accesses } = response.answer
    const lower: QueryResponse = {
      ...response,
      id: response.id.toLowerCase(),
      responseId: response.responseId.toLowerCase(),
      answer: {
        ...response.answer,
        accesses: accesses.map(({ id = '', ...access }) => ({ ...access, id: id.toLowerCase() })),
      },
    }
    expect(await treeOf(renderXml(writeQueryResponse(lower)))).toEqual(await treeOf(GOLDEN))
  })

  test('a silent query of a person nobody else looked up is answered with no access at all', async () => {
    const { answer, ...wrapper } = await read(GOLDEN)
    const written = renderXml(writeQueryResponse({ ...wrapper, answer: { ...answer, accesses: [] } }))
    expect(written).not.toContain('pertinentInformation13')
    expect((await read(written)).answer).toEqual({ plans: answer.plans, accesses: [] })
  })
})

test('rule 4.2: nothing visible is no response at all', async () => {
  const response = await read(GOLDEN)
  expect(() => writeQueryResponse({ ...response, answer: { plans: [], accesses: [] } })).toThrow(
    'query failure',
  )
})

describe('one control act for each plan (rule 12.3)', () => {
  const accesses: Answer['accesses'] = []
  const other = { ...COUNCIL, odsCode: '9Z2' }

  test('a child with two plans of one authority', async () => {
    const plans = [visible('CPP'), visible('LAC')]
    expect(await controlActsOf({ plans, accesses })).toEqual([
      ['9Z1', 'CPPInformation', 'Child'],
      ['9Z1', 'LACInformation', 'Child'],
    ])
  })

  test('of two authorities each stands with its own plan', async () => {
    const plans = [visible('CPP'), visible('LAC', { authority: other }), visible('CPP', { authority: other })]
    expect(await controlActsOf({ plans, accesses })).toEqual([
      ['9Z1', 'CPPInformation', 'Child'],
      ['9Z2', 'LACInformation', 'Child'],
      ['9Z2', 'CPPInformation', 'Child'],
    ])
  })

  test('rule 2.2: a mother with a plan of her own beside that of her unborn child stands as each', async () => {
    const plans = [visible('UCPP'), visible('LAC')]
    expect(await controlActsOf({ plans, accesses })).toEqual([
      ['9Z1', 'UCPInformation', 'UnbornChild'],
      ['9Z1', 'LACInformation', 'Child'],
    ])
  })

  test('the total is that of the plans, as over FHIR', async () => {
    const starts = ['202201050900', '202301050900', '202401050900', '202501050900']
    const plans = starts.map(start => visible('CPP', { start }))
    expect(await controlActsOf({ plans, accesses })).toHaveLength(4)
  })
})

test('any response is read as it was written, and writing it again gives the same text', async () => {
  const anyResponse: fc.Arbitrary<QueryResponse> = fc.record({
    id: anyUuid,
    createdAt: anyInstant,
    versionCode: anyVersionCode,
    receiverAsid: anyAsid,
    senderAsid: anyAsid,
    responseId: anyUuid,
    answer: anyResponseContent,
  })
  await fc.assert(
    fc.asyncProperty(anyResponse, fc.boolean(), async (whole, lacking) => {
      const response = lacking ? withoutIds(whole) : whole
      const write = () => renderXml(writeQueryResponse(response))
      const written = lacking ? asOthersWrite(write) : write()
      if (!lacking) expect(unlikePublished(await rootOf(written))).toEqual([])
      const again = await read(written)
      const { plans, accesses } = again.answer
      expect(again).toEqual({ ...response, answer: { plans: expect.anything(), accesses } })
      expect(accesses).toEqual(response.answer.accesses)
      expect(sorted(plans)).toEqual(sorted(response.answer.plans))
      expect(asOthersWrite(() => renderXml(writeQueryResponse(again)))).toBe(written)
    }),
  )
})

/** Live systems are seen to leave out the ids of accesses and the numbers of people. */
function withoutIds({ answer: { plans, accesses }, ...rest }: QueryResponse): QueryResponse {
  return {
    ...rest,
    answer: {
      plans: plans.map(({ nhsNumber: _, ...plan }) => plan),
      accesses: accesses.map(({ at, author }) => ({ at, author })),
    },
  }
}

/** Plans are gathered by record, so their order may differ. */
function sorted(plans: readonly object[]): readonly string[] {
  return plans.map(plan => JSON.stringify(Object.entries(plan).sort(([a], [b]) => (a < b ? -1 : 1)))).sort()
}

describe('as live systems send it', () => {
  test('once it is written by us, it stays as it is', async () => {
    const live = await read(LIVE)
    const written = asOthersWrite(() => renderXml(writeQueryResponse(live)))
    expect(await read(written)).toEqual(live)
    const again = await read(written)
    expect(asOthersWrite(() => renderXml(writeQueryResponse(again)))).toBe(written)
  })

  test('accesses all in one place, no numbers, family before given, no offsets, codes in small letters, duty first', async () => {
    const { answer, ...wrapper } = await read(GOLDEN)
    const plans = answer.plans.map(({ nhsNumber: _, authority, ...plan }) => ({
      ...plan,
      authority: authority.officePhone ? { ...authority, dutyPhoneFirst: true } : authority,
    }))
    expect(await read(LIVE)).toEqual({ ...wrapper, answer: { ...answer, plans } })
  })

  test('one subject alone beside the plans of a mother who is herself a child', async () => {
    const changed = LIVE.replace(/<subject>(?:(?!<\/subject>)[\s\S])*#UnbornChild[\s\S]*?<\/subject>/, '')
    expect(changed).not.toBe(LIVE)
    const { answer } = await read(changed)
    expect(answer.plans.map(({ type }) => type)).toEqual(['CPP', 'UCPP', 'LAC'])
  })

  test('its elements in any order', async () => {
    const root = await rootOf(GOLDEN)
    fc.assert(
      fc.property(anyOrder, order => {
        expect(readQueryResponse(reordered(root, order))).toEqual(readQueryResponse(root))
      }),
    )
  })

  test.each([
    ['an access without an id', /<id root="A.*31"\/>/, ''],
    ['a plan block without a contentId', /<npfitlc:contentId[^>]*CPPInformation"\/>/, ''],
    [
      'all records in one place',
      /<\/pertinentCP-ISRecordControlAct>\s*<\/pertinentInformation14>\s*<pertinentInformation14>\s*<pertinentCP-ISRecordControlAct>/,
      '',
    ],
    ['wrong totals', '<value value="2"/>', '<value value="7"/>'],
  ])('%s', async (_, from, to) => {
    const changed = GOLDEN.replace(from, to)
    expect(changed).not.toBe(GOLDEN)
    const { answer } = await read(changed)
    expect(answer.plans.map(({ type }) => type)).toEqual(['CPP', 'UCPP', 'LAC'])
    expect(answer.accesses).toHaveLength(2)
  })
})

describe('rule 4.3: what cannot be read is never "nothing held"', () => {
  test.each<[string, string | RegExp, string, string]>([
    ['no payload', /<CP-ISNHSQueryResponse>[\s\S]*<\/CP-ISNHSQueryResponse>/, '', 'CP-ISNHSQueryResponse'],
    ['no records', /<pertinentInformation14>[\s\S]*<\/pertinentInformation14>/, '', 'record'],
    ['a plan of an unknown kind', /COCT_TP146105GB01/g, 'COCT_TP146199GB01', 'pertinentInformation15'],
    ['a plan that starts on no day', '202601050900', '202602300900', 'cPPStartDate'],
    ['a plan that ends on a day alone', '202605010000', '20260501', 'lACEndDate'],
    ['no subject', /<subject>\s*<npfitlc[\s\S]*?<\/subject>(?=\s*<\/CP-ISRecord>)/g, '', 'subject'],
    ['no plan', /<pertinentInformation15>[\s\S]*<\/pertinentInformation15>/g, '', 'pertinentInformation15'],
    ['no family name', /<family>Testcase<\/family>(?=\s*<\/name>\s*<\/childPerson>)/, '', 'name'],
    ['no date of birth', /<birthTime .*>/, '', 'birthTime'],
    ['a number that is none', /9990000018(?="\/>\s*<id root="2)/, '9990000019', 'id'],
    ['no authority', /<organisation>[\s\S]*?<\/organisation>/, '', 'organisation'],
    ['an access nobody made', /<author>[\s\S]*?<\/author>/, '', 'author'],
    ['an access at no time', '20260602101501+0000', '', 'effectiveTime'],
    [
      'no sender',
      /<communicationFunctionSnd t[\s\S]*?<\/communicationFunctionSnd>/,
      '',
      'communicationFunctionSnd',
    ],
    [
      'no receiver',
      /<communicationFunctionRcv t[\s\S]*?<\/communicationFunctionRcv>/,
      '',
      'communicationFunctionRcv',
    ],
    ['no id', /<id root="A.*21"\/>/, '', 'id'],
    ['no id of the answer', /<id root="A.*11"\/>/, '', 'id'],
    ['no creation time', /<creationTime.*>/, '', 'creationTime'],
  ])('%s', async (_, from, to, element) => {
    expect(GOLDEN.replace(from, to)).not.toBe(GOLDEN)
    const response = readQueryResponse(await rootOf(GOLDEN.replace(from, to)))
    expect(response).toMatchObject({ ok: false, fault: { kind: 'incomplete', element } })
  })

  test('whichever element is missing or doubled, there is a plan in what is read', async () => {
    for (const document of [GOLDEN, LIVE]) {
      for (const root of damaged(await rootOf(document))) {
        const response = readQueryResponse(root)
        if (response.ok) expect(response.value.answer.plans).not.toEqual([])
      }
    }
  })
})
