import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { isSettled } from '../src/sandbox/memory.ts'
import { type Database, openServer } from '../src/storage/open-database.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { nurse } from '../test/support/records.ts'
import { until } from '../test/support/until.ts'
import { benchServer, type Measurement, startServe } from './support.ts'

const AUTHORITIES = 153
/** Children of each authority; England has some 1,500 with a plan in each. */
const CHILDREN = 100
const LOOKS = 20_000
const AUDIT_ENTRIES = 300_000
const ROUNDS = 60
const LIMIT_MS = 100
const LIMIT_BYTES = 50_000

interface Visit {
  readonly what: string
  readonly address: string
  /** Fields of a form; without them the page is only looked at. */
  readonly form?: Readonly<Record<string, string | Blob>>
  /** It is sent in parts, each when it is known. */
  readonly inParts?: true
}

/**
 * Each page of each role, of a service for all of England: how long the server takes, one reader at a time, from the request to the
 * last byte, redirects included, against 100 ms; and how large the page is, and all that a first visit loads, against 50 KB. A list
 * is sent in parts: its time is that of the first, and its last answer, each a look of its own, has no limit.
 */
export async function measurePages(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const service = await startServe(18_480, {
    CPIS_DATABASE_URL: url,
    CPIS_SANDBOX_AUTHORITIES: String(AUTHORITIES),
    CPIS_SANDBOX_CHILDREN: String(CHILDREN),
    CPIS_NOTIFICATION_WINDOW_MS: '0',
  })
  const database = await openServer({ url, maxConnections: 2 })
  try {
    await until(async () => (await isSettled(database)) || undefined, 1_200_000)
    const { numbers, listed, authority, item } = await use(database)
    const [child = ''] = numbers
    const sheets = await styleBytes(service.baseUrl)
    const measurements: Measurement[] = []
    for (const [person, visits] of [
      ['ed-nurse', clinicianVisits(child, listed)],
      [`authority-${authority}`, officerVisits(item)],
      ['operator', operatorVisits(authority, child)],
    ] as const) {
      const reader = await signedIn(service.baseUrl, person)
      for (const visit of visits) measurements.push(...(await measureVisit(reader, visit, sheets)))
    }
    return measurements
  } finally {
    await database.close()
    await service.stop()
    await remove()
  }
}

/** Months of use: looks at the children of one authority, its messages, and an audit log. */
async function use(database: Database) {
  const { kysely } = database
  const { authority } = await kysely
    .selectFrom('plan')
    .select('authority')
    .groupBy('authority')
    .orderBy(sql`count(*)`, 'desc')
    .executeTakeFirstOrThrow()
  const held = await kysely
    .selectFrom('plan')
    .select('nhs_number')
    .distinct()
    .where('authority', '=', authority)
    .where('visible_until', '>', new Date())
    .execute()
  const numbers = held.map(({ nhs_number: number }) => number).slice(0, 100)
  const listed = await kysely.selectFrom('plan').select('nhs_number').distinct().limit(100).execute()
  const author = JSON.stringify(nurse())
  await sql`with looked as (
      insert into access (nhs_number, accessed_at, id, author)
      select (${sql.val(numbers)}::text[])[1 + n % ${numbers.length}], now() - n * interval '6 minutes', gen_random_uuid(), ${author}::jsonb
      from generate_series(1, ${LOOKS}::int) n returning *)
    insert into notification (nhs_number, access_id, authority, accessed_at, author, upload_sequence, message_id)
    select nhs_number, id, ${authority}, accessed_at, author, 1, 'BENCH' from looked`.execute(kysely)
  await sql`insert into audit (id, at, door, action, outcome, author, nhs_number)
    select gen_random_uuid(), now() - n * interval '20 seconds', 'fhir', 'query plans', 'allowed', ${author}::jsonb,
      (${sql.val(numbers)}::text[])[1 + n % ${numbers.length}]
    from generate_series(1, ${AUDIT_ENTRIES}::int) n`.execute(kysely)
  await sql`analyze`.execute(kysely)
  const { id } = await kysely
    .selectFrom('notification')
    .select('id')
    .where('authority', '=', authority)
    .executeTakeFirstOrThrow()
  return { numbers, listed: listed.map(({ nhs_number: number }) => number), authority, item: id }
}

function clinicianVisits(child: string, numbers: readonly string[]): Visit[] {
  return [
    { what: 'sign in', address: '/sign-in' },
    { what: 'check', address: '/check' },
    { what: 'answer, with who has looked', address: '/check', form: { nhsNumber: child } },
    { what: 'check a list', address: '/worklist' },
    {
      what: 'list of 20 people',
      address: '/worklist',
      form: { numbers: numbers.slice(0, 20).join('\n') },
      inParts: true,
    },
    {
      what: 'list of 100 people',
      address: '/worklist',
      form: { numbers: numbers.join('\n') },
      inParts: true,
    },
  ]
}

