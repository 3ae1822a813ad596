import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDesk } from '../../test/support/authority-desk.ts'
import { makePlace, type Place, type RunningService, startIn } from '../../test/support/running-service.ts'
import { openAuthorityState } from '../kit/authority-state.ts'
import { childIndex, personAt, type SandboxPerson } from '../sandbox/people.ts'
import { runCli } from './testing.ts'

/** Each state counts on from a number of its own, above every one that the sandbox itself has used. */
const AFTER = { one: 1000, two: 2000, three: 3000, four: 4000, five: 5000 }
const ROUNDS = Number(process.env['CPIS_CRASH_ROUNDS'] ?? 3)

describe('an authority at work with its own state', () => {
  let place: Place
  let running: RunningService
  let directory: string
  let mailbox: string[]
  let settings: Record<string, string>

  beforeAll(async () => {
    place = await makePlace('embedded')
    running = await startIn(place, { CPIS_SANDBOX_AUTHORITIES: '1', CPIS_SANDBOX_CHILDREN: '10' })
    const [authority] = running.service.sandbox?.authorities ?? []
    if (!authority) throw new Error('The sandbox of this test has an authority')
    await openDesk(running.service, authority)
    directory = mkdtempSync(join(tmpdir(), 'cpis-kit-'))
    settings = { PORT: String(running.service.config.port) }
    mailbox = ['--mailbox', 'LA886OT001', '--password', 'sandbox-886', '--url', running.service.baseUrl]
    writeFileSync(
      join(directory, 'authority.json'),
      JSON.stringify({ odsCode: '886', name: 'Kent (sandbox)', dutyPhone: '01632 960001' }),
    )
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
    rmSync(directory, { recursive: true, force: true })
  })

  const child = (nth: number): SandboxPerson => {
    const country = running.service.sandbox?.population.country
    if (!country) throw new Error('The service of this test has a sandbox')
    return personAt(country, childIndex(2000 + nth, 0))
  }
  const row = (nth: number, more: { family?: string; start?: string } = {}) => {
    const { nhsNumber, given, family, birthDate } = child(nth)
    const [year, month, day] = birthDate.split('-')
    const start = more.start ?? `${birthDate} 10:00`
    return `${nhsNumber},${given[0]},${more.family ?? family},${day}/${month}/${year},CPP,${start},P${nth}`
  }
  const table = (name: string, ...rows: string[]) => {
    const path = join(directory, name)
    writeFileSync(path, ['NHS No,Forename,Surname,DOB,Plan,Start date,Person ID', ...rows].join('\r\n'))
    return path
  }
  const day = (path: string, state: keyof typeof AFTER, ...more: string[]) => [
    'upload',
    'day',
    path,
    '--authority-file',
    join(directory, 'authority.json'),
    '--state',
    join(directory, state),
    '--after',
    String(AFTER[state]),
    ...mailbox,
    ...more,
  ]

  test('a day makes, sends, hears and collects, and says which row each failure was made of', async () => {
    const path = table(
      'people.csv',
      row(0),
      row(1, { family: 'Somebodyelse' }),
      row(2, { start: '31/2/2020' }),
    )
    const { exitCode, out } = await runCli(day(path, 'one', '--json'), { variables: settings })
    expect(exitCode).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      table: { rows: 3, leftOut: [{ row: 4, column: 'Start date' }] },
      file: { sequence: AFTER.one + 1, records: 2 },
      answer: { fileCode: 'CPF03', failures: [{ position: 2, localId: 'P1', code: 'CPR03', rows: [3] }] },
      collected: { failed: [] },
      error: { kind: 'refused' },
    })
    const good = await runCli(day(table('good.csv', row(0)), 'one'), { variables: settings })
    expect(good).toMatchObject({ exitCode: 0, err: '' })
    expect(good.out).toContain('every record was loaded')
    const collected = await runCli(['upload', 'collect', '--state', join(directory, 'one'), ...mailbox], {
      variables: settings,
    })
    expect(collected).toMatchObject({ exitCode: 0, err: '', out: '0 messages collected.' })
  })

  test('a trace says whose number is theirs and whose is not, and a day may begin with one', async () => {
    const other = row(1, { family: 'Somebodyelse' })
    const without = row(2).replace(/^\d+/, '')
    const nobody = row(7).replace(/^\d+/, '').replace(child(7).family, 'Nobodyofthisname')
    const path = table('trace.csv', row(0), other, without, nobody)
    const pds = ['--pds-url', `${running.service.baseUrl}/sandbox/personal-demographics/FHIR/R4`]
    const trace = ['upload', 'trace', path, ...pds, '--per-second', '100']
    const { exitCode, out } = await runCli([...trace, '--json'], { variables: settings })
    expect(exitCode).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      people: 4,
      matched: 1,
      gate: 'not-passed',
      traced: [
        { row: 2, outcome: { kind: 'match' } },
        { row: 3, localId: 'P1', outcome: { kind: 'possible-match', items: ['family name'] } },
        { row: 4, by: 'details', outcome: { kind: 'found', nhsNumber: child(2).nhsNumber } },
        { row: 5, outcome: { kind: 'not-found' } },
      ],
    })
    const words = await runCli(trace, { variables: settings })
    expect(words.out).toContain('1 of 4 people match (25 %); 1 more were found; the gate of 95 %')
    const worked = await runCli(day(path, 'five', '--trace', ...pds, '--json'), { variables: settings })
    expect(JSON.parse(worked.out)).toMatchObject({
      traced: { rate: { people: 4, matched: 1 }, unmatched: [{ row: 3 }, { row: 4 }, { row: 5 }] },
      answer: { loaded: 1, failures: [{ rows: [3], code: 'CPR03' }] },
    })
    const silent = await runCli(['upload', 'trace', path, '--pds-url', 'http://127.0.0.1:9'], {
      variables: { ...settings, CPIS_PDS_RETRIES: '0', CPIS_PDS_PATIENCE_MS: '1' },
    })
    expect(silent.exitCode).toBe(2)
    expect(silent.err).toContain('4 people could not be asked about.')
  })

  test('make and send by the state: the number is counted, and a file goes once', async () => {
    const path = table('made.csv', row(3))
    const state = ['--state', join(directory, 'two')]
    const upload = join(directory, 'made.xml')
    const authority = ['--authority-file', join(directory, 'authority.json')]
    const made = await runCli([
      'upload',
      'make',
      path,
      ...authority,
      ...state,
      '--after',
      '2000',
      '-o',
      upload,
    ])
    expect(made.out).toContain('file 2001, 1 record')
    const send = () => runCli(['upload', 'send', upload, ...state, ...mailbox], { variables: settings })
    expect((await send()).exitCode).toBe(0)
    expect(await send()).toMatchObject({ exitCode: 1, err: expect.stringContaining('was sent before') })
  })

  test('a service that is not there fails the run, and the next one does it all', async () => {
    const path = table('later.csv', row(4))
    const nowhere = day(path, 'three', '--url', 'http://127.0.0.1:9')
    expect((await runCli(nowhere, { variables: settings })).exitCode).toBe(2)
    const { exitCode } = await runCli(day(path, 'three'), { variables: settings })
    expect(exitCode).toBe(0)
  })

  test('killed at any moment and run again, every file is answered once', async () => {
    const path = table('killed.csv', row(5), row(6))
    for (let round = 0; round < ROUNDS; round++) {
      const process_ = startDay(day(path, 'four'))
      const ended = once(process_, 'exit')
      await Promise.race([ended, sleep(250 + (round * 900) / ROUNDS)])
      process_.kill('SIGKILL')
      await ended
    }
    const { exitCode } = await runCli(day(path, 'four'), { variables: settings })
    expect(exitCode).toBe(0)
    const state = await openAuthorityState(join(directory, 'four'))
    const uploads = await state.uploads()
    await state.close()
    expect(uploads.length).toBeGreaterThan(0)
    expect(uploads.map(({ status, fileCode }) => [status, fileCode])).toEqual(
      uploads.map(() => ['answered', 'CPF02']),
    )
    expect(readdirSync(join(directory, 'four')).filter(name => name.includes('outgoing'))).toEqual([])
  })

  function startDay(args: string[]): ChildProcess {
    return spawn(process.execPath, ['src/cli/cpis.ts', ...args], {
      stdio: 'ignore',
      env: { ...process.env, ...settings },
    })
  }
})
