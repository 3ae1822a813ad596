import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import {
  KEPT_ELSEWHERE,
  PERIODS,
  PERSONAL_DATA,
  RETAINED_KINDS,
  retentionTable,
} from '../../domain/retention/personal-data.ts'
import { retentionConfig, retentionSettings } from '../../main/retention-config.ts'
import { RETAINED_TABLES } from './retained-tables.ts'

/** What a column may be called that holds something of a person, or may: also whatever holds bytes or a document. */
const MAY_BE_OF_A_PERSON =
  /nhs_number|person|given|family|birth|name|author(?!ity)|actor|\bby\b|_by$|local_id|text|sent|label|details|description|reason|subject|fault|content|bytes|payload|phone|number|replacement|contact|why|note|value|password|member|trace/

/** Tables without personal data. Each column that sounds otherwise is named, with what it holds. */
const NOBODY_IN_IT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accepted_gaps: {},
  audit_checkpoint: { note: 'a signed tree head: hashes' },
  audit_leaf: {},
  audit_part: {},
  audit_tree: {},
  audit_waiting: {},
  authority: {
    name: 'of the authority',
    duty_phone: 'of the authority',
    office_phone: 'of the authority',
    suspended_why: "an operator's words about an authority",
  },
  bank_holiday: { title: 'of a holiday', notes: 'of a holiday' },
  client_system: {
    organisation_name: 'of an organisation',
    contract: 'addresses and times',
    certificate: 'a hash',
  },
  concern: { subject: 'a workflow', details: 'counts, codes and sequence numbers (rule 16.1)' },
  confirmed_phones: { duty_phone: 'of the authority', office_phone: 'of the authority' },
  desk_sequence: {},
  hour_count: {},
  inbox_order: {},
  legal_hold_lock: {},
  mailbox: { name: 'of an organisation', password: 'of a mailbox' },
  number_feed: {},
  organisation: { name: 'of an organisation' },
  outside_mailbox: { fault: 'a code', fault_since: 'an instant' },
  register_lock: {},
  removed_plan_count: {},
  retention_pass: {
    after: 'the key of the last row of a step, until the pass is over',
    counts: 'counts',
    found: 'counts',
  },
  sandbox_memory: {
    name: 'of what the sandbox remembers',
    value: 'of the sandbox, in which everybody is made up',
  },
  spent_token: {},
  succession: {
    default_successor: 'the code of an authority',
    planned_by: 'an operator',
    waits_for: 'the code of an authority, and its stage',
  },
  test_upload: {},
  upload_attempt: { reason: 'a code' },
  watch_round: { next_by: 'an instant' },
  workflow: { description: 'of a workflow' },
  workflow_member: { may: 'send or receive' },
}

/** Of these tables the job removes some columns only: each other column is accounted for in the same way. */
const REMOVED_IN_PART: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  upload: { acknowledgement_payload_id: 'what is removed' },
}

/** What kysely and the job queue keep. */
const NOT_OURS = /^(kysely_|pgboss)/

describeOnEachEngine('personal data', database => {
  const columns = async () => {
    const { rows } = await sql<{ table: string; column: string; type: string }>`
      select c.table_name as "table", c.column_name as "column", c.data_type as type
      from information_schema.columns c
      join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' order by 1, c.ordinal_position`.execute(
      database().kysely,
    )
    return rows.filter(({ table }) => !NOT_OURS.test(table))
  }
  const kept = [...Object.values(PERSONAL_DATA), ...KEPT_ELSEWHERE].flatMap(({ tables }) => tables)

  test('every table has its kind and period, or is known to have nobody in it (rule 23.1)', async () => {
    const tables = [...new Set((await columns()).map(({ table }) => table))]
    expect(tables.length).toBeGreaterThan(40)
    expect(tables.filter(table => !kept.includes(table) && !(table in NOBODY_IN_IT))).toEqual([])
    expect(kept.filter(table => table in NOBODY_IN_IT || !tables.includes(table))).toEqual([])
    expect(Object.keys(NOBODY_IN_IT).filter(table => !tables.includes(table))).toEqual([])
    expect(kept).toHaveLength(new Set(kept).size)
  })

  test('where rows are not removed whole, each column that sounds like a person, or can hold anything, is accounted for (rule 23.1)', async () => {
    const open = (await columns())
      .filter(({ table }) => !kept.includes(table) || table in REMOVED_IN_PART)
      .filter(({ column, type }) => MAY_BE_OF_A_PERSON.test(column) || ['jsonb', 'json'].includes(type))
      .filter(({ table, column }) => !{ ...NOBODY_IN_IT, ...REMOVED_IN_PART }[table]?.[column])
      .map(({ table, column }) => `${table}.${column}`)
    expect(open).toEqual([])
  })

  test('the job goes through each table of its kinds in the order of its whole primary key (rules 23.1 and 23.9)', async () => {
    const { rows } = await sql<{ table: string; key: string[] }>`
      select c.conrelid::regclass::text as "table", array_agg(a.attname::text order by k.nth) as key
      from pg_constraint c cross join unnest(c.conkey) with ordinality k (attnum, nth)
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
      where c.contype = 'p' group by 1`.execute(database().kysely)
    const keys = new Map(rows.map(({ table, key }) => [table, key]))
    for (const kind of RETAINED_KINDS) {
      expect(RETAINED_TABLES[kind].map(({ table }) => table)).toEqual(PERSONAL_DATA[kind].tables)
      for (const { table, key } of RETAINED_TABLES[kind])
        expect([table, key.map(({ column }) => column)]).toEqual([table, keys.get(table)])
    }
  })
})

test('the periods of the table are those of the settings (rule 23.1)', () => {
  const usual = retentionConfig(z.object(retentionSettings).parse({}))
  for (const [name, { setting, days }] of Object.entries(PERIODS)) {
    expect(Object.keys(retentionSettings)).toContain(setting)
    expect([name, usual.days[name as keyof typeof usual.days]]).toEqual([name, days])
    const changed = retentionConfig(
      z.object(retentionSettings).parse({ [setting]: setting === 'CPIS_KEEP_FILES_DAYS' ? '30' : '1000' }),
    )
    expect(changed.days[name as keyof typeof usual.days]).toBe(setting === 'CPIS_KEEP_FILES_DAYS' ? 30 : 1000)
  }
})

test('docs/retention.md has the table as the code has it (rule 23.1)', () => {
  const page = readFileSync(new URL('../../../docs/retention.md', import.meta.url), 'utf8')
  expect(page).toContain(retentionTable())
})
