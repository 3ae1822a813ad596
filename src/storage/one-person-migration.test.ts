import { readdirSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServerDatabase } from '../../test/support/engines.ts'
import { freshNhsNumber, nurse, queryFor } from '../../test/support/records.ts'
import { describeOn, ENGINES, TEST_SERVER } from '../../test/support/suite.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { embeddedTemplate } from './embedded-template.ts'
import { type Database, openEmbedded, openServer } from './open-database.ts'
import { checkDerived } from './person/real-person.testing.ts'
import { queryStore } from './query/query-store.ts'

const NOON = new Date('2026-06-15T12:00:00Z')

/** Takes the steps of the schema one by one, as versions before took them. */
async function takeSteps(kysely: Database['kysely'], wanted: (nth: number) => boolean): Promise<void> {
  const steps = new URL('./migrations/', import.meta.url)
  for (const name of readdirSync(steps).sort()) {
    const { up } = (await import(new URL(name, steps).href)) as { up: (db: Kysely<unknown>) => Promise<void> }
    if (!wanted(Number(name.slice(0, 4)))) continue
    await kysely.transaction().execute(trx => up(trx as unknown as Kysely<unknown>))
  }
}

describeOn(ENGINES, 'a database of the last version, migrated to people (step 0019)', engine => {
  let database: Database
  let remove: () => Promise<void>

  beforeEach(async () => {
    if (engine === 'embedded') {
      database = await openEmbedded({ template: await embeddedTemplate() })
      remove = async () => undefined
    } else {
      const place = await createServerDatabase(TEST_SERVER ?? '')
      database = await openServer({ url: place.url, maxConnections: 2 })
      remove = place.remove
    }
    await takeSteps(database.kysely, nth => nth < 19)
    for (const code of ['801', '802'])
      await run`insert into authority (ods_code, name, mailbox_id, duty_phone) values (${code}, ${code}, ${`MB${code}`}, '1')`
  })
  afterEach(async () => {
    await database.close()
    await remove()
  })

  const run = (strings: TemplateStringsArray, ...values: unknown[]) =>
    sql(strings, ...values).execute(database.kysely)
  const plan = (number: NhsNumber, authority: string, type = 'CPP', silent = false) => run`
    insert into plan (nhs_number, authority, plan_type, start_time, given, family, birth_date, visible_until, ever_loaded, silent,
      written_created_at, written_sequence, written_received_at)
    values (${number}, ${authority}, ${type}, '202601010000', 'Pippin', 'Applecore', '2019-05-01', '2037-05-01', true, ${silent},
      ${NOON}, 1, ${NOON})`
  const access = (number: NhsNumber, at = NOON) => run`
    insert into access (nhs_number, accessed_at, id, author) values (${number}, ${at}, gen_random_uuid(), ${JSON.stringify(nurse())}::jsonb)`
  const migrated = () => takeSteps(database.kysely, nth => nth >= 19)
  const found = async (nhsNumber: NhsNumber, silent = true) => {
    const answer = await queryStore(database.statement).answer(
      queryFor({ at: NOON, nhsNumber, access: silent ? 'scheduled' : 'unscheduled' }),
    )
    if (answer.kind !== 'answered') throw new Error(answer.kind)
    return {
      plans: answer.plans.map(({ nhsNumber: number, type }) => `${number} ${type}`).sort(),
      accesses: answer.accesses.length,
    }
  }

  test('plans and accesses are found by every number of a chain, also where its links had been lost', async () => {
    const [first, second, third] = [freshNhsNumber(), freshNhsNumber(), freshNhsNumber()]
    await plan(first, '801')
    await plan(third, '802')
    await access(second)
    await run`insert into replaced_number values (${first}, ${second}), (${second}, ${third})`
    await run`insert into number_check (nhs_number, checked_at) values (${first}, ${NOON}), (${third}, ${NOON})`
    // The pairs of the first number were deleted by the daily look at the third.
    await run`insert into same_person values (${second}, ${third}), (${third}, ${second})`
    await migrated()
    const all = { plans: [`${first} CPP`, `${third} CPP`].sort(), accesses: 1 }
    for (const number of [first, second, third]) expect(await found(number)).toEqual(all)
    await checkDerived(database, [first, second, third], new Date())
  })

  test('what had fallen silent is judged by plan: what is not held under the new number is found again', async () => {
    const [old, current] = [freshNhsNumber(), freshNhsNumber()]
    await plan(old, '801', 'CPP', true)
    await plan(old, '801', 'LAC', true)
    await plan(current, '801', 'LAC')
    await run`insert into replaced_number values (${old}, ${current})`
    await migrated()
    for (const number of [old, current])
      expect((await found(number)).plans).toEqual([`${old} CPP`, `${current} LAC`].sort())
  })

  test('a ring of replacements has an end, and a pair that nothing explains is asked about first', async () => {
    const [one, two, three, stray, other] = Array.from({ length: 5 }, freshNhsNumber)
    if (!one || !two || !three || !stray || !other) throw new Error('Five numbers were made')
    for (const number of [one, three, stray]) await plan(number, '801')
    await plan(other, '802')
    await run`insert into replaced_number values (${one}, ${two}), (${two}, ${three}), (${three}, ${one})`
    await run`insert into same_person values (${stray}, ${other}), (${other}, ${stray})`
    await run`insert into number_check (nhs_number, checked_at) values (${stray}, ${NOON})`
    await migrated()
    for (const number of [one, two, three]) expect((await found(number)).plans).toHaveLength(1)
    expect((await found(stray)).plans).toEqual([`${stray} CPP`])
    const { rows } =
      await run`select nhs_number from person_number where due_at = 'epoch' order by nhs_number`
    expect(rows).toEqual([stray, other].sort().map(nhs_number => ({ nhs_number })))
  })

  test('an author who was listed is not listed again within the day, and notices that wait are told', async () => {
    const child = freshNhsNumber()
    const now = new Date()
    await plan(child, '801')
    await access(child, new Date(now.getTime() - 3_600_000))
    await run`insert into number_change (nhs_number, authority, replacement, noticed_at, upload_sequence)
      values (${child}, '801', '', ${NOON}, 1), (${child}, '801', 'x', ${new Date(0)}, 1)`
    await migrated()
    const query = queryFor({ at: now, nhsNumber: child })
    const answer = await queryStore(database.statement).answer(query)
    expect(answer.kind === 'answered' && answer.accesses).toHaveLength(1)
    const { rows } = await run`select replacement from number_change order by version`
    expect(rows).toEqual([{ replacement: 'x' }, { replacement: '' }])
    const state = await run`select state from person_number`
    expect(state.rows).toEqual([{ state: 'invalid' }])
  })
})
