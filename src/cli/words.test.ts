import { describe, expect, test } from 'vitest'
import type { HeldPlan } from '../client/index.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { acknowledgementWords } from './acknowledgement-words.ts'
import { accessWords, planWords, supersededWords } from './query-words.ts'
import { PLAIN_STYLER } from './terminal.ts'
import { instantWords, table } from './words.ts'
import { wrapped } from './wrapped.ts'

const NUMBER = '9990000018' as NhsNumber

const plan: HeldPlan = {
  id: 'p1',
  type: 'CPP',
  description: 'Subject to child protection plan',
  start: '2026-03-03',
  state: 'current',
  subjectName: 'Pippin APPLECORE',
  authority: {
    odsCode: '886',
    name: 'Made-up Council',
    dutyPhone: '01632960001',
    officePhone: '02079460001',
  },
  lastUploadedAt: new Date('2026-07-01T12:05:00Z'),
}

describe('an answer in words', () => {
  test('names the plan, the authority and whom to phone by day and by night', () => {
    expect(planWords(PLAIN_STYLER, NUMBER, [plan])).toBe(
      [
        '999 000 0018: There is a plan',
        '',
        'Child protection plan',
        '  started        3 March 2026',
        '  held for       Pippin APPLECORE',
        '  authority      Made-up Council (886)',
        '  by day         02079460001',
        '  by night       01632960001 (emergency duty team)',
        '  last uploaded  1 July 2026 at 13:05',
      ].join('\n'),
    )
  })

  test('(rule 2.9) says plainly that a plan has not started', () => {
    const words = planWords(PLAIN_STYLER, NUMBER, [{ ...plan, state: 'not-started' }])
    expect(words).toContain('999 000 0018: A plan starts on 3 March 2026\n')
    expect(words).toContain('Child protection plan, NOT STARTED YET')
    expect(words).toMatch(/starts +3 March 2026/)
  })

  test('(rule 2.9) says plainly that a plan has ended', () => {
    const words = planWords(PLAIN_STYLER, NUMBER, [{ ...plan, state: 'ended', end: '2026-05-04' }])
    expect(words).toContain('999 000 0018: A plan ended on 4 May 2026\n')
    expect(words).toContain('Child protection plan, ENDED')
    expect(words).toMatch(/ended +4 May 2026/)
  })

  test('(rule 4.9) a superseded number is said to be one, and the current one is shown', () => {
    expect(supersededWords(PLAIN_STYLER, '9990000026')).toContain('The current one is 999 000 0026.')
    expect(supersededWords(PLAIN_STYLER, undefined)).toBe('')
  })

  test('a plan of a kind that is not known is shown by its description', () => {
    expect(
      planWords(PLAIN_STYLER, NUMBER, [{ ...plan, type: 'other', description: 'Something new' }]),
    ).toContain('\nSomething new\n')
  })

  test('without an office number the emergency duty team is the one to phone by day too', () => {
    const { officePhone: _none, ...authority } = plan.authority
    expect(planWords(PLAIN_STYLER, NUMBER, [{ ...plan, authority }])).toMatch(
      /by day +01632960001 \(emergency/,
    )
  })

  test('an access is a look, with who, in what role and where (rule 6.3)', () => {
    const access = {
      id: 'a',
      at: new Date('2026-01-01T00:00:00Z'),
      viewer: 'Nurse Tansy TESTCASE',
      role: 'Nurse',
    }
    const words = accessWords(PLAIN_STYLER, NUMBER, [{ ...access, organisation: 'Hospital' }])
    expect(words).toContain('record viewed')
    expect(words).not.toMatch(/attend/i)
    expect(words).toContain('1 January 2026 at 00:00, Nurse Tansy TESTCASE, Nurse, Hospital')
  })
})

test('an acknowledgement names each failed record and what to correct', () => {
  const words = acknowledgementWords(PLAIN_STYLER, {
    fileCode: 'CPF03',
    sequence: 12,
    createdAt: new Date('2026-01-01T10:00:00Z'),
    transmissionQuantity: 1001,
    loaded: 1000,
    failed: 1,
    failures: [{ position: 7, localId: 'P7', code: 'CPR04', reason: 'NHS number: ten digits.' }],
    remarks: [{ position: 9, code: 'CPR06', reason: 'An earlier one is still shown.' }],
  })
  expect(words).toContain('CPF03  file 12: some records were loaded')
  expect(words).toContain('1,000 loaded, 1 failed')
  expect(words).toContain('CPR04  record 7 (P7)\n       NHS number: ten digits.')
  expect(words).toContain('CPR06  record 9\n       An earlier one is still shown.')
})

test('an instant is told in English time, whatever the machine keeps', () => {
  expect(instantWords(new Date('2026-07-31T23:30:00Z'))).toBe('1 August 2026 at 00:30')
})

test('a table is as wide as its widest cells and has no spaces at the end of a line', () => {
  expect(
    table([
      ['a', 'long head'],
      ['wider', 'x'],
    ]),
  ).toBe('a      long head\nwider  x')
})

test('text is wrapped between words, and a word that is too long is left whole', () => {
  expect(wrapped('one two three fourteen-letters five', 9, 2)).toBe(
    '  one two\n  three\n  fourteen-letters\n  five',
  )
})
