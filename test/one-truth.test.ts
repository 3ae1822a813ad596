import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ebxmlClient,
  miniServiceClient,
  type QueryClient,
  type QueryOutcome,
} from '../src/client/hl7v3/index.ts'
import { fhirClient } from '../src/client/index.ts'
import { dayOf } from '../src/domain/english-time.ts'
import { type NhsNumber, parseNhsNumber } from '../src/domain/nhs-number.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import type { Access } from '../src/domain/query/access.ts'
import type { VisiblePlan } from '../src/domain/query/answer.ts'
import { displayName, type PersonAuthor } from '../src/domain/query/requester.ts'
import type { Asid, ClientSystem, MessagingContract } from '../src/domain/registration/client-system.ts'
import { answerQuery } from '../src/flows/query/answer-query.ts'
import { addClientSystem, removeClientSystem } from '../src/flows/registration/manage-exchange.ts'
import type { ResponsePlan } from '../src/formats/hl7v3/query-response.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import { NO_LOOK_UP } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { type SpineOutcome, spineSystem } from './support/spine.ts'
import { describeOn, ENGINES_OF_LONG_TESTS, rounds } from './support/suite.ts'

const PEOPLE = rounds({ everyday: 60, rest: 200 })

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

/** Whichever interface is asked, the same is said, listed and told. */
describeOn(ENGINES_OF_LONG_TESTS, 'one truth', engine => {
  let place: Place
  let issuer: TestIssuer
  let running: RunningService
  const desks = new Map<OdsCode, AuthorityDesk>()
  let numbers: readonly NhsNumber[]
  /** Clients of the interfaces that answer later or by codes, for a nurse each. */
  const clients: QueryClient[] = []

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
    const met = new Set(examplePeople(sandbox.population).map(person => person.nhsNumber))
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
    await Promise.all(clients.map(client => client.close()))
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
  /** The API is asked by a system of its own, since a contract has one callback. */
  const byMessage = async (userId: string, nth: number, like: ClientSystem) => {
    const { config, baseUrl, store } = running.service
    const [asid, cpaId] = [`99900000010${nth}` as Asid, `TRUTH-${nth}`]
    const contract = { ...(like.contract ?? {}), cpaId, reliability: 'reliable' } as MessagingContract
    const client = await ebxmlClient({
      url: `${baseUrl}/reliablemessaging/reliablerequest`,
      author: nurse(userId),
      asid,
      spineAsid: config.spineAsid ?? '',
      partyKey: like.partyKey,
      spinePartyKey: config.spinePartyKey ?? '',
      cpaId,
      reliability: 'reliable',
      listen: { host: '127.0.0.1', port: 0, path: '/answers' },
    })
    clients.push(client)
    const callback = `http://127.0.0.1:${client.port}/answers`
    const system = { ...like, asid, contract: { ...contract, callback } }
    await addClientSystem({ storage: store.storage, clock: { now: () => new Date() }, newId }, system)
    return client
  }
  const byMiniService = (userId: string) => {
    const url = `${running.service.baseUrl}/smsp/cpis`
    const client = miniServiceClient({ url, odsCode: 'X9Z01', author: nurse(userId) })
    clients.push(client)
    return client
  }
  const bySpine = (asid: string) => spineSystem(running.service, asid, newId)
  const [wardSystem, clinicSystem] = SYSTEMS
  if (!wardSystem || !clinicSystem) throw new Error('The sandbox has two systems')
  const [ward, clinic] = [wardSystem.asid, clinicSystem.asid]

  /** What the store holds, asked in silence and without any interface; undefined of whom PDS lets nobody know (rule 10.1). */
  const truth = async (nhsNumber: NhsNumber) => {
    const { storage } = running.service.store
    const answered = await answerQuery(
      {
        queries: storage.queries,
        audit: storage.audit,
        clock: { now: () => new Date() },
        newId,
        lookUp: NO_LOOK_UP,
      },
      {
        requester: { author: nurse('000000000099'), activities: new Set(['B0170']) },
        nhsNumber,
        access: 'scheduled',
        via: 'operations',
        action: 'compare',
        traceId: newId(),
      },
    )
    if (answered.ok) return answered.value
    expect(answered.fault).toEqual({ kind: 'restricted' })
    return undefined
  }

  test('people are asked for at every interface, by nurses of whom some ask at several', async () => {
    const outcomes = new Set<string>()
    const [first, second] = ['000000000001', '000000000002']
    const asks: ((number: NhsNumber) => Promise<{ readonly kind: string }>)[] = []
    for (const [nth, userId] of [first, second].entries()) {
      const message = await byMessage(userId, nth, wardSystem)
      const service = byMiniService(userId)
      const spine = bySpine(ward)
      asks.push(
        number => message.query(number),
        number => service.query(number),
        number => spine(nurse(userId), number),
        number => byFhir(userId, true).plans(number),
      )
    }
    const [byFirst, bySecond] = [asks.slice(0, 4), asks.slice(4)]
    for (const [nth, number] of numbers.entries()) {
      for (const ask of byFirst) outcomes.add((await ask(number)).kind)
      // Of every three people the second nurse asks for two, at another interface each time.
      if (nth % 3 !== 0) outcomes.add((await bySecond[nth % 4]?.(number))?.kind ?? 'not asked')
    }
    // The last two are of the restricted.
    expect([...outcomes].sort()).toEqual(['could-not-look', 'held', 'nothing-held', 'refused'].sort())
  })

  test('every interface says of each what the store holds, field by field (rule 4.1)', async () => {
    const clinicAsks = bySpine(clinic)
    const fhir = byFhir('000000000003', false)
    const message = await byMessage('000000000003', 3, clinicSystem)
    // The mini service is for unscheduled care alone: asked by somebody who is listed already, it changes nothing.
    const service = byMiniService('000000000001')
    for (const number of numbers) {
      const held = await truth(number)
      const spoken = await clinicAsks(nurse('000000000003'), number, 'scheduled')
      const teams = await fhir.plans(number)
      const history = await fhir.history(number)
      const later = await message.query(number, { unscheduled: false })
      const mini = await service.query(number)
      if (!held) {
        const kinds = [spoken.kind, teams.kind, history.kind, later.kind, mini.kind]
        expect(kinds).toEqual(['refused', 'refused', 'refused', 'could-not-look', 'could-not-look'])
        continue
      }
      const { plans, accesses } = held
      if (plans.length === 0) {
        expect([spoken.kind, teams.kind, later.kind, mini.kind]).toEqual(Array(4).fill('nothing-held'))
        expect(history.kind).toBe('none-listed')
        continue
      }
      if (spoken.kind !== 'held' || teams.kind !== 'held' || history.kind !== 'listed') {
        throw new Error(
          `${plans.length} plans are held, and the interfaces say ${spoken.kind}, ${teams.kind}, ${history.kind}`,
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
      const expected = { plans: plans.map(fhirPlan).sort(), accesses: accesses.map(spokenAccess) }
      expect(heldBy(later)).toEqual(expected)
      expect(heldBy(mini)).toEqual(expected)
    }
  })

  test('whoever asks at several interfaces within a day is listed once (rule 5.6)', async () => {
    const listed = new Set<number>()
    for (const [nth, number] of numbers.entries()) {
      const { plans, accesses } = (await truth(number)) ?? { plans: [], accesses: [] }
      if (plans.length > 0) listed.add(accesses.length)
      if (plans.length > 0) expect(accesses).toHaveLength(nth % 3 === 0 ? 1 : 2)
    }
    expect([...listed].sort()).toEqual([1, 2])
  })

  test('each authority is told of every listed access once, whichever interface it came through (rule 6.1)', async () => {
    // Two numbers of one person list the same accesses.
    const expected = new Map<OdsCode, Set<string>>()
    for (const number of numbers) {
      const { plans, accesses } = (await truth(number)) ?? { plans: [], accesses: [] }
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
      .select(['door', 'outcome', 'reason', 'details', 'nhs_number'])
      .where('door', 'in', ['spine', 'smsp'])
      .execute()
    // Of the restricted is answered that nothing can be answered.
    const allowed = rows.filter(({ outcome, reason }) => outcome === 'allowed' || reason === 'restricted')
    const refused = rows.filter(row => row.outcome === 'refused' && !allowed.includes(row))
    const at = (door: string) => allowed.filter(row => row.door === door).length
    const bySecond = (...interfaces: number[]) =>
      numbers.filter((_number, nth) => nth % 3 !== 0 && interfaces.includes(nth % 4)).length
    // Of the second nurse's four interfaces the third is SOAP, the first ebXML and the second the mini service.
    expect([at('spine'), at('smsp'), refused.length]).toEqual([
      4 * numbers.length + bySecond(0, 2),
      2 * numbers.length + bySecond(1),
      3 * 12 + 1,
    ])
    expect(rows).toHaveLength(allowed.length + refused.length)
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

/** What a client made of an answer, in the words that all clients share. */
function heldBy(outcome: QueryOutcome) {
  if (outcome.kind !== 'held') throw new Error(`Plans are held, and an interface says ${outcome.kind}`)
  return {
    plans: outcome.plans
      .map(({ type, start, end, subjectName, authority }) =>
        JSON.stringify([type, start, end, subjectName, authority]),
      )
      .sort(),
    accesses: outcome.accesses,
  }
}

/** As HL7 v3 carries an access: to the second. */
function spokenAccess(access: Access) {
  return { ...fhirAccess(access), at: toTheSecond(access.at) }
}

/** As messages carry times. */
function toTheSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000)
}
