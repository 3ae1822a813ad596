import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderXml } from '../xml/xml-writer.ts'
import type { QueryMessage } from './query-message.ts'
import { readQuery } from './read-query.ts'
import {
  anyAsid,
  anyAuthor,
  anyInstant,
  anyNhsNumber,
  anyOrder,
  anyText,
  anyUuid,
  anyVersionCode,
  damaged,
  fixture,
  reordered,
  rootOf,
  treeOf,
} from './testing.ts'
import { unlikePublished } from './unlike-published.ts'
import { writeQuery } from './write-query.ts'

const BY_A_PERSON = fixture('query.xml')
const BY_A_SYSTEM = fixture('silent-query-by-a-system.xml')

async function read(document: string): Promise<QueryMessage> {
  const message = readQuery(await rootOf(document))
  if (!message.ok) throw new Error(JSON.stringify(message.fault))
  return message.value
}

async function faultsOf(document: string): Promise<readonly string[]> {
  const message = readQuery(await rootOf(document))
  if (message.ok) return []
  for (const { text } of message.fault) expect(text).toMatch(/^The .*\.$/)
  return message.fault.map(({ name }) => name)
}

describe('as published', () => {
  test('a person asks', async () => {
    expect(await read(BY_A_PERSON)).toEqual({
      id: 'AAAAAAAA-0000-4000-8000-000000000011',
      createdAt: new Date('2026-06-02T10:15:01Z'),
      versionCode: 'v3INF_DMSv5.7:FIN',
      receiverAsid: '000000000004',
      senderAsid: '000000000003',
      query: {
        id: 'AAAAAAAA-0000-4000-8000-000000000001',
        effectiveTime: new Date('2026-06-02T10:15:00Z'),
        access: 'unscheduled',
        nhsNumber: '9990000018',
        author: {
          kind: 'person',
          userId: '000000000001',
          roleProfileId: '100000000001',
          name: { prefix: 'Nurse', given: ['Tansy', 'Mae'], family: 'Testcase' },
          jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
          organisation: { odsCode: 'X9Z01', name: 'SANDBOX GENERAL HOSPITAL' },
        },
      },
    })
  })

  test('a system asks silently, and names who is responsible for it', async () => {
    expect((await read(BY_A_SYSTEM)).query).toMatchObject({
      access: 'scheduled',
      author: {
        kind: 'system',
        asid: '000000000003',
        organisation: { odsCode: 'X9Z02', name: 'SANDBOX 111' },
        responsible: [
          {
            name: { given: ['Rowan'], family: 'Testcase' },
            jobRole: { code: 'R0050', display: 'Consultant' },
          },
        ],
      },
    })
  })

  test.each([
    ['a person', BY_A_PERSON],
    ['a system', BY_A_SYSTEM],
  ])('the query of %s is written as published', async (_, document) => {
    expect(await treeOf(renderXml(writeQuery(await read(document))))).toEqual(await treeOf(document))
  })

  test('identifiers are written in capitals; version and creation time are there even where nothing is said', async () => {
    const { createdAt: _, versionCode: __, ...message } = await read(BY_A_PERSON)
    const lower = {
      ...message,
      id: message.id.toLowerCase(),
      query: { ...message.query, id: message.query.id.toLowerCase() },
    }
    expect(await treeOf(renderXml(writeQuery(lower)))).toEqual(
      await treeOf(BY_A_PERSON.replace('20260602101501', '20260602101500')),
    )
  })
})

test('any query is read as it was written, and writing it again gives the same text', async () => {
  const anyQuery: fc.Arbitrary<QueryMessage> = fc.record({
    id: anyUuid,
    createdAt: anyInstant,
    versionCode: anyVersionCode,
    receiverAsid: anyAsid,
    senderAsid: anyAsid,
    query: fc.record({
      id: anyUuid,
      effectiveTime: anyInstant,
      access: fc.constantFrom('scheduled' as const, 'unscheduled' as const),
      author: anyAuthor,
      nhsNumber: fc.oneof(anyNhsNumber, anyText),
    }),
  })
  await fc.assert(
    fc.asyncProperty(anyQuery, async message => {
      const written = renderXml(writeQuery(message))
      const again = await read(written)
      expect(again).toEqual(message)
      if (/^\d{10}$/.test(message.query.nhsNumber)) expect(unlikePublished(await rootOf(written))).toEqual([])
      expect(renderXml(writeQuery(again))).toBe(written)
    }),
  )
})

