import { describe, expect, test } from 'vitest'
import type { CalendarDate } from '../english-time.ts'
import { codeOfFileFault, type UploadFileFault } from './file-faults.ts'
import { FILE_REASONS, fileReasonOf } from './file-reasons.ts'
import { reasonFrom } from './reason.ts'
import { complaintsAbout, gradeOf } from './testing.ts'

/** One or more of every kind; a kind that is forgotten does not compile. */
const FAULTS: Readonly<Record<UploadFileFault['kind'], readonly [string, ...UploadFileFault[]]>> = {
  'not-readable': [
    'Line 7, column 3',
    ...(['malformed', 'encoding', 'document-type', 'wrong-root', 'too-deep', 'too-large'] as const).map(
      problem =>
        ({
          kind: 'not-readable',
          problem,
          line: 7,
          column: 3,
          detail: 'The element is not closed.',
        }) as const,
    ),
  ],
  missing: [
    'line 9',
    { kind: 'missing', field: 'creation time', line: 9 },
    { kind: 'missing', field: 'sender', line: 9 },
  ],
  'bad-value': [
    'line 4',
    { kind: 'bad-value', field: 'creation time', line: 4 },
    { kind: 'bad-value', field: 'sequence number', line: 4 },
    { kind: 'bad-value', field: 'number of records', line: 4 },
    { kind: 'bad-value', field: 'sender', line: 4 },
    { kind: 'bad-value', field: 'authority code', line: 4 },
    { kind: 'bad-value', field: 'authority name', line: 4 },
  ],
  repeated: ['line 5', { kind: 'repeated', field: 'number of records', line: 5 }],
  'duty-phone-missing': [
    'Emergency duty number (line 7): this is missing',
    { kind: 'duty-phone-missing', line: 7 },
  ],
  'duty-phone-repeated': ['more than one', { kind: 'duty-phone-repeated', line: 7 }],
  'phone-without-value': [
    'line 8',
    { kind: 'phone-without-value', phone: 'duty', line: 8 },
    { kind: 'phone-without-value', phone: 'other', line: 8 },
  ],
  'bad-phone': ['line 8', { kind: 'bad-phone', phone: 'duty', line: 8 }],
  'too-many-phones': ['line 7', { kind: 'too-many-phones', line: 7 }],
  'expands-too-far': ['100 times', { kind: 'expands-too-far', most: 100 }],
  'too-many-records': ['at most 5000', { kind: 'too-many-records', most: 5000 }],
  'too-much-work': ['takes longer to read', { kind: 'too-much-work' }],
  'no-record': ['none', { kind: 'no-record' }],
  'wrong-count': ['says 12 and holds 11', { kind: 'wrong-count', announced: 12, found: 11 }],
  'wrong-authority': ['mailbox', { kind: 'wrong-authority' }],
  suspended: ['still shown to clinicians', { kind: 'suspended' }],
  'passed-on': [
    'passed to West Surrey Council and East Surrey Council on 1 April 2027',
    {
      kind: 'passed-on',
      on: '2027-04-01' as CalendarDate,
      to: ['West Surrey Council', 'East Surrey Council'],
    },
  ],
  'sequence-reused': [
    '1 July 2026',
    { kind: 'sequence-reused', earlierCreatedAt: new Date('2026-06-30T23:30:00Z') },
  ],
  'created-in-future': ['24 hours', { kind: 'created-in-future' }],
  'created-too-long-ago': ['more than 90 days ago', { kind: 'created-too-long-ago', most: 90 }],
  'pds-unavailable': ['same sequence number', { kind: 'pds-unavailable' }],
}

const all = Object.values(FAULTS).flatMap(([words, ...faults]) =>
  faults.map(fault => ({ words, fault: fault as UploadFileFault })),
)

describe('rules 3.10, 3.13 and 3.14: every fault of a file says what is wrong, where and what to do', () => {
  test.each(all)('$fault.kind', ({ words, fault }) => {
    expect(fileReasonOf(fault)).toContain(words)
    expect(complaintsAbout(reasonFrom(FILE_REASONS, fault))).toEqual([])
    // A file that is refused is a file to be sent again.
    expect(reasonFrom(FILE_REASONS, fault).remedy).toMatch(/\b[Ss]end\b/)
  })

  test('somebody of ten can read them', () => {
    expect(gradeOf(all.map(({ fault }) => fileReasonOf(fault)).join(' '))).toBeLessThan(5)
  })

  test('no two faults read alike', () => {
    expect(new Set(all.map(({ fault }) => fileReasonOf(fault))).size).toBe(all.length)
  })

  test('only an outage of PDS is CPF05, and everything else CPF01', () => {
    for (const { fault } of all) {
      expect(codeOfFileFault(fault)).toBe(fault.kind === 'pds-unavailable' ? 'CPF05' : 'CPF01')
    }
  })

  test('the number that is meant is named, and the day of the earlier file', () => {
    expect(fileReasonOf({ kind: 'bad-phone', phone: 'duty', line: 8 })).toMatch(/^Emergency duty number /)
    expect(fileReasonOf({ kind: 'bad-phone', phone: 'other', line: 8 })).toMatch(/^Phone number /)
    const earlierCreatedAt = new Date('2026-06-30T23:30:00Z')
    expect(fileReasonOf({ kind: 'sequence-reused', earlierCreatedAt })).toContain(' on 1 July 2026. ')
  })
})