function officerVisits(item: string): Visit[] {
  return [
    { what: 'today', address: '/desk' },
    { what: 'one thing that came', address: `/desk/items/${item}` },
    { what: 'uploads', address: '/desk/uploads' },
    { what: 'failed records', address: '/desk/failures' },
    { what: 'send a file', address: '/desk/send' },
    { what: 'phone numbers', address: '/desk/phones' },
  ]
}

function operatorVisits(authority: string, number: string): Visit[] {
  return [
    { what: 'overview', address: '/operator' },
    { what: 'authorities of all England', address: '/operator/authorities' },
    { what: 'one authority', address: `/operator/authorities/${authority}` },
    { what: 'clients', address: '/operator/clients' },
    { what: 'to put right', address: '/operator/trouble' },
    { what: 'audit log', address: '/operator/audit' },
    { what: 'what was found, one person', address: '/operator/audit', form: { number } },
    { what: 'what was found, everything', address: '/operator/audit', form: {} },
  ]
}

interface Reader {
  /** The page that a visit ends at, after its redirects. */
  visit(visit: Visit): Promise<{ readonly html: string; readonly firstPartAt: number }>
}

/** Somebody who is signed in, as a browser would keep them. */
export async function signedIn(baseUrl: string, person: string): Promise<Reader> {
  let cookie = ''
  const ask = async (
    address: string,
    fields?: Readonly<Record<string, string | Blob>>,
  ): ReturnType<Reader['visit']> => {
    const response = await fetch(new URL(address, baseUrl), {
      redirect: 'manual',
      headers: { cookie },
      ...(fields && { method: 'POST', body: formOf(fields) }),
    })
    const [set = ''] = response.headers.getSetCookie()
    if (set) cookie = set.split(';')[0] ?? ''
    const firstPartAt = performance.now()
    const html = await response.text()
    const next = response.headers.get('location')
    if (next) return ask(next)
    if (!response.ok) throw new Error(`${address} answered ${response.status}`)
    return { html, firstPartAt }
  }
  const { html: home } = await ask('/sign-in', { person, next: '/' })
  const csrf = /name="csrf" value="([^"]+)"/.exec(home)?.[1] ?? ''
  return { visit: ({ address, form }) => ask(address, form && { csrf, ...form }) }
}

/** A form as a browser sends it: in parts where a file comes with it. */
function formOf(fields: Readonly<Record<string, string | Blob>>): URLSearchParams | FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const texts = [...form].flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return texts.length === Object.keys(fields).length ? new URLSearchParams(texts) : form
}

async function measureVisit(
  reader: Reader,
  visit: Visit,
  sheets: { readonly packed: number },
): Promise<Measurement[]> {
  const times: number[] = []
  const ends: number[] = []
  let html = ''
  // The first rounds find nothing warm and do not count.
  for (let round = -5; round < ROUNDS; round++) {
    const begun = performance.now()
    const { html: page, firstPartAt } = await reader.visit(visit)
    html = page
    if (round < 0) continue
    ends.push(performance.now() - begun)
    times.push(visit.inParts ? firstPartAt - begun : (ends.at(-1) ?? 0))
  }
  const at = (share: number, of = times) =>
    of.toSorted((one, other) => one - other)[Math.floor(of.length * share)] ?? 0
  const bytes = Buffer.byteLength(html)
  const kilobytes = (count: number) => `${(count / 1000).toFixed(1)} KB`
  return [
    {
      what: `${visit.what}: time`,
      value: `median ${at(0.5).toFixed(1)} ms, 95 % within ${at(0.95).toFixed(1)} ms${visit.inParts ? `; last answer: median ${at(0.5, ends).toFixed(0)} ms` : ''}`,
      peer: `its limit: ${LIMIT_MS} ms`,
      ratio: `${(at(0.5) / LIMIT_MS).toFixed(2)}, ${(at(0.95) / LIMIT_MS).toFixed(2)}`,
    },
    {
      what: `${visit.what}: size`,
      value: `${kilobytes(bytes)}, first visit ${kilobytes(bytes + sheets.packed)}, gzip would be ${kilobytes(gzipSync(html).length)}`,
      peer: `its limit: ${kilobytes(LIMIT_BYTES)}`,
      ratio: `${(bytes / LIMIT_BYTES).toFixed(2)}, ${((bytes + sheets.packed) / LIMIT_BYTES).toFixed(2)}`,
    },
  ]
}

/** What the style sheets weigh as they are sent. */
async function styleBytes(baseUrl: string) {
  const html = await (await fetch(new URL('/sign-in', baseUrl))).text()
  let packed = 0
  for (const [, address = ''] of html.matchAll(/rel="stylesheet" href="([^"]+)"/g)) {
    const sheet = await fetch(new URL(address, baseUrl))
    packed += gzipSync(await sheet.text()).length
  }
  return { packed }
}