describe('what live systems do otherwise is read all the same', () => {
  const EVENT_TYPE = '<accessEventType value="false"/>'
  test.each([
    ['false as text', '<accessEventType> false </accessEventType>', 'scheduled'],
    ['0', '<accessEventType value="0"/>', 'scheduled'],
    ['true', '<accessEventType value="true"/>', 'unscheduled'],
    ['nothing', '<accessEventType/>', 'unscheduled'],
    ['no such element', '', 'unscheduled'],
    ['both', `${EVENT_TYPE}<accessEventType value="true"/>`, 'unscheduled'],
    ['something else', '<accessEventType value="no"/>', 'unscheduled'],
    ['another prefix', '<npfitlc:accessEventType value="false"/>', 'scheduled'],
  ])('rule 5.1: an access event type that says %s', async (_, said, access) => {
    expect((await read(BY_A_SYSTEM.replace(EVENT_TYPE, said))).query.access).toBe(access)
  })

  test('it may stand anywhere in the query (rule 12.1)', async () => {
    const deep = BY_A_PERSON.replace(
      '<person.NHSnumber>',
      `<semantics>${EVENT_TYPE}</semantics><person.NHSnumber>`,
    )
    expect((await read(deep)).query.access).toBe('scheduled')
  })

  test.each([
    ['a time without an offset', '20260602101500+0000', '20260602111500'],
    [
      'an identifier in small letters',
      'AAAAAAAA-0000-4000-8000-000000000001',
      'aaaaaaaa-0000-4000-8000-000000000001',
    ],
    ['an organisation in small letters', 'X9Z01', 'x9z01'],
    ['a root at the number asked for', '<value ext', '<value root="2.16.840.1.113883.2.1.4.1" ext'],
    ['no fixed values', ' classCode="DEV" determinerCode="INSTANCE"', ''],
    ['a person in the wrapper', '<author1 ', '<author typeCode="AUT"><AgentPersonSDS/></author><author1 '],
  ])('%s', async (_, from, to) => {
    expect(BY_A_PERSON).toContain(from)
    expect(await read(BY_A_PERSON.replaceAll(from, to))).toEqual(await read(BY_A_PERSON))
  })

  test('its elements in any order', async () => {
    for (const document of [BY_A_PERSON, BY_A_SYSTEM]) {
      const root = await rootOf(document)
      fc.assert(
        fc.property(anyOrder, order => {
          expect(readQuery(reordered(root, order))).toEqual(readQuery(root))
        }),
      )
    }
  })

  test('a family name before the given ones', async () => {
    const turned = BY_A_PERSON.replace('<given>Tansy', '<family>Testcase</family><given>Tansy').replace(
      /(Mae<\/given>)\s*<family>Testcase<\/family>/,
      '$1',
    )
    expect(await read(turned)).toEqual(await read(BY_A_PERSON))
  })

  test('a query without a time of its own was made when its message was', async () => {
    const message = await read(BY_A_PERSON.replace('<effectiveTime value="20260602101500+0000"/>', ''))
    expect(message.query.effectiveTime).toEqual(message.createdAt)
  })
})

