import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fhirClient } from '../src/client/index.ts'
import type { Access } from '../src/domain/access.ts'
import type { VisiblePlan } from '../src/domain/answer.ts'
import { dayOf } from '../src/domain/english-time.ts'
import { type NhsNumber, parseNhsNumber } from '../src/domain/nhs-number.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import { displayName, type PersonAuthor } from '../src/domain/requester.ts'
import { answerQuery } from '../src/flows/answer-query.ts'
import { removeClientSystem } from '../src/flows/manage-exchange.ts'
import type { ResponsePlan } from '../src/formats/hl7v3/query-response.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { tellingPeople } from '../src/sandbox/telling-people.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { ENGINES, makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { type SpineOutcome, spineSystem } from './support/spine.ts'

const PEOPLE = 150

/** The nurses of the test issuer, as a system that knows them as well would describe them. */
function nurse(userId: string): PersonAuthor {
  return {
    kind: 'person',
    userId,
    roleProfileId: `R${userId}`,
    name: { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase' },
    jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
    organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX GENERAL HOSPITAL' },
  }
}

/** Whichever door is asked, the same is said, listed and told. */
describe.each(ENGINES)('one truth on %s', engine => {
  let place: Place
  let issuer: TestIssuer
  let running: RunningService
  const desks = new Map<OdsCode, AuthorityDesk>()
  let numbers: readonly NhsNumber[]

  beforeAll(async () => {
    place = await makePlace(engine)
    issuer = await startIssuer()
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '100',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
    })
    const { sandbox } = running.service
    if (!sandbox) throw new Error('The service of this test has a sandbox')
    const met = new Set(tellingPeople(sandbox.population).map(person => person.nhsNumber))
    for (const [nth, { header, records }] of sandbox.population.uploads.entries()) {
      const authority = sandbox.authorities[nth]
      if (!authority) throw new Error('Every upload has an authority')
      const desk = await openDesk(running.service, authority)
      desks.set(authority.odsCode, desk)
      await desk.upload(await collected(writeUpload(header, records)))
      for (const { subjects } of records) {
        const number = parseNhsNumber(subjects[0]?.nhsNumber ?? '')
        if (number.ok && met.size < ((nth + 1) * PEOPLE) / sandbox.authorities.length) met.add(number.value)
      }
    }
    numbers = [...met]
  })
  afterAll(async () => {
    await running.stop()
    await issuer.close()
    await place.remove()
  })

  const byFhir = (userId: string, unscheduled: boolean) => {
    const token = () => issuer.token(userId, [unscheduled ? 'B0107' : 'B0170'])
    const client = fhirClient({ baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`, token })
    return {
      plans: (number: string) => client.careTeams(number, { unscheduled }),
      history: (number: string) => client.accessHistory(number, { unscheduled }),
    }
  }
  const bySpine = (asid: string) => spineSystem(running.service, asid, newId)
  const [ward, clinic] = SYSTEMS.map(({ asid }) => asid)
  if (!ward || !clinic) throw new Error('The sandbox has two systems')

  /** What the store holds, asked in silence and without any door. */
  const truth = async (nhsNumber: NhsNumber) => {
    const { storage } = running.service.store
    const answered = await answerQuery(
      { queries: storage.queries, audit: storage.audit, clock: { now: () => new Date() }, newId },
      {
        requester: { author: nurse('000000000099'), activities: new Set(['B0170']) },
        nhsNumber,
        access: 'scheduled',
        door: 'operations',
        action: 'compare',
        traceId: newId(),
      },
    )
    if (!answered.ok) throw new Error('A scheduled query is allowed here')
    return answered.value
  }

  test('people are asked for at both doors, by nurses of whom some ask at both', async () => {
    const outcomes = new Set<SpineOutcome['kind']>()
    for (const [nth, number] of numbers.entries()) {
      const spine = bySpine(ward)
      const first = nth % 3 === 0 ? '000000000001' : '000000000002'
      outcomes.add((await spine(nurse(first), number)).kind)
      const looked = await byFhir('000000000001', true).plans(number)
      expect(['held', 'nothing-held']).toContain(looked.kind)
    }
    expect([...outcomes].sort()).toEqual(['held', 'nothing-held'])
  })

  test('both doors say of each what the store holds, field by field', async () => {
    const clinicAsks = bySpine(clinic)
    const fhir = byFhir('000000000003', false)
    for (const number of numbers) {
      const { plans, accesses } = await truth(number)
      const spoken = await clinicAsks(nurse('000000000003'), number, 'scheduled')
      const teams = await fhir.plans(number)
      const history = await fhir.history(number)
      if (plans.length === 0) {
        expect([spoken.kind, teams.kind, history.kind]).toEqual([
          'nothing-held',
          'nothing-held',
          'none-listed',
        ])
        continue
      }
      if (spoken.kind !== 'held' || teams.kind !== 'held' || history.kind !== 'listed') {
        throw new Error(
          `${plans.length} plans are held, and the doors say ${spoken.kind}, ${teams.kind}, ${history.kind}`,
        )
      }
      expect(spoken.answer.plans.map(wholePlan).sort()).toEqual(plans.map(wholePlan).sort())
      expect(
        teams.plans
          .map(({ type, start, end, subjectName, authority }) =>
            JSON.stringify([type, start, end, subjectName, authority]),
          )
          .sort(),
      ).toEqual(plans.map(fhirPlan).sort())
      expect(spoken.answer.accesses).toEqual(
        accesses.map(({ id, nhsNumber, at, author }) => ({
          id: id.toUpperCase(),
          nhsNumber,
          at: toTheSecond(at),
          author,
        })),
      )
      expect(history.accesses).toEqual(accesses.map(fhirAccess))
    }
  })

  test('whoever asks at both doors within a day is listed once (rule 5.6)', async () => {
    const listed = new Set<number>()
    for (const [nth, number] of numbers.entries()) {
      const { plans, accesses } = await truth(number)
      if (plans.length > 0) listed.add(accesses.length)
      if (plans.length > 0) expect(accesses).toHaveLength(nth % 3 === 0 ? 1 : 2)
    }
    expect([...listed].sort()).toEqual([1, 2])
  })

  test('each authority is told of every listed access once, whichever door it came through (rule 6.1)', async () => {
    // Two numbers of one person list the same accesses.
    const expected = new Map<OdsCode, Set<string>>()
    for (const number of numbers) {
      const { plans, accesses } = await truth(number)
      for (const { authority } of plans) {
        const told = expected.get(authority.odsCode) ?? new Set()
        for (const { id } of accesses) told.add(id.toUpperCase())
        expected.set(authority.odsCode, told)
      }
    }
    expect(expected.size).toBe(desks.size)
    for (const [odsCode, accesses] of expected) {
      const told = await desks.get(odsCode)?.notifications(accesses.size)
      expect(told?.map(({ accessId }) => accessId).sort()).toEqual([...accesses].sort())
    }
  })

  test('a system that may not ask learns nothing, of whomever it asks (rules 5.4 and 9.5)', async () => {
    const denied: SpineOutcome = { kind: 'refused', codes: ['1'] }
    for (const number of numbers.slice(0, 12)) {
      expect(await bySpine('999000000099')(nurse('000000000001'), number)).toEqual(denied)
      expect(await bySpine(ward)(nurse('000000000001'), number, 'scheduled')).toEqual(denied)
      expect(await bySpine(clinic)(nurse('000000000001'), number)).toEqual(denied)
    }
    const { storage } = running.service.store
    await removeClientSystem({ storage, clock: { now: () => new Date() }, newId }, ward)
    expect(await bySpine(ward)(nurse('000000000001'), numbers[0] ?? '')).toEqual(denied)
  })

  test('every question is in the audit log once with its system, and no log line holds anything of a person (rules 8.1 and 8.2)', async () => {
    const rows = await running.service.store.database.kysely
      .selectFrom('audit')
      .select(['outcome', 'reason', 'details', 'nhs_number'])
      .where('door', '=', 'spine')
      .execute()
    const allowed = rows.filter(({ outcome }) => outcome === 'allowed')
    const refused = rows.filter(({ outcome }) => outcome === 'refused')
    expect([allowed.length, refused.length, rows.length]).toEqual([
      2 * numbers.length,
      3 * 12 + 1,
      2 * numbers.length + 3 * 12 + 1,
    ])
    expect(new Set(allowed.map(({ details }) => details?.['system']))).toEqual(new Set([ward, clinic]))
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(
      new Set(['system not registered', 'missing B0170', 'missing B0107']),
    )
    expect(refused.filter(row => row.nhs_number !== null)).toEqual([])
    const log = running.logLines.join('')
    expect(log).toContain('/sync-service')
    for (const secret of [...numbers, 'Testcase', 'TESTCASE']) expect(log).not.toContain(secret)
  })
})

/** What HL7 v3 says of a plan; the message has neither its id nor when it was uploaded. */
function wholePlan({ type, start, end, subject, authority, nhsNumber }: ResponsePlan): string {
  const { given, family, birthDate, localId, localIdAuthority } = subject
  const { odsCode, name, dutyPhone, officePhone } = authority
  return JSON.stringify([
    [type, start, end, nhsNumber],
    [given, family, birthDate, localId, localIdAuthority],
    [odsCode, name, dutyPhone, officePhone],
  ])
}

/** What FHIR says of a plan: days, and of the person a name. */
function fhirPlan({ type, start, end, subject, authority }: VisiblePlan): string {
  const { odsCode, name, dutyPhone, officePhone } = authority
  return JSON.stringify([
    type,
    dayOf(start),
    end && dayOf(end),
    displayName({ given: [subject.given], family: subject.family }),
    { odsCode, name, dutyPhone, officePhone },
  ])
}

function fhirAccess({ id, at, author }: Access) {
  if (author.kind !== 'person') throw new Error('Only nurses ask here')
  return {
    id,
    at,
    viewer: displayName(author.name),
    role: author.jobRole.display,
    organisation: `${author.organisation.name} (${author.organisation.odsCode})`,
  }
}

/** As messages carry times. */
function toTheSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000)
}
