import autocannon from 'autocannon'
import { nhsCheckDigit } from '../src/domain/nhs-number.ts'
import { migrate } from '../src/storage/migrate.ts'
import { openServer } from '../src/storage/open-database.ts'
import { ANSWER_QUERY } from '../src/storage/query/query-store.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { startIssuer } from '../test/support/issuer.ts'
import { benchServer, type Measurement, pgbench, pgbenchAuthor, rate, startServe } from './support.ts'

const CLIENTS = 16
const SECONDS = 10
const PEOPLE = 100_000

/**
 * Queries through the FHIR API, found and unscheduled (an access, a notification and an audit entry each, durable) and not
 * found, against pgbench running the very same statement with as many clients on the same server. What the API adds, HTTP,
 * the token, validation and FHIR, shares the processors with the database.
 */
export async function measureQueries(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const issuer = await startIssuer()
  try {
    await makePeople(url)
    const service = await startServe(18080, {
      CPIS_DATABASE_URL: url,
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
      CPIS_SANDBOX_CHILDREN: '10',
    })
    try {
      const token = await issuer.token('000000000001')
      const measurements: Measurement[] = []
      for (const held of [true, false]) {
        const peer = askByStatement(url, held)
        const ours = await askByFhir(service.baseUrl, token, held)
        measurements.push({
          what: held ? 'query, found, unscheduled, durable' : 'query, not found',
          value: rate(ours, 'queries'),
          peer: `pgbench, same statement, ${CLIENTS} clients: ${rate(peer, 'statements')}`,
          ratio: (ours / peer).toFixed(2),
        })
      }
      return measurements
    } finally {
      await service.stop()
    }
  } finally {
    await issuer.close()
    await remove()
  }
}

/** Numbers with a plan for the API, valid ones, and for pgbench, whose arithmetic makes no check digits. */
export async function makePeople(url: string): Promise<void> {
  const database = await openServer({ url, maxConnections: 2 })
  await migrate(database.kysely)
  await database.statement(
    'authority',
    `insert into authority (ods_code, name, mailbox_id, duty_phone) values ('B0001', 'BENCH COUNCIL', 'BENCH', '01632960000')`,
    [],
  )
  // PDS was asked of each a moment ago, also of those under which nothing is held.
  for (const numbers of [validNumbers(true), pgbenchNumbers(8), validNumbers(false), pgbenchNumbers(7)]) {
    await database.statement(
      'numbers',
      `insert into person_number (nhs_number, person, state, version, looked_at, due_at)
       select number, number, 'live', 1, now(), now() + interval '24 hours' from jsonb_array_elements_text($1::jsonb) as number`,
      [JSON.stringify(numbers)],
    )
  }
  for (const numbers of [validNumbers(true), pgbenchNumbers(8)]) {
    await database.statement(
      'plans',
      `insert into plan (person, nhs_number, authority, plan_type, start_time, given, family, birth_date, visible_until, ever_loaded,
         written_created_at, written_sequence, written_received_at)
       select number, number, 'B0001', 'CPP', '202601010000', 'Bench', 'Testcase', '2019-01-01', '2100-01-01', true, now(), 1, now()
       from jsonb_array_elements_text($1::jsonb) as number`,
      [JSON.stringify(numbers)],
    )
  }
  await database.statement('analyze', 'analyze', [])
  await database.close()
}

/** Numbers of two halves of the 999 range: one half has plans, the other has none. */
export function validNumbers(held: boolean): string[] {
  const first = held ? 0 : 500_000
  return Array.from({ length: PEOPLE }, (_, index) => `999${String(first + index).padStart(6, '0')}`).flatMap(
    nine => {
      const check = nhsCheckDigit(nine)
      return check === undefined ? [] : [`${nine}${check}`]
    },
  )
}

/** Ten digits that begin with one: those with 8 have plans, those with 7 none. */
function pgbenchNumbers(first: 7 | 8): string[] {
  return Array.from({ length: PEOPLE }, (_, index) => String(first * 1_000_000_000 + index))
}

function askByStatement(url: string, held: boolean): number {
  return pgbench(url, askingScript(held), CLIENTS, SECONDS)
}

/** A script of pgbench that asks about somebody with a plan, or without one. */
export function askingScript(held: boolean): string {
  const values: Record<string, string> = {
    1: ':number::text',
    2: 'gen_random_uuid()',
    3: 'true',
    4: 'now()',
    5: `'${pgbenchAuthor()}'`,
    6: "'person:000000000001'",
    7: 'gen_random_uuid()',
    8: "'fhir'",
    9: "'query plans'",
    10: "'00000000-0000-4000-8000-000000000000'",
    11: `'{"access":"unscheduled"}'`,
    12: 'true',
    13: "now() - interval '24 hours'",
    14: 'null',
  }
  const statement = ANSWER_QUERY.replace(/\$(\d+)/g, (_, index: string) => values[index] ?? '')
  const first = held ? 8_000_000_000 : 7_000_000_000
  return `\\set number random(${first}, ${first + PEOPLE - 1})\n${statement};\n`
}

async function askByFhir(baseUrl: string, token: string, held: boolean): Promise<number> {
  const numbers = validNumbers(held)
  let next = 0
  const result = await autocannon({
    url: baseUrl,
    connections: CLIENTS,
    duration: SECONDS,
    headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json' },
    requests: [
      {
        setupRequest: request => {
          const number = numbers[next++ % numbers.length]
          return {
            ...request,
            path: `/cpis/FHIR/R4/CareTeam?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C${number}`,
          }
        },
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx + result.errors} queries were not answered`)
  return result.requests.total / result.duration
}
