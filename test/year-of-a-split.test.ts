import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import { fhirClient } from '../src/client/index.ts'
import type { RecordAsSent } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import type { SandboxAuthority } from '../src/sandbox/authorities.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { startPds, type TestPds } from './support/pds.ts'
import { freshNhsNumber } from './support/records.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { until } from './support/until.ts'

const START = '202509010900'
const CHILDREN = ['Wren', 'Linnet', 'Robin', 'Martin'] as const

/** The year in which a council is dissolved and two take its place, through the real interfaces and `cpis`. */
describeJourney('the year in which a council splits', engine => {
  let place: Place
  let issuer: TestIssuer
  let pds: TestPds
  let running: RunningService
  let settings: Record<string, string>
  let directory: string
  let old: Council
  let west: Council
  let east: Council
  let nurses = 0

  interface Council {
    readonly authority: SandboxAuthority
    readonly desk: AuthorityDesk
    readonly phone: string
    last: number
  }

  /** Two of them the file gives to the west, one to the east, and of one it says nothing. */
  const numbers: readonly string[] = CHILDREN.map(() => freshNhsNumber())
  const [wren = '', linnet = '', robin = '', martin = ''] = numbers

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2027-02-01T10:00:00Z') })
    directory = mkdtempSync(join(tmpdir(), 'cpis-split-'))
    place = await makePlace(engine)
    issuer = await startIssuer()
    pds = await startPds()
    running = await startIn(place, {
      // A thread would not see the time of this test.
      CPIS_WORK_THREAD: 'no',
      CPIS_SANDBOX_AUTHORITIES: '3',
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_NOTIFICATION_WINDOW_MS: '0',
      CPIS_PDS_URL: pds.url,
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
    })
    const { port, adminPort } = running.service.config
    settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
    const councils: Council[] = []
    for (const [index, authority] of (running.service.sandbox?.authorities ?? []).entries())
      councils.push({
        authority,
        desk: await openDesk(running.service, authority),
        phone: `0163296000${index + 1}`,
        last: 0,
      })
    const [one, two, three] = councils
    if (!one || !two || !three) throw new Error('The sandbox has three authorities')
    ;[old, west, east] = [one, two, three]
    CHILDREN.forEach((given, index) => {
      pds.says.set(numbers[index] ?? '', { given, family: 'Testcase', birthDate: '2020-05-05' })
    })
  })
  afterAll(async () => {
    await running.stop()
    await pds.close()
    await issuer.close()
    await place.remove()
    rmSync(directory, { recursive: true })
    vi.useRealTimers()
  })

  const on = (day: string) => vi.setSystemTime(new Date(`${day}T10:00:00Z`))
  const cpis = (...args: string[]) => runCli(args, { variables: settings })
  const codeOf = ({ authority }: Council) => authority.odsCode

  /** The council uploads plans; answers the codes of the acknowledgement. */
  const upload = async (
    council: Council,
    plans: readonly { number: string; start?: string; end?: string; localId?: string }[],
  ) => {
    const { odsCode, name } = council.authority
    const header = {
      createdAt: new Date(),
      sequence: ++council.last,
      recordCount: plans.length,
      authority: { odsCode, name, dutyPhone: council.phone },
    }
    const records = plans.map(({ number, start = START, end, localId }, index): RecordAsSent => {
      const given = CHILDREN[numbers.indexOf(number)] ?? ''
      const subject = { nhsNumber: number, localId: localId ?? `O-${given}`, birthTime: '20200505', given }
      return {
        position: index + 1,
        plans: [{ type: 'CPP', start, ...(end !== undefined && { end }) }],
        subjects: [{ kind: 'child', family: 'Testcase', ...subject }],
      }
    })
    const acknowledged = await council.desk.upload(await collected(writeUpload(header, records)))
    return [acknowledged.fileCode, ...acknowledged.verdicts.map(({ code }) => code)]
  }

  /** What a nurse whom nobody has seen before is shown: authority, number to ring, start. */
  const look = async (number: string, unscheduled = false) => {
    const token = () => issuer.token(String(++nurses).padStart(12, '0'), [unscheduled ? 'B0107' : 'B0170'])
    const client = fhirClient({ baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`, token })
    const outcome = await client.careTeams(number, { unscheduled })
    if (outcome.kind !== 'held') return [outcome.kind]
    return outcome.plans.map(
      ({ authority, start }) => `${authority.name} | ${authority.dutyPhone} | ${(start ?? '').slice(0, 10)}`,
    )
  }
  const both = ({ authority: { name } }: Council) => `${name} (until 31 March 2027 ${old.authority.name})`

  const file = () => {
    const path = join(directory, 'hand-over.csv')
    const row = (number: string, to: Council, localId: string) =>
      `${number},CPP,01/09/2025,${localId},${codeOf(to)},N-${localId}`
    const heading = 'NHS number,plan type,start,old local id,successor,new local id'
    const rows = [row(wren, west, 'O-Wren'), row(linnet, west, 'O-Linnet'), row(robin, east, 'O-Robin')]
    writeFileSync(path, [heading, ...rows, `${freshNhsNumber()},CPP,01/09/2025,,${codeOf(east)},`].join('\n'))
    return path
  }
  const succeed = (...more: string[]) =>
    cpis(
      ...['authority', 'succeed', codeOf(old), '--to', codeOf(west), '--to', codeOf(east)],
      ...['--default', codeOf(west), '--on', '2027-04-01', '--file', file(), ...more],
    )

  test("before: the plans are the old council's", async () => {
    expect(
      await upload(
        old,
        numbers.map(number => ({ number })),
      ),
    ).toEqual(['CPF02', ...numbers.map(() => 'CPR06')])
    expect(await look(wren)).toEqual([`${old.authority.name} | ${old.phone} | 2025-09-01`])
  })

  test('the hand-over is tried, and says what it would do (rules 19.13 and 19.15)', async () => {
    const { exitCode, out } = await succeed('--try')
    expect(exitCode).toBe(0)
    expect(out).toMatch(new RegExp(`${codeOf(west)} +3 plans`))
    expect(out).toMatch(new RegExp(`${codeOf(east)} +1 plan `))
    expect(out).toContain('match no plan: 5')
    expect(out).toContain('1 plan that no row of the file names')
    expect(out).toContain(martin)
    expect((await cpis('authority', 'successions')).out).toContain('No hand-over')
    const nobody = await cpis('authority', 'succeed', codeOf(old), '--to', 'NOBODY', '--on', '2027-04-01')
    expect([nobody.exitCode, nobody.err]).toEqual([1, expect.stringContaining('NOBODY is not registered')])
  })

  test('it is planned, and nothing happens before its day (rule 19.13)', async () => {
    expect((await succeed()).exitCode).toBe(0)
    expect((await succeed()).err).toContain('Take that back first')
    on('2027-03-31')
    expect(await look(wren)).toEqual([`${old.authority.name} | ${old.phone} | 2025-09-01`])
  })

  test("on the day each plan is its successor's, under both names, at every interface (rule 19.14)", async () => {
    on('2027-04-01')
    await until(async () => (await look(wren))[0]?.startsWith(west.authority.name) || undefined)
    expect((await cpis('authority', 'successions')).out).toMatch(/done.*can be undone/)
    // The successors have told no numbers of their own yet: the old ones are right until they do.
    expect(await look(wren)).toEqual([`${both(west)} | ${old.phone} | 2025-09-01`])
    expect(await look(robin)).toEqual([`${both(east)} | ${old.phone} | 2025-09-01`])
    expect(await look(martin)).toEqual([`${both(west)} | ${old.phone} | 2025-09-01`])
    for (const via of ['soap', 'smsp']) {
      const { out, err } = await cpis('query', wren, '--via', via)
      expect(err).toBe('')
      expect([via, out]).toEqual([via, expect.stringContaining(both(west))])
    }
  })

  test('the successor uploads half of it: one plan each, under its own number (rule 19.16)', async () => {
    on('2027-04-03')
    expect(await upload(west, [{ number: wren, start: '202704010000', localId: 'N-O-Wren' }])).toEqual([
      'CPF02',
      'CPR06',
    ])
    expect(await look(wren)).toEqual([`${both(west)} | ${west.phone} | 2027-04-01`])
    expect(await look(linnet)).toEqual([`${both(west)} | ${west.phone} | 2025-09-01`])
  })

  test('who looks is told to the successor, with the local id that the file gave (rule 19.14)', async () => {
    await east.desk.empty()
    await look(robin, true)
    const [told] = await east.desk.notifications(1)
    expect(told).toMatchObject({ nhsNumber: robin, localId: 'N-O-Robin' })
  })

  test('the old council ends a plan, and brings nothing new (rule 19.17)', async () => {
    expect(
      await upload(old, [
        { number: linnet, end: '202703200900' },
        { number: martin, start: '202703250900' },
      ]),
    ).toEqual(['CPF03', 'CPR06', 'CPR07'])
    expect(await look(martin)).toEqual([`${both(west)} | ${west.phone} | 2025-09-01`])
    expect((await cpis('query', linnet, '--via', 'soap')).out).toContain('20 March 2027')
  })

  test('it is undone: all goes back but what the successor has uploaded itself (rule 19.18)', async () => {
    on('2027-04-20')
    const tried = await cpis('authority', 'undo-succession', codeOf(old), '--try')
    expect(tried.out).toContain(`3 plans would go back to ${codeOf(old)}`)
    expect(tried.out).toContain(`1 plan with ${codeOf(west)}`)
    expect((await cpis('authority', 'undo-succession', codeOf(old))).exitCode).toBe(0)
    expect(await look(wren)).toEqual([`${both(west)} | ${west.phone} | 2027-04-01`])
    expect(await look(robin)).toEqual([`${old.authority.name} | ${old.phone} | 2025-09-01`])
    expect(await upload(old, [{ number: robin, end: '202704190900' }])).toEqual(['CPF02', 'CPR06'])
  })

  test('planned anew and done, and after 90 days its files are refused in words (rule 19.17)', async () => {
    const again = ['--to', codeOf(west), '--on', '2027-04-20']
    expect((await cpis('authority', 'succeed', codeOf(old), ...again)).exitCode).toBe(0)
    await until(async () => (await look(robin))[0]?.startsWith(west.authority.name) || undefined)
    on('2027-08-01')
    expect(await upload(old, [{ number: robin, end: '202707010900' }])).toEqual(['CPF01'])
    expect((await cpis('authority', 'list', '--stage', 'passed-on')).out).toContain(codeOf(old))
    on('2028-04-25')
    expect((await look(martin))[0]).toBe(`${west.authority.name} | ${west.phone} | 2025-09-01`)
  })
})
