import type { CalendarDate } from '../english-time.ts'
import type { UploadFileFault } from './file-faults.ts'
import type { RecordFault } from './record-faults.ts'

/** Of every kind of fault of a record its code and one or more examples; a kind that is forgotten does not compile. */
export const RECORD_FAULTS: Readonly<Record<RecordFault['kind'], readonly [string, ...RecordFault[]]>> = {
  'nhs-number-unknown': ['CPR01', { kind: 'nhs-number-unknown' }],
  invalidated: ['CPR01', { kind: 'invalidated' }],
  sensitive: ['CPR02', { kind: 'sensitive' }],
  'different-person': [
    'CPR03',
    { kind: 'different-person', items: ['given name'] },
    { kind: 'different-person', items: ['family name', 'given name'] },
    { kind: 'different-person', items: ['date of birth', 'family name', 'given name'] },
  ],
  'possible-match': [
    'CPR03',
    { kind: 'possible-match', items: ['given name'] },
    { kind: 'possible-match', items: ['date of birth', 'given name'] },
  ],
  'nhs-number-format': ['CPR04', { kind: 'nhs-number-format' }],
  'other-nation': [
    'CPR04',
    { kind: 'other-nation', nation: 'scotland' },
    { kind: 'other-nation', nation: 'northern-ireland' },
  ],
  superseded: ['CPR05', { kind: 'superseded' }],
  missing: [
    'CPR07',
    { kind: 'missing', field: 'subject' },
    { kind: 'missing', field: 'NHS number' },
    { kind: 'missing', field: 'plan end date' },
  ],
  'bad-birth-date': ['CPR07', { kind: 'bad-birth-date' }],
  'bad-plan-date': ['CPR07', { kind: 'bad-plan-date', plan: 'LAC', which: 'delete' }],
  'end-before-start': ['CPR07', { kind: 'end-before-start', plan: 'CPP' }],
  'start-too-old': ['CPR07', { kind: 'start-too-old', plan: 'UCPP' }],
  'starts-as-adult': ['CPR07', { kind: 'starts-as-adult', plan: 'LAC' }],
  'starts-after-death': ['CPR07', { kind: 'starts-after-death', plan: 'CPP' }],
  'wrong-subject': ['CPR07', { kind: 'wrong-subject', plan: 'UCPP' }, { kind: 'wrong-subject', plan: 'LAC' }],
  unreadable: ['CPR07', { kind: 'unreadable', part: 'plan' }, { kind: 'unreadable', part: 'subject' }],
  'too-many-plans': ['CPR07', { kind: 'too-many-plans' }],
  'two-people': ['CPR07', { kind: 'two-people' }],
  'plan-already-in-file': ['CPR07', { kind: 'plan-already-in-file', plan: 'CPP' }],
  'delete-of-unknown-plan': ['CPR07', { kind: 'delete-of-unknown-plan', plan: 'CPP' }],
  'passed-on': [
    'CPR07',
    { kind: 'passed-on', on: '2027-04-01' as CalendarDate, to: ['West Surrey Council'] },
  ],
}

/** Of every kind of fault of a file what its reason says and one or more examples; a kind that is forgotten does not compile. */
export const FILE_FAULTS: Readonly<Record<UploadFileFault['kind'], readonly [string, ...UploadFileFault[]]>> =
  {
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
