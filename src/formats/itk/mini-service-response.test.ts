import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { readQueryResponse } from '../hl7v3/read-query-response.ts'
import { anyInstant, anyResponseContent, anyUuid, damaged, fixture, rootOf } from '../hl7v3/testing.ts'
import { writeQueryResponse } from '../hl7v3/write-query-response.ts'
import { childrenOf, descend } from '../xml/xml-element.ts'
import { renderXml } from '../xml/xml-writer.ts'
import { isHoldingCode, RESPONSE_CODES, type ResponseCode } from './codes.ts'
import {
  type MiniServiceResponse,
  readMiniServiceResponse,
  writeMiniServiceResponse,
} from './mini-service-response.ts'

const CODES = Object.keys(RESPONSE_CODES) as ResponseCode[]
const write = (response: MiniServiceResponse) => renderXml(writeMiniServiceResponse(response))
const read = async (document: string) => readMiniServiceResponse(await rootOf(document))

const anyResponse = fc
  .record({
    id: anyUuid,
    at: anyInstant,
    code: fc.constantFrom(...CODES),
    answer: anyResponseContent,
    checked: fc.boolean(),
  })
  .map(
    ({ code, answer, checked, ...rest }): MiniServiceResponse =>
      isHoldingCode(code)
        ? { ...rest, code, answer }
        : code === 'CPIS-0001'
          ? { ...rest, code, checked }
          : { ...rest, code },
  )

test('any response is read as it was written, and writing it again gives the same text', async () => {
  await fc.assert(
    fc.asyncProperty(anyResponse, async response => {
      const again = expectValue(await read(write(response)))
      const { id, at, code } = response
      expect(again).toMatchObject({ id, at, code })
      expect('answer' in again).toBe('answer' in response)
      if ('answer' in again && 'answer' in response) {
        expect(again.answer.accesses).toEqual(response.answer.accesses)
        expect(again.answer.plans).toHaveLength(response.answer.plans.length)
        expect(again.answer.plans).toEqual(expect.arrayContaining([...response.answer.plans]))
      }
      expect(write(again)).toBe(write(response))
    }),
  )
})

describe('a response', () => {
  const HELD = async () => {
    const {
      answer,
      responseId: id,
      createdAt: at,
    } = expectValue(readQueryResponse(await rootOf(fixture('query-response.xml'))))
    return { id, at, code: 'SMSP-0000', answer } as const
  }

  test('is that of Spine messaging with a code after its id', async () => {
    const response = await HELD()
    const spine = { ...response, responseId: response.id, createdAt: response.at }
    const wrapped = await rootOf(
      renderXml(writeQueryResponse({ ...spine, receiverAsid: '999000000011', senderAsid: '999000000001' })),
    )
    const parts = descend(wrapped, 'ControlActEvent', 'subject', 'CP-ISNHSQueryResponse')?.children ?? []
    const own = (await rootOf(write(response))).children
    expect(own.map(({ name }) => name)).toEqual([
      'effectiveTime',
      'id',
      'value',
      ...parts.slice(2).map(({ name }) => name),
    ])
    expect(Object.fromEntries(own[2]?.attributes ?? [])).toEqual({
      code: 'SMSP-0000',
      codeSystem: '2.16.840.1.113883.2.1.3.2.4.17.499',
      displayName: 'Success',
    })
  })

  test.each(
    CODES.filter(code => !isHoldingCode(code)),
  )('%s holds two totals of nothing, whatever is at hand', async code => {
    if (isHoldingCode(code)) return
    const root = await rootOf(write({ ...(await HELD()), code, checked: true } as MiniServiceResponse))
    expect(root.children.map(({ name }) => name)).toEqual([
      'effectiveTime',
      'id',
      'value',
      'pertinentInformation11',
      'pertinentInformation12',
    ])
    const totals = root.children.slice(3).map(({ children: [total] }) => childrenOf(total, 'value')[0])
    expect(totals.map(value => value?.attributes.get('value'))).toEqual(['0', '0'])
  })

  test('of success must show something (rule 4.2)', async () => {
    const nothing = { ...(await HELD()), answer: { plans: [], accesses: [] } }
    expect(() => write(nothing)).toThrow('Nothing is visible')
  })

  test('may give its time to the minute, as published samples do', async () => {
    const changed = write(await HELD()).replace(/(effectiveTime value=")\d{14}/, '$1201212082000')
    expect(expectValue(await read(changed)).at).toEqual(new Date('2012-12-08T20:00:00Z'))
  })

  test.each<[string, string | RegExp, string, string]>([
    ['another element', /CP-ISNHSQueryResponse/g, 'CP-ISQueryStub', 'CP-ISNHSQueryResponse'],
    ['no id', /<id root="[^"]*"\/><value/, '<value', 'id'],
    ['no time', /<effectiveTime value="[^"]*"\/><id/, '<id', 'effectiveTime'],
    ['no code', /<value code="[^>]*\/>/, '', 'value'],
    ['two codes', /<value code="[^>]*\/>/, '$&$&', 'value'],
    ['an unknown code', 'SMSP-0000', 'SMSP-0006', 'value'],
    ['a code of another system', '.17.499', '.17.500', 'value'],
    ['success without a record', /<pertinentInformation14>.*<\/pertinentInformation14>/, '', 'record'],
    ['records beside "no match"', 'SMSP-0000', 'CPIS-0001', 'value'],
    ['records beside a failure', 'SMSP-0000', 'SMSP-0004', 'value'],
  ])('with %s is never taken for "nothing held" (rule 4.3)', async (_name, from, to, name) => {
    const good = write(await HELD())
    expect(good.replace(from, to)).not.toBe(good)
    expect(await read(good.replace(from, to))).toMatchObject({ ok: false, fault: { element: name } })
  })

  test('whichever element is missing or doubled, what is held is never read as nothing', async () => {
    for (const root of damaged(await rootOf(write(await HELD())))) {
      const response = readMiniServiceResponse(root)
      if (!response.ok) continue
      expect('answer' in response.value && response.value.answer.plans.length).toBeGreaterThan(0)
    }
  })
})
