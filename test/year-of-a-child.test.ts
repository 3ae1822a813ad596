import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fhirClient } from '../src/client/index.ts'
import { planTimeOf } from '../src/domain/english-time.ts'
import type { RecordAsSent } from '../src/domain/upload/upload.ts'
import { readAccessNotification } from '../src/formats/hl7v3/read-access-notification.ts'
import { readInactiveNumberNotification } from '../src/formats/hl7v3/read-inactive-number-notification.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import type { SandboxAuthority } from '../src/sandbox/authorities.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { expectValue } from './support/expect-value.ts'
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

const DAY = 86_400_000
const MOTHER = { given: 'Bryony', family: 'Testcase', birthDate: '1999-02-03' }
const BORN = '2026-03-20'

/** A child through a year and what came after, through the real interfaces, with everything that each authority was told. */
describeJourney('the year of a child', engine => {
  let place: Place
  let issuer: TestIssuer
  let pds: TestPds
  let running: RunningService
  let first: Council
  let second: Council
  let nurses = 0

  interface Council {
    readonly authority: SandboxAuthority
    readonly desk: AuthorityDesk
    readonly sequence: { last: number }
  }

  const mother = freshNhsNumber()
  const child = freshNhsNumber()
  const adopted = freshNhsNumber()
  const CHILD = { given: 'Linnet', family: 'Testcase', birthDate: BORN }
  const ADOPTED = { given: 'Wren', family: 'Newname', birthDate: BORN }

  beforeAll(async () => {
    // Days pass by turning the clock that everything in this process reads; waiting goes by the real one.
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-12T10:00:00Z') })
    place = await makePlace(engine)
    issuer = await startIssuer()
    pds = await startPds()
    running = await startIn(place, {
      // A thread would not see the time of this test.
      CPIS_WORK_THREAD: 'no',
      CPIS_SANDBOX_AUTHORITIES: '2',
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_NOTIFICATION_WINDOW_MS: '0',
      CPIS_NUMBER_CHECKS_PER_SECOND: '100',
      CPIS_PDS_URL: pds.url,
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
    })
    const [one, two] = running.service.sandbox?.authorities ?? []
    if (!one || !two) throw new Error('The sandbox has two authorities')
    first = { authority: one, desk: await openDesk(running.service, one), sequence: { last: 0 } }
    second = { authority: two, desk: await openDesk(running.service, two), sequence: { last: 0 } }
    pds.says.set(mother, MOTHER)
  })
  afterAll(async () => {
    await running.stop()
    await pds.close()
    await issuer.close()
    await place.remove()
    vi.useRealTimers()
  })

  const on = (day: string) => vi.setSystemTime(new Date(`${day}T10:00:00Z`))
  const inDays = (days: number) => planTimeOf(new Date(Date.now() + days * DAY))

  /** The council uploads one record; answers the codes of its acknowledgement. */
  const upload = async (council: Council, record: Omit<RecordAsSent, 'position'>) => {
    const { odsCode, name } = council.authority
    const header = {
      createdAt: new Date(),
      sequence: ++council.sequence.last,
      recordCount: 1,
      authority: { odsCode, name, dutyPhone: '01632960001' },
    }
    const acknowledged = await council.desk.upload(
      await collected(writeUpload(header, [{ ...record, position: 1 }])),
    )
    return acknowledged.verdicts.map(({ code }) => code)
  }
  const about = (kind: 'child' | 'mother', nhsNumber: string, person: typeof MOTHER, localId: string) => ({
    subjects: [
      {
        kind,
        nhsNumber,
        localId,
        birthTime: person.birthDate.replaceAll('-', ''),
        given: person.given,
        family: person.family,
      },
    ],
  })

  /** A nurse whom nobody has seen before looks the number up. */
  const look = async (nhsNumber: string, unscheduled = true) => {
    const token = () => issuer.token(String(++nurses).padStart(12, '0'), [unscheduled ? 'B0107' : 'B0170'])
    const client = fhirClient({ baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`, token })
    const outcome = await client.careTeams(nhsNumber, { unscheduled })
    if (outcome.kind !== 'held') return outcome.kind
    return outcome.plans
      .map(
        ({ type, state, authority }) =>
          `${type} ${authority.odsCode}${state === 'current' ? '' : ` ${state}`}`,
      )
      .sort()
  }

  /** Takes everything that a council is told from its mailbox, once there is as much of it as expected. */
  const told = async (council: Council, expected: readonly string[]) => {
    const { mesh } = council.desk
    const { notificationWorkflow, inactiveNumberWorkflow } = running.service.config.mesh
    const seen: string[] = []
    const takeAll = async () => {
      for await (const id of mesh.inbox()) {
        const { content, info } = await mesh.download(id)
        if (info.workflowId === notificationWorkflow) {
          const { notifications } = expectValue(await readAccessNotification(content))
          seen.push(...notifications.map(({ nhsNumber }) => `looked ${nhsNumber}`))
        } else if (info.workflowId === inactiveNumberWorkflow) {
          const { numbers } = expectValue(await readInactiveNumberNotification(content))
          seen.push(
            ...numbers.map(
              ({ nhsNumber, replacements }) => `inactive ${[nhsNumber, ...replacements].join(' ')}`,
            ),
          )
        } else seen.push(`something else: ${info.workflowId}`)
        await mesh.acknowledge(id)
      }
      return seen.length >= expected.length
    }
    await until(takeAll)
    expect(seen.sort()).toEqual([...expected].sort())
  }

  /** Waits long enough for whatever could still be told, and finds that nothing is. */
  const nothingMore = async () => {
    await new Promise(resolve => setTimeout(resolve, 1_500))
    for (const council of [first, second]) await told(council, [])
  }

  test('January: an unborn child has a plan, held against the mother', async () => {
    const plan = { type: 'UCPP', start: inDays(-3), end: inDays(67) } as const
    expect(await upload(first, { plans: [plan], ...about('mother', mother, MOTHER, 'M-1') })).toEqual([
      'CPR06',
    ])
    expect(await look(mother)).toEqual([`UCPP ${first.authority.odsCode}`])
    await told(first, [`looked ${mother}`])
  })

  test('March: the child is born, has a number of its own and a plan; the mother is still found for 28 days', async () => {
    on('2026-03-23')
    pds.says.set(child, CHILD)
    const plan = { type: 'CPP', start: inDays(-1) } as const
    expect(await upload(first, { plans: [plan], ...about('child', child, CHILD, 'C-1') })).toEqual(['CPR06'])
    expect(await look(child)).toEqual([`CPP ${first.authority.odsCode}`])
    expect(await look(mother)).toEqual([`UCPP ${first.authority.odsCode} ended`])
    expect(await look(child, false)).toEqual([`CPP ${first.authority.odsCode}`])
    await told(first, [`looked ${child}`, `looked ${mother}`])
  })

  test('May: the mother is no longer found; a booked appointment is missed, and the authority is told', async () => {
    on('2026-05-20')
    expect(await look(mother)).toBe('nothing-held')
    const token = () => issuer.token(String(++nurses).padStart(12, '0'), ['B0170'])
    const client = fhirClient({ baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`, token })
    const missed = await client.reportMissedAppointment({
      identifier: { system: 'https://clinic.example/appointments', value: 'A-1' },
      nhsNumber: child,
      start: new Date(Date.now() - 3_600_000),
    })
    expect(missed.kind).toBe('told')
    await told(first, [`looked ${child}`])
  })

  test('June: the family moves; both authorities are answered and told until the first ends its plan', async () => {
    on('2026-06-15')
    const plan = { type: 'CPP', start: inDays(-1) } as const
    expect(await upload(second, { plans: [plan], ...about('child', child, CHILD, 'S-7') })).toEqual(['CPR06'])
    expect(await look(child)).toEqual(
      [`CPP ${first.authority.odsCode}`, `CPP ${second.authority.odsCode}`].sort(),
    )
    await told(first, [`looked ${child}`])
    await told(second, [`looked ${child}`])
    const ended = { type: 'CPP', start: '202603221000', end: inDays(0) } as const
    expect(await upload(first, { plans: [ended], ...about('child', child, CHILD, 'C-1') })).toEqual(['CPR06'])
  })

  test('August: the child is looked after', async () => {
    on('2026-08-10')
    const plans = [{ type: 'LAC', start: inDays(-2) }] as const
    expect(await upload(second, { plans, ...about('child', child, CHILD, 'S-7') })).toEqual(['CPR06'])
    expect(await look(child)).toEqual(
      [
        `CPP ${first.authority.odsCode} ended`,
        `CPP ${second.authority.odsCode}`,
        `LAC ${second.authority.odsCode}`,
      ].sort(),
    )
    await told(first, [`looked ${child}`])
    await told(second, [`looked ${child}`])
  })

  /** What is to be put right of the people whom a council holds, each in words. */
  const toPutRight = async ({ authority }: Council) =>
    (await running.service.store.storage.issues.failedRecords(authority.odsCode)).map(({ reason }) => reason)

  test('September: PDS restricts the record, and nothing is answered until it says so no longer (rule 10.1)', async () => {
    on('2026-09-01')
    pds.says.set(child, { ...CHILD, restricted: true })
    await until(async () => (await look(child, false)) === 'refused')
    for (const council of [first, second]) await until(async () => (await toPutRight(council)).length === 1)
    on('2026-09-03')
    pds.says.set(child, CHILD)
    await until(async () => (await look(child, false)) !== 'refused')
    for (const council of [first, second]) await until(async () => (await toPutRight(council)).length === 0)
  })

  test('the child is called by another name: the plan stays, and its council is told what to put right (rule 14.9)', async () => {
    on('2026-09-10')
    pds.says.set(child, { ...CHILD, family: 'Fosterling' })
    await until(async () => (await toPutRight(second)).length === 1)
    const [reason] = await toPutRight(second)
    expect(reason).toContain('amily name')
    expect(reason).not.toContain('Fosterling')
    expect(await look(child, false)).toHaveLength(3)
    pds.says.set(child, CHILD)
    on('2026-09-20')
    await until(async () => (await toPutRight(second)).length === 0)
    await nothingMore()
  })

  test('October: PDS replaces the number; each authority is told once, and both numbers find the plans meanwhile', async () => {
    on('2026-10-05')
    pds.says.set(adopted, ADOPTED)
    pds.says.set(child, { replacedBy: adopted })
    for (const council of [first, second]) await told(council, [`inactive ${child} ${adopted}`])
    const found = await look(child)
    expect(found).toHaveLength(3)
    expect(await look(adopted)).toEqual(found)
    for (const council of [first, second]) await told(council, [`looked ${child}`, `looked ${child}`])
    on('2026-10-07')
    await nothingMore()
  })

  test('the second authority uploads under the new number; the first, whose plan is over, sends what it held: both numbers find the same', async () => {
    on('2026-10-20')
    const plans = [{ type: 'LAC', start: '202608081100' }] as const
    expect(await upload(second, { plans, ...about('child', child, CHILD, 'S-7') })).toEqual(['CPR05'])
    expect(await upload(second, { plans, ...about('child', adopted, ADOPTED, 'S-8') })).toEqual(['CPR06'])
    // What is not sent again still stands under the old number, and is found by both.
    const all = [
      `CPP ${first.authority.odsCode} ended`,
      `CPP ${second.authority.odsCode}`,
      `LAC ${second.authority.odsCode}`,
    ].sort()
    expect(await look(adopted, false)).toEqual(all)
    const ended = { type: 'CPP', start: '202603221000', end: '202606151100' } as const
    expect(await upload(first, { plans: [ended], ...about('child', adopted, ADOPTED, 'C-2') })).toEqual([
      'CPR06',
    ])
    expect(await look(child, false)).toEqual(all)
    expect(await look(adopted)).toEqual(all)
    await told(first, [`looked ${adopted}`])
    await told(second, [`looked ${adopted}`])
  })

  test('December: the plan ends, and 365 days later there is nothing to be found and nobody to be told', async () => {
    on('2026-12-01')
    // Under the new number it deletes what it had sent under the old one.
    const plans = [
      { type: 'LAC', start: '202608081100', end: inDays(0) },
      { type: 'CPP', start: '202606141100', delete: inDays(0) },
    ] as const
    expect(await upload(second, { plans, ...about('child', adopted, ADOPTED, 'S-8') })).toEqual(['CPR06'])
    on('2027-12-01')
    expect(await look(adopted)).toEqual([`LAC ${second.authority.odsCode} ended`])
    await told(second, [`looked ${adopted}`])
    on('2027-12-03')
    expect(await look(adopted)).toBe('nothing-held')
    expect(await look(child)).toBe('nothing-held')
    await nothingMore()
  })

  test('a child dies: the council is told, and a plan that starts later fails (rules 3.9 and 14.9)', async () => {
    const lost = freshNhsNumber()
    pds.says.set(lost, CHILD)
    const plan = { type: 'CPP', start: inDays(-20) } as const
    expect(await upload(first, { plans: [plan], ...about('child', lost, CHILD, 'C-2') })).toEqual(['CPR06'])
    pds.says.set(lost, { ...CHILD, died: new Date(Date.now() - 5 * DAY).toISOString() })
    vi.setSystemTime(new Date(Date.now() + 2 * DAY))
    await until(async () => (await toPutRight(first)).some(reason => reason.includes('died')))
    const later = { type: 'LAC', start: inDays(-1) } as const
    expect(await upload(first, { plans: [later], ...about('child', lost, CHILD, 'C-2') })).toEqual(['CPR07'])
    expect(await look(lost, false)).toEqual([`CPP ${first.authority.odsCode}`])
  })

  test('nothing of all this is in the log (rule 8.2)', () => {
    expect(running.logLines.join('\n')).not.toMatch(/999\d{7}(?!\d)|Linnet|Bryony|Wren|Newname/)
  })
})
