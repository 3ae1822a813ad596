import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../../../test/support/bytes.ts'
import type { UploadFileFault } from '../../domain/upload/file-faults.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import { readUpload } from './read-upload.ts'
import { fixture } from './testing.ts'

const read = (text: string | Uint8Array) => collect(readUpload(inPieces(text)))

/** The published example in our own words, with one thing changed. */
function changed(from: string | RegExp, to: string): string {
  const file = fixture('upload.xml')
  expect(file).toMatch(from)
  return file.replace(from, to)
}

async function faultOf(text: string | Uint8Array) {
  const last = (await read(text)).at(-1)
  return last?.kind === 'fault' ? last : undefined
}

async function firstRecordOf(text: string): Promise<RecordAsSent | undefined> {
  const found = (await read(text)).find(item => item.kind === 'record')
  return found?.record
}

describe('faults of the file (rules 3.13, 3.17 and 3.18)', () => {
  const known = { sequence: 42, recordCount: 3, odsCode: '9Z1' }

  test.each<[string, string | RegExp, string, Partial<UploadFileFault>]>([
    ['no creation time', /<creationTime.*\n/, '', { kind: 'missing', field: 'creation time', line: 13 }],
    [
      'an empty creation time',
      '20260602083000+0000',
      '',
      { kind: 'bad-value', field: 'creation time', line: 3 },
    ],
    [
      'a creation time that does not exist',
      '20260602',
      '20260631',
      { kind: 'bad-value', field: 'creation time' },
    ],
    [
      'no sender',
      /<communicationFunctionSnd>[\s\S]*<\/communicationFunctionSnd>/,
      '',
      { kind: 'missing', field: 'sender' },
    ],
    [
      'a sender without organisation',
      /<organisation>[\s\S]*<\/organisation>/,
      '',
      { kind: 'missing', field: 'sender', line: 6 },
    ],
    ['no authority code', / {3}<id root.*\n/, '', { kind: 'missing', field: 'authority code', line: 7 }],
    ['an authority code of another root', '4.19.1"', '4.19.3"', { kind: 'missing', field: 'authority code' }],
    ['an authority code that is none', '"9Z1"', '"9Z 1?"', { kind: 'bad-value', field: 'authority code' }],
    [
      'no authority name',
      /<name>EXAMPLE.*\n/,
      '<name> </name>\n',
      { kind: 'missing', field: 'authority name' },
    ],
    ['no duty number', 'use="EC"', 'use="HP"', { kind: 'duty-phone-missing', line: 7 }],
    ['two duty numbers', 'use="WP"', 'use="EC"', { kind: 'duty-phone-repeated', line: 11 }],
    [
      'a duty number without value',
      'tel:+441632960002',
      'tel:',
      { kind: 'phone-without-value', phone: 'duty', line: 11 },
    ],
    [
      'an office number without value',
      'tel:01632960001',
      '',
      { kind: 'phone-without-value', phone: 'other', line: 10 },
    ],
    [
      'a duty number with words',
      '+441632960002',
      'ask for the duty worker',
      { kind: 'bad-phone', phone: 'duty' },
    ],
    [
      'a number with an extension in brackets',
      '01632960001',
      '+44(0)1632960001',
      { kind: 'bad-phone', phone: 'other' },
    ],
    [
      'three numbers',
      '</organisation>',
      '<telecom use="HP" value="1"/></organisation>',
      { kind: 'too-many-phones' },
    ],
    ['no record', /<record>[\s\S]*<\/record>/, '', { kind: 'no-record' }],
    ['records cut out', /<record>[\s\S]*?<\/record>/, '', { kind: 'wrong-count', announced: 3, found: 2 }],
    [
      'a second creation time',
      '<creationTime',
      '<creationTime/><creationTime',
      { kind: 'repeated', field: 'creation time', line: 3 },
    ],
    [
      'a second organisation',
      '<organisation>',
      '<organisation/><organisation>',
      { kind: 'repeated', field: 'sender' },
    ],
    [
      'a head element again at the end',
      '</File>',
      '<id extension="43"/></File>',
      { kind: 'repeated', field: 'sequence number' },
    ],
    ['the end cut off', '</File>', '', { kind: 'not-readable', problem: 'malformed' }],
    [
      'a document type',
      '<File',
      '<!DOCTYPE File><File',
      { kind: 'not-readable', problem: 'document-type', line: 2 },
    ],
    ['another root', /(<\/?)File\b/g, '$1Files', { kind: 'not-readable', problem: 'wrong-root', line: 2 }],
    [
      'another namespace',
      'urn:hl7-org:v3',
      'urn:hl7-org:v2',
      { kind: 'not-readable', problem: 'wrong-root' },
    ],
    ['an encoding that nobody knows', 'UTF-8', 'EBCDIC-X', { kind: 'not-readable', problem: 'encoding' }],
  ])('%s', async (_, from, to, fault) => {
    const found = await faultOf(changed(from, to))
    expect(found?.fault).toMatchObject(fault)
  })

  test.each([
    '',
    '-1',
    '1.5',
    '9007199254740992',
    '12345678901234567',
    'one',
  ])('sequence number "%s"', async sequence => {
    const found = await faultOf(changed('extension="42"', `extension="${sequence}"`))
    expect(found?.fault).toEqual({ kind: 'bad-value', field: 'sequence number', line: 4 })
    expect(found?.head).toEqual({ recordCount: 3, odsCode: '9Z1' })
  })

  test('a header that comes after the records', async () => {
    const [head] = /<creationTime[\s\S]*<\/communicationFunctionSnd>/.exec(fixture('upload.xml')) ?? ['']
    const moved = changed(head, '').replace('</File>', `${head}</File>`)
    expect((await faultOf(moved))?.fault).toEqual({ kind: 'missing', field: 'creation time', line: 4 })
  })

  test('what was read before the fault names the file in its acknowledgement', async () => {
    expect((await faultOf(changed('</File>', '')))?.head).toEqual(known)
    expect((await faultOf(changed('20260602083000+0000', 'x')))?.head).toEqual(known)
    expect((await faultOf(changed(/<creationTime/, '<<')))?.head).toEqual({})
  })

  test('one fault ends it', async () => {
    const kinds = (await read(changed(/<\/record>\s*<\/File>/, '</record></Flie>'))).map(({ kind }) => kind)
    expect(kinds).toEqual(['header', 'record', 'record', 'record', 'fault'])
  })
})

