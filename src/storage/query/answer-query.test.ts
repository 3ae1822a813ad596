import { beforeAll, expect, test } from 'vitest'
import { describeOnEachEngine } from '../../../test/support/engines.ts'
import { ANSWER_QUERY } from './query-store.ts'

/** What a database that spreads people over many machines asks of the hot path and of its tables (`docs/architecture.md`). */
describeOnEachEngine('the query, fit to be spread over machines by person', database => {
  let body: string
  const ask = <Row>(text: string) => database().statement<Row>(text, text, [])

  beforeAll(async () => {
    const [row] = await ask<{ text: string }>(
      `select prosrc as text from pg_proc where proname = 'answer_query'`,
    )
    body = (row?.text ?? '').replaceAll(/--.*$/gm, '').replaceAll(/\s+/g, ' ')
    expect(body).toContain('insert into audit')
  })

  test('the person leads every key of what is held about people', async () => {
    const rows = await ask<{ name: string; first: string }>(`
      select c.relname as name, a.attname as first
      from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where i.indisunique and c.relname in ('plan', 'access', 'last_listed')`)
    expect(rows.map(({ name }) => name).sort()).toEqual(['access', 'last_listed', 'plan'])
    expect(new Set(rows.map(({ first }) => first))).toEqual(new Set(['person']))
  })

  test('one call, led by the number as all that is read beside it, with nothing but parameters', () => {
    expect(ANSWER_QUERY.replaceAll(/\s+/g, ' ').trim()).toMatch(
      /^select q\.\*, n\.person from answer_query\(\$1, (\$\d+(, )?)+\) q left join person_number n on n\.nhs_number = \$1$/,
    )
  })

  test('nothing is written within WITH', () => {
    expect(body).not.toMatch(/\bwith\b/i)
  })

  test('plans are read once, and every statement about people names the person', () => {
    expect(body.match(/from plan\b/g)).toHaveLength(1)
    const reads = body.match(/(?:from|join) (?:plan|access|last_listed) \w+ where [^;)]*/g) ?? []
    expect(reads.map(read => /where \w+\.person = who\b/.test(read))).toEqual([true, true])
    expect(body).not.toMatch(/(?:update|delete from) (?:plan|access|last_listed)/)
    for (const [statement] of body.matchAll(/insert into (?:access|last_listed)[^;]*;/g))
      expect(statement).toMatch(/\(person, .*(?:values|select) ?\(?who, /)
    for (const [statement] of body.matchAll(/from person_number \w+ where [^;)]*/g))
      expect(statement).toMatch(/where \w+\.(?:nhs_number = p_number|person = n\.person)/)
  })

  test('conditions on conflict name columns and variables only', () => {
    const conditions = [
      ...body.matchAll(/on conflict \([^)]*\) do update set [^;]*? where ([^;]*?) returning/g),
    ]
    expect(conditions).toHaveLength(1)
    for (const [, condition = ''] of conditions)
      expect(condition).toMatch(/^(?:held\.\w+ [<>=]+ \w+(?: or )?)+$/)
  })
})
