import { describe, expect, test } from 'vitest'
import { damaged, fixture, rootOf } from './testing.ts'
import { unlikePublished } from './unlike-published.ts'

const MESSAGES = [
  'upload',
  'acknowledgement',
  'query',
  'silent-query-by-a-system',
  'query-response',
  'query-failure',
  'application-acknowledgement',
  'access-notification',
  'inactive-number-notification',
]

test.each(MESSAGES)('the example "%s" is as published', async name => {
  expect(unlikePublished(await rootOf(fixture(`${name}.xml`)))).toEqual([])
})

describe('a message that is not as published is told apart', () => {
  test.each<[string, string, string | RegExp, string]>([
    ['an element too many', 'query', '</author>', '</author><author/>'],
    ['an element too few', 'query', /<effectiveTime.*>/, ''],
    ['another order', 'query', /(<effectiveTime.*>)(\s*<id.*>)/, '$2$1'],
    ['a fixed value that is not sent', 'query', '<cP-ISNHSQuery>', '<cP-ISNHSQuery moodCode="EVN">'],
    ['a root at the number asked for', 'query', '<value ext', '<value root="2.16.840.1.113883.2.1.4.1" ext'],
    [
      'an identifier in small letters',
      'query',
      '"AAAAAAAA-0000-4000-8000-000000000001"',
      '"aaaaaaaa-0000-4000-8000-000000000001"',
    ],
    ['a contentId of another template', 'query', '#AssignedAuthor', '#System'],
    ['family before given', 'upload', /(<given>.*<\/given>)(\s*)(<family>.*<\/family>)/, '$3$2$1'],
    ['a plan that starts on a day alone', 'upload', '"202601050900"', '"20260105"'],
    ['a plan with an offset', 'upload', '"202601050900"', '"202601050900+0000"'],
    [
      'an unborn child’s plan without an end',
      'upload',
      /<component1>\s*<uCPEndDate>[\s\S]*?<\/component1>/,
      '',
    ],
    ['spaces in a telephone number', 'upload', 'tel:01632960001', 'tel:01632 960001'],
    ['a root at the number of the file', 'upload', '<id extension', '<id root="1" extension'],
    ['three telephones', 'upload', '</organisation>', '<telecom use="WP" value="tel:1"/></organisation>'],
    [
      'two queries in one place',
      'query-response',
      /<\/pertinentInformation13>\s*<pertinentInformation13>/,
      '',
    ],
    ['the wrong response code', 'query-response', '"OK"', '"ID"'],
    ['no response code', 'query-failure', /<queryAck[\s\S]*<\/queryAck>/, ''],
  ])('%s', async (_, name, from, to) => {
    const document = fixture(`${name}.xml`)
    expect(document.replace(from, to)).not.toBe(document)
    expect(unlikePublished(await rootOf(document.replace(from, to)))).not.toEqual([])
  })

  test.each(['upload-by-a-careless-system', 'query-response-of-a-live-system'])('%s', async name => {
    expect(unlikePublished(await rootOf(fixture(`${name}.xml`)))).not.toEqual([])
  })

  test('whichever element of the wrapper of a query is missing or doubled', async () => {
    const root = await rootOf(fixture('query.xml'))
    const wrapper = root.children.length
    const changed = [
      ...damaged({ ...root, children: root.children.map(child => ({ ...child, children: [] })) }),
    ]
    expect(changed).toHaveLength(2 * wrapper)
    for (const one of changed)
      expect(unlikePublished(one)).toContainEqual(expect.stringContaining(': holds '))
  })
})
