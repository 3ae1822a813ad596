import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asOthersWrite } from '../../../test/support/written-by-others.ts'
import type { Author, PersonAuthor, SystemAuthor } from '../../domain/query/requester.ts'
import { renderXml } from '../xml/xml-writer.ts'
import type { QueryFault, QueryMessage } from './query-message.ts'
import { readQuery } from './read-query.ts'
import { readQueryResponse } from './read-query-response.ts'
import { anyText, fixture, rootOf } from './testing.ts'
import { writeQuery } from './write-query.ts'
import { writeQueryResponse } from './write-query-response.ts'

const MISSING = 'ErrorBase1712.MANDATORY_DATA_MISSING|'

const ORGANISATION = { odsCode: 'X9Z01', name: 'SANDBOX GENERAL HOSPITAL' } as PersonAuthor['organisation']
const NURSE: PersonAuthor = {
  kind: 'person',
  userId: '000000000001',
  roleProfileId: '100000000001',
  name: { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase', suffix: 'RN' },
  jobRole: { code: 'R8001', display: 'Nurse Access Role' },
  organisation: ORGANISATION,
}
const [RESPONSIBLE] = [{ name: NURSE.name, jobRole: NURSE.jobRole }]
const SYSTEM: SystemAuthor = {
  kind: 'system',
  asid: '000000000003',
  responsible: [RESPONSIBLE],
  organisation: ORGANISATION,
}

async function asked(author: Author) {
  const message: QueryMessage = {
    id: 'AAAAAAAA-0000-4000-8000-000000000011',
    receiverAsid: '000000000004',
    senderAsid: '000000000003',
    query: {
      id: 'AAAAAAAA-0000-4000-8000-000000000001',
      effectiveTime: new Date('2026-06-02T10:15:00Z'),
      access: 'unscheduled',
      author,
      nhsNumber: '9990000018',
    },
  }
  return readQuery(await rootOf(renderXml(writeQuery(message))))
}

async function faultsOf(author: Author): Promise<readonly QueryFault[]> {
  const read = await asked(author)
  return read.ok ? [] : read.fault
}

const named = (name: Partial<PersonAuthor['name']>): PersonAuthor => ({
  ...NURSE,
  name: { ...NURSE.name, ...name },
})

/** An author with one of its texts as given, the limit of that text, and the name of its fault. */
type Field = readonly [what: string, most: number, fault: string, author: (text: string) => Author]

const TEXTS: readonly Field[] = [
  ['a prefix', 100, 'authorName', prefix => named({ prefix })],
  ['a given name', 100, 'authorName', given => named({ given: ['Tansy', given] })],
  ['a family name', 100, 'authorName', family => named({ family })],
  ['a suffix', 100, 'authorName', suffix => named({ suffix })],
  ['a job role', 255, 'Job Role Name', display => ({ ...NURSE, jobRole: { ...NURSE.jobRole, display } })],
  ['a job role code', 64, 'Job Role Code', code => ({ ...NURSE, jobRole: { ...NURSE.jobRole, code } })],
  [
    'an organisation',
    255,
    'Organisation Name',
    name => ({ ...NURSE, organisation: { ...ORGANISATION, name } }),
  ],
  [
    'the organisation of a system',
    255,
    'authorDevice.orgName',
    name => ({ ...SYSTEM, organisation: { ...ORGANISATION, name } }),
  ],
  [
    'a job role of a person responsible',
    255,
    'authorDevice.jobRoleName',
    display => ({
      ...SYSTEM,
      responsible: [RESPONSIBLE, { ...RESPONSIBLE, jobRole: { code: 'R0050', display } }],
    }),
  ],
  [
    'the family name of a person responsible',
    100,
    'authorDevice.assignedPersonName',
    family => ({ ...SYSTEM, responsible: [{ ...RESPONSIBLE, name: { given: [], family } }] }),
  ],
]

const IDS: readonly Field[] = [
  ['a user id', 64, 'authorID', userId => ({ ...NURSE, userId })],
  ['a role profile id', 64, 'authorRoleProfileID', roleProfileId => ({ ...NURSE, roleProfileId })],
  ['an ASID', 64, 'authorDevice.systemID', asid => ({ ...SYSTEM, asid })],
]

describe('what an author says of himself is bounded: others are shown it (rule 12.5)', () => {
  test.each([...TEXTS, ...IDS])('%s has at most %i characters', async (_, most, fault, author) => {
    const read = await asked(author('x'.repeat(most)))
    expect(read).toMatchObject({ ok: true, value: { query: { author: author('x'.repeat(most)) } } })
    const [found, ...others] = await faultsOf(author('x'.repeat(most + 1)))
    expect(others).toEqual([])
    expect(found?.name).toBe(MISSING + fault)
    expect(found?.text).toMatch(new RegExp(`^The .* ${most} characters.*\\.$`))
  })

  test.each([
    ['five given names', named({ given: ['A', 'B', 'C', 'D', 'E'] }), []],
    ['six given names', named({ given: ['A', 'B', 'C', 'D', 'E', 'F'] }), ['authorName']],
    ['ten people responsible', { ...SYSTEM, responsible: Array(10).fill(RESPONSIBLE) }, []],
    [
      'eleven people responsible',
      { ...SYSTEM, responsible: Array(11).fill(RESPONSIBLE) },
      ['authorDevice.indirectAuthority'],
    ],
  ])('%s', async (_, author, faults) => {
    expect((await faultsOf(author)).map(({ name }) => name)).toEqual(faults.map(fault => MISSING + fault))
  })

  test('a name whose parts are many adds up', async () => {
    const message = renderXml(writeQuery(await queryOf(NURSE)))
    const parts = message.replace('<family>Testcase</family>', '<family>Testcase</family>'.repeat(12))
    const read = readQuery(await rootOf(parts))
    expect(read).toMatchObject({ ok: false, fault: [{ name: `${MISSING}authorName` }] })
  })

  test('all of them are told at once, beside what is missing', async () => {
    const long = 'x'.repeat(300)
    const { prefix: _, ...name } = NURSE.name
    const author = {
      ...named({ ...name, family: long }),
      userId: long,
      organisation: { ...ORGANISATION, name: long },
    }
    const message = renderXml(writeQuery(await queryOf(NURSE, author))).replace(/ displayName="[^"]*"/, '')
    const read = readQuery(await rootOf(message))
    expect(read.ok ? [] : read.fault.map(({ name }) => name)).toEqual(
      ['Job Role Name', 'Organisation Name', 'authorID', 'authorName'].map(fault => MISSING + fault),
    )
    expect(JSON.stringify(read)).not.toContain('xxx')
  })
})

/** The query of an author, or the same query with another author that need not be acceptable. */
async function queryOf(author: Author, instead: Author = author): Promise<QueryMessage> {
  const read = await asked(author)
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return { ...read.value, query: { ...read.value.query, author: instead } }
}

test('a code is one word (data type CS)', async () => {
  const message = renderXml(writeQuery(await queryOf(NURSE))).replace('code="R8001"', 'code="R 8001"')
  const read = readQuery(await rootOf(message))
  expect(read).toMatchObject({ ok: false, fault: [{ name: `${MISSING}Job Role Code` }] })
})

describe('and it holds no characters that steer a screen', () => {
  test.each([...TEXTS, ...IDS])('%s with a control character', async (_, __, fault, author) => {
    const control = fc.integer({ min: 0x7f, max: 0x9f }).map(code => String.fromCharCode(code))
    await fc.assert(
      fc.asyncProperty(control, async character => {
        const faults = await faultsOf(author(`a${character}b`))
        expect(faults.map(({ name }) => name)).toEqual([MISSING + fault])
      }),
      { numRuns: 10 },
    )
  })

  test.each(IDS)('%s is in printable ASCII', async (_, __, fault, author) => {
    expect((await faultsOf(author('AZ az-09:{}/~'))).length).toBe(0)
    for (const character of ['é', '\u00a0', '\u202e', '😀', 'a\tb']) {
      const faults = await faultsOf(author(`a${character}b`))
      expect(faults.map(({ name }) => name)).toEqual([MISSING + fault])
    }
  })

  test('white space within a name is a single space, as ever', async () => {
    const read = await asked(named({ family: 'Test\t\n case' }))
    expect(read).toMatchObject({ ok: true, value: { query: { author: named({ family: 'Test case' }) } } })
  })
})

test('whatever an author says is kept word for word up to the limit, and named as a fault beyond it', async () => {
  const anyLength = fc
    .tuple(anyText, fc.integer({ min: 1, max: 60 }))
    .map(([text, times]) => text.repeat(times))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TEXTS), anyLength, async ([, most, fault, author], anyWords) => {
      // A code is one word.
      const text = fault === 'Job Role Code' ? anyWords.replace(/\s/g, '') : anyWords
      const read = await asked(author(text))
      if (text.length <= most)
        expect(read).toMatchObject({ ok: true, value: { query: { author: author(text) } } })
      else expect(read).toMatchObject({ ok: false, fault: [{ name: MISSING + fault }] })
    }),
  )
})

test('an answer is not refused because somebody it lists said too much', async () => {
  const read = readQueryResponse(await rootOf(fixture('query-response.xml')))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  const accesses = [{ at: new Date('2026-06-02T10:15:00Z'), author: named({ family: 'x'.repeat(5000) }) }]
  const { value } = read
  const written = asOthersWrite(() =>
    renderXml(writeQueryResponse({ ...value, answer: { ...value.answer, accesses } })),
  )
  expect(readQueryResponse(await rootOf(written))).toMatchObject({
    ok: true,
    value: { answer: { accesses } },
  })
})
