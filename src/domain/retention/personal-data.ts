/** The periods that can be set, by the name of their settings (`main/retention-config.ts`). */
export type PeriodName = 'plans' | 'accesses' | 'notifications' | 'refused' | 'files' | 'decisions'

/** The setting of each period, and its usual length (days). */
export const PERIODS: Readonly<Record<PeriodName, { readonly setting: string; readonly days: number }>> = {
  plans: { setting: 'CPIS_KEEP_PLANS_DAYS', days: 730 },
  accesses: { setting: 'CPIS_KEEP_ACCESSES_DAYS', days: 730 },
  notifications: { setting: 'CPIS_KEEP_NOTIFICATIONS_DAYS', days: 730 },
  refused: { setting: 'CPIS_KEEP_REFUSED_DAYS', days: 90 },
  files: { setting: 'CPIS_KEEP_FILES_DAYS', days: 90 },
  decisions: { setting: 'CPIS_KEEP_DECISIONS_DAYS', days: 730 },
}

/** The kinds of personal data that the retention job removes, in the order in which their passes begin. */
export const RETAINED_KINDS = [
  'file-records',
  'refused-people',
  'acknowledgements',
  'plans',
  'accesses',
  'listed-lately',
  'notifications',
  'people-differ',
  'match-decisions',
  'numbers',
] as const
export type RetainedKind = (typeof RETAINED_KINDS)[number]

/** How long rows of a kind are kept, from the event that is named with them: a setting, or days that no setting changes. */
export type Period = { readonly set: PeriodName } | { readonly days: number; readonly because: string }

/** One kind of personal data that the retention job removes (rule 23.1). */
export interface PersonalData {
  /** What it is, for people. */
  readonly words: string
  readonly tables: readonly string[]
  /** The event from which the period counts. */
  readonly from: string
  readonly period: Period
  readonly source: string
}

/** Every kind that the job removes, once. */
export const PERSONAL_DATA: Readonly<Record<RetainedKind, PersonalData>> = {
  'file-records': {
    words: 'records of files',
    tables: ['upload_record', 'upload_plan'],
    from: 'the acknowledgement of the file; of a refused record, once its person is no longer refused and a newer file has been applied',
    period: { days: 0, because: 'nothing reads them later' },
    source: '23.2',
  },
  'refused-people': {
    words: 'people whose records are refused',
    tables: ['failing_record'],
    from: 'the last file that carried them, once the authority sends all it holds and no longer carries them; while they are refused they are kept',
    period: { set: 'refused' },
    source: '23.2',
  },
  acknowledgements: {
    words: 'acknowledgements of files, kept for files that are sent again',
    tables: ['upload'],
    from: 'a day after the creation of the file',
    period: { set: 'files' },
    source: '23.3',
  },
  plans: {
    words: 'plans, what was taken back of plans, and to whom single plans passed',
    tables: ['plan', 'plan_taken_back', 'succession_plan'],
    from: 'the latest of: the plan is no longer visible, it was deleted or taken back, a file carried it',
    period: { set: 'plans' },
    source: '23.5',
  },
  accesses: {
    words: 'accesses',
    tables: ['access'],
    from: 'the access, or the last day on which a plan of the person was visible, whichever is later',
    period: { set: 'accesses' },
    source: '23.6',
  },
  'listed-lately': {
    words: 'who was listed in the last 24 hours',
    tables: ['last_listed'],
    from: 'the access',
    period: { days: 2, because: 'rule 5.6 counts 24 hours' },
    source: '23.6',
  },
  notifications: {
    words: 'notifications, missed appointments, number changes, and what officers did with them',
    tables: [
      'missed_appointment_alert',
      'notification',
      'number_change',
      'missed_appointment',
      'missed_appointment_name',
      'desk_step',
    ],
    from: 'the acknowledgement on the notifications page, or the notification where the authority collected it from its mailbox; before that they are kept',
    period: { set: 'notifications' },
    source: '23.8',
  },
  'people-differ': {
    words: 'people whom PDS holds otherwise than their authority',
    tables: ['held_person_fault'],
    from: 'the last day on which a plan of the person was visible',
    period: { days: 0, because: 'it is said of visible plans only' },
    source: '23.5',
  },
  'match-decisions': {
    words: 'decisions about possible matches and about plans to check',
    tables: ['match_decision', 'confirmed_plan'],
    from: 'the decision, once the authority neither holds a plan of the person nor has a refused record of them',
    period: { set: 'decisions' },
    source: '23.5',
  },
  numbers: {
    words: 'NHS numbers, and which replaced which',
    tables: ['person_number'],
    from: 'the last check in PDS, once nothing is held under any number of the person',
    period: { days: 1, because: 'as rule 14.7' },
    source: '23.7',
  },
}

/** Personal data that something else removes, or that have their period by another rule. */
export const KEPT_ELSEWHERE: readonly (Omit<PersonalData, 'period'> & { readonly period: string })[] = [
  {
    words: 'messages and their content',
    tables: ['message', 'payload_chunk', 'payload_piece', 'outside_arrival', 'outside_dispatch'],
    from: 'the message was sent; one that still waits is kept',
    period: '30 days',
    source: '7.8',
  },
  {
    words: 'answers that are posted later',
    tables: ['asynchronous_answer'],
    from: 'the query',
    period: 'the time of the contract, or 24 hours where the system did not take it',
    source: '13.5, 13.6',
  },
  {
    words: 'ids of queries that came by SOAP, with a digest of each',
    tables: ['query_message'],
    from: 'the query',
    period: '25 hours',
    source: '11.9',
  },
  {
    words: 'tables that officers send on a page',
    tables: ['desk_draft'],
    from: 'the table was sent',
    period: '24 hours',
    source: '21.14',
  },
  {
    words: 'legal holds',
    tables: ['legal_hold'],
    from: 'the hold',
    period: 'until it is released',
    source: '23.10',
  },
  {
    words: 'the audit log',
    tables: ['audit'],
    from: 'the entry',
    period: 'for ever: nobody can delete an entry',
    source: '8.1',
  },
]

/** The length of a period in words: `730 days`, or `none`. */
export function periodWords(days: number): string {
  if (days === 0) return 'none'
  return `${days} ${days === 1 ? 'day' : 'days'}`
}

/** The usual length of the period of a kind (days). */
export function usualDays({ period }: Pick<PersonalData, 'period'>): number {
  return 'set' in period ? PERIODS[period.set].days : period.days
}

/** The length of the period of a kind (days) as it is set. */
export function daysOf(kind: RetainedKind, set: Readonly<Record<PeriodName, number>>): number {
  const { period } = PERSONAL_DATA[kind]
  return 'set' in period ? set[period.set] : period.days
}

/** The table of docs/retention.md. */
export function retentionTable(): string {
  const rows = [
    ...Object.values(PERSONAL_DATA).map(kind => {
      const { period } = kind
      const length =
        'set' in period
          ? `${periodWords(usualDays(kind))} (\`${PERIODS[period.set].setting}\`)`
          : `${periodWords(period.days)} (${period.because})`
      return { ...kind, period: length }
    }),
    ...KEPT_ELSEWHERE,
  ].map(({ words, tables, from, period, source }) =>
    [capital(words), tables.map(table => `\`${table}\``).join(', '), period, capital(from), source].join(
      ' | ',
    ),
  )
  return [
    '| What | Tables | Period | Counts from | Rule |',
    '|---|---|---|---|---|',
    ...rows.map(row => `| ${row} |`),
  ].join('\n')
}

/** With a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