describe('every fault by its published name (rules 12.2 and 12.6)', () => {
  const MISSING = 'ErrorBase1712.MANDATORY_DATA_MISSING|'
  const INVALID = 'ErrorBase1732.INVALID_'
  const RECEIVER = /<communicationFunctionRcv[\s\S]*?<\/communicationFunctionRcv>/
  const AUTHOR_1 = /<author1[\s\S]*?<\/author1>/
  const twice = (part: RegExp) => (document: string) => document.replace(part, found => found + found)
  const without = (part: string | RegExp) => (document: string) => document.replace(part, '')
  const instead = (from: string | RegExp, to: string) => (document: string) => document.replace(from, to)

  test.each<[string, (document: string) => string, string]>([
    ['no id', without(/<id root="A.*11"\/>/), `${INVALID}ID`],
    ['an id that is no UUID', instead('AAAAAAAA-0000-4000-8000-000000000011', '9990000018'), `${INVALID}ID`],
    ['no creation time', without(/<creationTime.*>/), `${INVALID}CREATION_TIME`],
    [
      'a creation time that never was',
      instead('20260602101501', '20260231101501'),
      `${INVALID}CREATION_TIME`,
    ],
    ['no version code', without(/<versionCode.*>/), `${INVALID}VERSION_CODE`],
    ['no interaction id', without(/<interactionId.*>/), 'ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID'],
    [
      'another interaction id',
      instead('"QUPC_IN000006GB01"', '"REPC_IN000007GB01"'),
      'ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID',
    ],
    [
      'an interaction id of another kind',
      instead('2.16.840.1.113883.2.1.3.2.4.12', '2.16.840.1.113883.2.1.3.2.4.13'),
      'ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID',
    ],
    ['no receiver', without(RECEIVER), `${INVALID}COMM_FUNC_RCV`],
    ['two receivers', twice(RECEIVER), `${INVALID}COMM_FUNC_RCV`],
    ['an ASID of thirteen digits', instead('000000000004', '0000000000004'), `${INVALID}COMM_FUNC_RCV`],
    [
      'no sender',
      without(/<communicationFunctionSnd[\s\S]*?<\/communicationFunctionSnd>/),
      `${INVALID}COMM_FUNC_SND`,
    ],
    ['no control act', without(/<ControlActEvent[\s\S]*<\/ControlActEvent>/), `${INVALID}CONTROL_ACT`],
    ['two control acts', twice(/<ControlActEvent[\s\S]*<\/ControlActEvent>/), `${INVALID}CONTROL_ACT`],
    ['no authoring system', without(AUTHOR_1), `${MISSING}author1`],
    ['two authoring systems', twice(AUTHOR_1), `${MISSING}author1`],
    ['no id of the query', without(/<id root="A.*01"\/>/), `${MISSING}Event ID`],
    ['no number asked for', without(/<value .*>/), `${MISSING}NHS Number`],
    [
      'two numbers asked for',
      instead(/(<value .*)18"\/>/, '$118"/><value extension="9990001014"/>'),
      `${MISSING}NHS Number`,
    ],
    ['no author', without(/<author>[\s\S]*<\/author>/), `${MISSING}[authorPerson or authorDevice]`],
    ['two queries', twice(/<cP-ISNHSQuery>[\s\S]*<\/cP-ISNHSQuery>/), `${MISSING}cP-ISNHSQuery`],
    ['two authors', twice(/<author>[\s\S]*<\/author>/), `${MISSING}[authorPerson or authorDevice]`],
    [
      'an author of another kind',
      instead(/COCT_TP145102GB01/g, 'COCT_TP145199GB01'),
      `${MISSING}[authorPerson or authorDevice]`,
    ],
    ['no job role code', without('code="S8000:G8000:R8001" '), `${MISSING}Job Role Code`],
    ['no job role name', without(' displayName="Nurse Access Role"'), `${MISSING}Job Role Name`],
    ['no organisation code', without(/<id root=".*X9Z01"\/>/), `${MISSING}Organisation Code`],
    ['no organisation name', without('<name>SANDBOX GENERAL HOSPITAL</name>'), `${MISSING}Organisation Name`],
    ['no user id', without(/<id root="1.2.826.0.1285.0.2.0.65".*>/), `${MISSING}authorID`],
    ['no name of the author', without(/<name>\s*<prefix>[\s\S]*?<\/name>/), `${MISSING}authorName`],
  ])('a person: %s', async (_, change, name) => {
    expect(change(BY_A_PERSON)).not.toBe(BY_A_PERSON)
    expect(await faultsOf(change(BY_A_PERSON))).toEqual([name])
  })

  test.each<[string, (document: string) => string, string]>([
    ['no ASID', instead(/(System>\s*)<id .*>/, '$1'), `${MISSING}authorDevice.systemID`],
    ['no organisation code', without(/<id root=".*X9Z02"\/>/), `${MISSING}authorDevice.orgCode`],
    ['no organisation name', without('<name>SANDBOX 111</name>'), `${MISSING}authorDevice.orgName`],
    ['no job role code', without('code="R0050" '), `${MISSING}authorDevice.jobRoleCode`],
    ['no job role name', without(' displayName="Consultant"'), `${MISSING}authorDevice.jobRoleName`],
    [
      'no name of the person responsible',
      without(/<assignedPerson>[\s\S]*<\/assignedPerson>/),
      `${MISSING}authorDevice.assignedPersonName`,
    ],
  ])('a system: %s', async (_, change, name) => {
    expect(change(BY_A_SYSTEM)).not.toBe(BY_A_SYSTEM)
    expect(await faultsOf(change(BY_A_SYSTEM))).toEqual([name])
  })

  test('all of them at once, in the order in which they are looked for', async () => {
    const empty = '<QUPC_IN000006GB01 xmlns="urn:hl7-org:v3"><ControlActEvent/></QUPC_IN000006GB01>'
    expect(await faultsOf(empty)).toEqual([
      `${INVALID}ID`,
      `${INVALID}CREATION_TIME`,
      `${INVALID}VERSION_CODE`,
      'ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID',
      `${INVALID}COMM_FUNC_RCV`,
      `${INVALID}COMM_FUNC_SND`,
      `${MISSING}author1`,
      `${MISSING}Event ID`,
      `${MISSING}NHS Number`,
      `${MISSING}[authorPerson or authorDevice]`,
    ])
  })

  test('rule 8.2: no fault quotes what was sent', async () => {
    const message = readQuery(
      await rootOf(BY_A_PERSON.replace(/root="A/g, 'root="').replace('X9Z01', 'Testcase Hospital')),
    )
    expect(message.ok).toBe(false)
    expect(JSON.stringify(message)).not.toMatch(/Testcase|Tansy|999\d/)
  })

  test('whichever element is missing or doubled, a query is read or its faults are named', async () => {
    for (const document of [BY_A_PERSON, BY_A_SYSTEM]) {
      for (const root of damaged(await rootOf(document))) {
        const message = readQuery(root)
        if (message.ok) expect(message.value.query.nhsNumber).toBe('9990000018')
        else expect(message.fault).not.toEqual([])
      }
    }
  })
})
