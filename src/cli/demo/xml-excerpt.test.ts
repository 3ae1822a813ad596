import { expect, test } from 'vitest'
import { xmlExcerpt } from './xml-excerpt.ts'

test('the first element of a name, indented, text kept beside its tags', () => {
  const xml = '<a><r x="1"><p><v value="2"/></p><n>Ada &amp; Co</n><e></e></r><r x="2"/></a>'
  expect(xmlExcerpt(xml, 'r')).toEqual([
    '<r x="1">',
    '  <p>',
    '    <v value="2"/>',
    '  </p>',
    '  <n>Ada &amp; Co</n>',
    '  <e></e>',
    '</r>',
  ])
})

test('a name that another begins with is not taken for it', () => {
  expect(xmlExcerpt('<a><record>1</record><rec>2</rec></a>', 'rec')).toEqual(['<rec>2</rec>'])
})

test('nothing where there is no such element', () => {
  expect(xmlExcerpt('<a/>', 'b')).toBeUndefined()
})
