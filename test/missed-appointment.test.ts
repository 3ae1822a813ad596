import type { Appointment, HealthcareService } from 'fhir/r4.js'
import { Client as FhirKitClient } from 'fhir-kit-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import { fhirClient } from '../src/client/index.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'
const HOUR = 3_600_000

/** A missed appointment, from the clinician who reports it to the notifications pages of the authorities, through the real interfaces. */
describeJourney('a missed appointment', engine => {
  let place: Place
  let running: RunningService
  let settings: Record<string, string>
  const desks: AuthorityDesk[] = []

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '75',
      CPIS_SANDBOX_AUTHORITIES: '2',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
    })
    const { port, adminPort } = running.service.config
    settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
    for (const [nth, upload] of sandbox().population.uploads.entries()) {
      const authority = sandbox().authorities[nth]
      if (!authority) throw new Error(`There is no authority ${nth}`)
      const desk = await openDesk(running.service, authority)
      await desk.upload(await collected(writeUpload(upload.header, upload.records)))
      desks.push(desk)
    }
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
  })

  const sandbox = () => {
    if (!running.service.sandbox) throw new Error('The service of this test has a sandbox')
    return running.service.sandbox
  }
  const cpis = (...args: string[]) => runCli(args, { variables: settings })
  const json = async (...args: string[]) => JSON.parse((await cpis(...args, '--json')).out)
  const someone = (visiblePlans: number, authorities: number) => {
    const found = examplePeople(sandbox().population).find(
      person => person.visiblePlans === visiblePlans && person.authorities.length === authorities,
    )
    if (!found) throw new Error('The sandbox has somebody like this')
    return found
  }
  const token = async (as: string) => (await cpis('token', '--as', as)).out.trim()
  const yesterday = () => new Date(Date.now() - 24 * HOUR)
  const alertsOf = (ods: string): Promise<{ nhsNumber: string; messageId?: string; appointment: object }[]> =>
    json('appointment', 'alerts', ods)

  test('each authority with a plan is told by message and on its desk, and nobody twice', async () => {
    const { nhsNumber, authorities } = someone(2, 2)
    const client = new FhirKitClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      bearerToken: await token('school-nurse'),
    })
    const start = yesterday().toISOString()
    const body = {
      resourceType: 'Appointment',
      identifier: [{ system: 'https://school.example/Id/appointment', value: 'S-1' }],
      status: 'noshow',
      start,
      end: start,
      serviceType: [{ text: 'School nursing' }],
      participant: [
        {
          actor: { type: 'Patient', identifier: { system: NHS_NUMBER, value: nhsNumber } },
          status: 'accepted',
        },
      ],
    }
    const create = async () =>
      (await client.create({ resourceType: 'Appointment', body } as never)) as unknown as Appointment
    const [first, again] = [await create(), await create()]
    expect(again).toEqual(first)
    const services = (first.contained ?? []) as HealthcareService[]
    expect(services.map(({ id }) => id)).toEqual([...authorities].sort())
    for (const { telecom } of services) expect(telecom?.at(-1)?.value).toMatch(/^[0-9+]+$/)

    for (const desk of desks) {
      const told = await desk.notifications(1)
      expect(told).toMatchObject([{ nhsNumber, author: { name: { family: 'Ní Shampla' } } }])
      expect(await desk.empty()).toBe(0)
    }
    for (const ods of authorities) {
      expect(await alertsOf(ods)).toMatchObject([
        {
          nhsNumber,
          messageId: expect.any(String),
          author: { organisation: { odsCode: 'X9Z03' } },
          appointment: { start, service: 'School nursing' },
        },
      ])
    }
    const asking = fhirClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      token: () => token('gp-nurse'),
    })
    expect(await asking.accessHistory(nhsNumber, { unscheduled: false })).toEqual({ kind: 'none-listed' })
  })

  test('a report at the terminal says whom to phone, and may be made again', async () => {
    const { nhsNumber, authorities } = someone(1, 1)
    const ods = authorities[0] ?? ''
    const before = await alertsOf(ods)
    const start = yesterday().toISOString()
    const words = [
      '--start',
      start,
      '--id',
      'urn:uuid:0197a000-0000-7000-8000-0000000000a7',
      '--service',
      'Dentist',
    ]
    const first = await cpis('appointment', 'missed', nhsNumber, ...words)
    expect(first).toMatchObject({ exitCode: 0, err: '' })
    expect(first.out).toMatch(/^1 authority told\n/)
    expect(first.out).toContain(`(${ods})`)
    expect(first.out).toMatch(/by night +\d+ \(emergency duty team\)/)
    const again = await cpis('appointment', 'missed', nhsNumber, ...words)
    expect(again.out).toMatch(/^Reported before: 1 authority told then, and nobody again\n/)
    const other = await cpis('appointment', 'missed', nhsNumber, ...words, '--description', 'Other')
    expect(other).toMatchObject({ exitCode: 1, out: '' })
    expect(other.err).toContain('Refused (409)')
    expect(await alertsOf(ods)).toHaveLength(before.length + 1)
    const shown = await cpis('appointment', 'alerts', ods)
    expect(shown.out).toContain('Missed appointment')
    expect(shown.out).toContain('Dentist')
    expect(shown.out).toContain('Nurse Sloe SAMPLEWOOD')
    const { kysely } = running.service.store.database
    const seen = kysely.selectFrom('audit').selectAll().where('action', '=', 'list missed appointments')
    expect((await seen.execute()).at(-1)).toMatchObject({
      door: 'operations',
      actor: 'operator',
      subject: ods,
    })
  })

  test('where nothing is held the reporter is told that nobody was, and nobody is', async () => {
    const { nhsNumber } = someone(0, 0)
    const { exitCode, out, err } = await cpis(
      'appointment',
      'missed',
      nhsNumber,
      '--start',
      yesterday().toISOString(),
    )
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' })
    expect(err).toContain('nobody was told')
    expect(err).toContain('not an assurance of safety')
  })

  test('what is wrong is said, and asked of nobody', async () => {
    const { nhsNumber } = someone(1, 1)
    const missed = (...args: string[]) => cpis('appointment', 'missed', ...args)
    const past = yesterday().toISOString()
    expect((await missed('9990000019', '--start', past)).err).toContain('That is no NHS number')
    expect((await missed('0101011237', '--start', past)).err).toContain('That is a Scottish CHI number')
    expect((await missed(nhsNumber, '--start', '2026-03-09T14:00')).err).toContain(
      'needs a day, a time and an offset',
    )
    expect((await missed(nhsNumber, '--start', past, '--as', 'porter')).err).toContain('Refused (403)')
    const tomorrow = new Date(Date.now() + 24 * HOUR).toISOString()
    expect((await missed(nhsNumber, '--start', tomorrow)).err).toContain('must be past')
    expect((await cpis('appointment', 'alerts', 'ZZZ')).err).toContain('No such authority')
  })

  test('a service that cannot be reached leaves it unknown, and says how to be sure', async () => {
    const { nhsNumber } = someone(1, 1)
    const { exitCode, err } = await cpis(
      ...['appointment', 'missed', nhsNumber, '--start', yesterday().toISOString()],
      ...['--token', 'any', '--url', 'http://127.0.0.1:1', '--id', 'A-7', '--system', 'urn:x:appointments'],
    )
    expect(exitCode).toBe(2)
    expect(err).toContain('It is not known whether anybody was told')
    expect(err).toContain('--id A-7')
  })

  test('no log line names anybody (rule 8.2)', () => {
    const numbers = examplePeople(sandbox().population).map(({ nhsNumber }) => nhsNumber)
    const log = running.logLines.join('\n')
    expect(numbers.filter(nhsNumber => log.includes(nhsNumber))).toEqual([])
  })
})