describe('an odd record is no fault of the file', () => {
  const blocks = /<pertinentInformation>[\s\S]*?<\/subject>/

  test('an empty one', async () => {
    expect(await firstRecordOf(changed(blocks, ''))).toEqual({ position: 1, plans: [], subjects: [] })
  })

  test.each([
    ['a plan of an unknown kind', /TP146100GB01/g, 'TP146199GB01', 'plan'],
    ['a plan of the form used in answers', /TP146101GB01/g, 'TP146105GB01', 'plan'],
    [
      'a plan with two starts',
      '<component>',
      '<component><cPPStartDate><value value="202501010000"/></cPPStartDate></component><component>',
      'plan',
    ],
    ['a subject of an unknown kind', /TP145101GB01/g, 'TP145199GB01', 'subject'],
    [
      'a subject with two NHS numbers',
      /(<id root="2.16.840.1.113883.2.1.4.1" extension=")9990000018"\/>/,
      '$19990000018"/>$19990001014"/>',
      'subject',
    ],
  ])('%s', async (_, from, to, part) => {
    expect(await firstRecordOf(changed(from, to))).toMatchObject({ position: 1, unreadable: part })
  })

  test('the rest of the file is read', async () => {
    const items = await read(changed(/<record>[\s\S]*?<\/record>/, '<record/>'))
    expect(items.map(({ kind }) => kind)).toEqual(['header', 'record', 'record', 'record', 'done'])
    expect(items.flatMap(item => (item.kind === 'record' ? [item.record.position] : []))).toEqual([1, 2, 3])
  })
})
