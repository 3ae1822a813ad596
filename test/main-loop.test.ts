import type { Bundle, CareTeam } from 'fhir/r4.js'
import { Client as FhirKitClient } from 'fhir-kit-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fhirClient, meshClient } from '../src/client/index.ts'
import type { RecordAsSent, UploadHeader } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { type ExamplePerson, examplePeople } from '../src/sandbox/example-people.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { startIssuer, type TestIssuer } from './support/issuer.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { until } from './support/until.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

/** The whole loop through the real interfaces: authorities upload, clinicians ask, authorities are told. */
describeJourney('the main loop', engine => {
  let place: Place
  let issuer: TestIssuer
  let running: RunningService
  let desks: AuthorityDesk[]
  let sequence = 100

  beforeAll(async () => {
    place = await makePlace(engine)
    issuer = await startIssuer()
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '200',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
      CPIS_PDS_PATIENCE_MS: '500,500',
      CPIS_PDS_RETRIES: '0',
      CPIS_PDS_COOL_DOWN_MS: '300',
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
    })
    desks = []
    for (const authority of sandbox().authorities) desks.push(await openDesk(running.service, authority))
  })
  afterAll(async () => {
    await running.stop()
    await issuer.close()
    await place.remove()
  })

  const sandbox = () => {
    if (!running.service.sandbox) throw new Error('The service of this test has a sandbox')
    return running.service.sandbox
  }
  const uploads = () => sandbox().population.uploads
  const people = () => examplePeople(sandbox().population)
  const desk = (nth: number) => {
    const found = desks[nth]
    if (!found) throw new Error(`There is no authority ${nth}`)
    return found
  }
  const ask = (user: string, activities?: string[]) =>
    fhirClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      token: () => issuer.token(user, activities),
    })
  const file = (records: RecordAsSent[], head: Partial<UploadHeader> = {}) => {
    const [upload] = uploads()
    if (!upload) throw new Error('The population has an upload')
    const header = {
      ...upload.header,
      createdAt: new Date(),
      sequence: ++sequence,
      recordCount: records.length,
      ...head,
    }
    return collected(writeUpload(header, records))
  }
  const someRecords = (count: number) => [...(uploads()[0]?.records ?? [])].slice(0, count)

  test('every authority uploads by MESH and is acknowledged record by record', async () => {
    for (const [nth, upload] of uploads().entries()) {
      const answer = await desk(nth).upload(await collected(writeUpload(upload.header, upload.records)), {
        gzip: nth === 1,
      })
      expect(answer).toMatchObject({ sequence: upload.header.sequence, fileCode: 'CPF03' })
      expect(answer.loaded / (answer.loaded + answer.failed)).toBeGreaterThan(0.95)
      expect(answer.verdicts).toHaveLength(upload.header.recordCount)
      const codes = new Set(answer.verdicts.map(verdict => verdict.code))
      for (const code of ['CPR01', 'CPR02', 'CPR03', 'CPR04', 'CPR05', 'CPR06', 'CPR07']) {
        if (nth === 0) expect(codes).toContain(code)
      }
    }
  })

  test('every telling person is answered as the sandbox says, by a FHIR client of somebody else', async () => {
    for (const [nth, person] of people().entries()) {
      const client = new FhirKitClient({
        baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
        bearerToken: await issuer.token(clinician(nth)),
      })
      const search = client.search({
        resourceType: 'CareTeam',
        searchParams: { 'patient:identifier': `${NHS_NUMBER}|${person.nhsNumber}` },
      })
      if (person.restricted) {
        await expect(search).rejects.toThrow('HTTP 403')
        continue
      }
      const bundle: unknown = await search
      const { total, entry = [] } = bundle as Bundle<CareTeam>
      expect([person.note, total]).toEqual([person.note, person.visiblePlans])
      const matches = entry.filter(({ search: found }) => found?.mode === 'match')
      const holders = matches.map(({ resource }) => resource?.managingOrganization?.[0]?.identifier?.value)
      expect(new Set(holders)).toEqual(new Set(person.authorities))
    }
  })

  test('each authority with a plan is told of each look, and nobody else is (rule 6.1)', async () => {
    for (const [nth, authority] of sandbox().authorities.entries()) {
      const looked = people().flatMap(({ authorities }, person) =>
        authorities.includes(authority.odsCode) ? [clinician(person)] : [],
      )
      const told = await desk(nth).notifications(looked.length)
      expect(told.map(({ author }) => (author.kind === 'person' ? author.userId : author.asid))).toEqual(
        looked,
      )
    }
  })

  test('a second look within the day is listed once and not told again; a silent one never (rules 5.2 and 5.6)', async () => {
    const { nhsNumber } = heldOnce(people())
    const begun = new Date()
    for (let look = 0; look < 2; look++) await ask('000000000020').careTeams(nhsNumber)
    expect(await ask('000000000021', ['B0170']).careTeams(nhsNumber, { unscheduled: false })).toMatchObject({
      kind: 'held',
    })
    const history = await ask('000000000020').accessHistory(nhsNumber)
    if (history.kind !== 'listed') throw new Error(`The history is ${history.kind}`)
    expect(history.accesses.filter(({ at }) => at >= begun)).toHaveLength(1)
    const told = await desk(0).notifications(1)
    expect(told.map(access => access.author)).toMatchObject([{ userId: '000000000020' }])
  })

  test('a look as a flag is an access like any other, and the same one as another look of the day (rule 5.5)', async () => {
    const { nhsNumber } = heldOnce(people())
    const begun = new Date()
    const flag = async (user: string) => {
      const url = `${running.service.baseUrl}/cpis/FHIR/R4/PatientFlag?patient=${nhsNumber}`
      const response = await fetch(url, { headers: { authorization: `Bearer ${await issuer.token(user)}` } })
      return response.json()
    }
    expect(await flag('000000000020')).toMatchObject({ total: 1 })
    expect(await flag('000000000022')).toMatchObject({ total: 1 })
    await ask('000000000022').careTeams(nhsNumber)
    const history = await ask('000000000022').accessHistory(nhsNumber)
    if (history.kind !== 'listed') throw new Error(`The history is ${history.kind}`)
    expect(history.accesses.filter(({ at }) => at >= begun)).toHaveLength(1)
    const told = await desk(0).notifications(1)
    expect(told.map(access => access.author)).toMatchObject([{ userId: '000000000022' }])
  })

  test('whoever lacks the activity is refused, told which, and learns nothing (rule 5.3)', async () => {
    const [somebody] = people()
    const nhsNumber = somebody?.nhsNumber ?? ''
    expect(await ask('000000000030', []).careTeams(nhsNumber)).toMatchObject({ kind: 'refused', status: 403 })
    const silent = await ask('000000000031', ['B0170']).careTeams(nhsNumber)
    expect(silent).toMatchObject({ kind: 'refused', status: 403 })
    expect(JSON.stringify(silent)).toContain('B0107')
  })

  test('the same file again is answered alike and changes nothing; another under its number is refused (rule 3.8)', async () => {
    const first = await file(someRecords(3))
    const once = await desk(0).upload(first)
    expect(await desk(0).upload(first)).toEqual(once)
    const used = once.sequence
    const refused = await desk(0).upload(await file(someRecords(2), { sequence: used }))
    expect(refused).toMatchObject({ fileCode: 'CPF01', sequence: used })
    expect(refused.fileReason).toContain('different content')
  })

  test('a file of good records alone is CPF02, and one of bad records alone is CPF04 (rules 3.10 and 3.16)', async () => {
    const good = someRecords(2)
    expect(await desk(0).upload(await file(good))).toMatchObject({ fileCode: 'CPF02', loaded: 2, failed: 0 })
    const bad = good.map(record => ({
      ...record,
      subjects: record.subjects.map(subject => ({ ...subject, nhsNumber: '9990000000' })),
    }))
    const { authority } = uploads()[0]?.header ?? {}
    if (!authority) throw new Error('The population has an upload')
    const head = { authority: { ...authority, dutyPhone: '01632960777' } }
    expect(await desk(0).upload(await file(bad, head))).toMatchObject({
      fileCode: 'CPF04',
      loaded: 0,
      failed: 2,
    })
    const nhsNumber = good[0]?.subjects[0]?.nhsNumber ?? ''
    const outcome = await ask('000000000041').careTeams(nhsNumber)
    const phones = outcome.kind === 'held' ? outcome.plans.map(plan => plan.authority) : []
    expect(phones).toContainEqual(expect.objectContaining({ dutyPhone: '01632960777' }))
  })

  test('a deleted plan disappears, and comes back with a newer file that carries it (rule 3.5)', async () => {
    const held = someRecords(40).find(record => record.plans.length === 1 && record.plans[0]?.type === 'CPP')
    const [plan] = held?.plans ?? []
    if (!held || !plan) throw new Error('The population holds a protection plan')
    const nhsNumber = held.subjects[0]?.nhsNumber ?? ''
    const deleted = { ...held, position: 1, plans: [{ ...plan, delete: '202601010000' }] }
    await desk(0).upload(await file([deleted]))
    expect(await ask('000000000040').careTeams(nhsNumber)).toEqual({ kind: 'nothing-held' })
    await desk(0).upload(await file([{ ...held, position: 1 }]))
    expect(await ask('000000000040').careTeams(nhsNumber)).toMatchObject({ kind: 'held' })
  })

  const text = async (records = someRecords(2)) => new TextDecoder().decode(await file(records))
  const bad: Record<string, () => Promise<string | Uint8Array>> = {
    'not XML at all': async () => 'a,b,c\n1,2,3\n',
    'cut short': async () => (await text()).slice(0, -200),
    'with a document type': async () =>
      `<!DOCTYPE File [<!ENTITY a "b">]>${(await text()).replace(/^<\?xml[^>]*>/, '')}`,
    'with an unknown entity': async () => (await text()).replace('<given>', '<given>&bomb;'),
    'not in the encoding it declares': async () =>
      Buffer.from((await text()).replace('<given>', '<given>\xe9'), 'latin1'),
    'nested without end': async () => (await text()).replace('<given>', `<given>${'<a>'.repeat(500)}`),
    'with a wrong count': () => file(someRecords(2), { recordCount: 3 }),
    'of another authority': async () => {
      const [, other] = uploads()
      if (!other) throw new Error('The population has a second upload')
      return file(someRecords(2), { authority: other.header.authority })
    },
    'created the day after tomorrow': () =>
      file(someRecords(2), { createdAt: new Date(Date.now() + 2 * 86_400_000) }),
    'created 91 days ago': () => file(someRecords(2), { createdAt: new Date(Date.now() - 91 * 86_400_000) }),
    'without a duty number': async () => (await text()).replace(/<telecom use="EC"[^>]*>/, ''),
    'with another root': async () => (await text()).replaceAll('File', 'Folder'),
  }
  test.each(
    Object.keys(bad),
  )('a file %s is CPF01 with the reason, and nothing is applied (rules 3.1, 3.13 and 23.4)', async name => {
    const before = await plansHeld(running)
    const made = await bad[name]?.()
    const answer = await desk(0).upload(
      typeof made === 'string' ? new TextEncoder().encode(made) : (made ?? new Uint8Array()),
    )
    expect(answer).toMatchObject({ fileCode: 'CPF01', loaded: 0, failed: 0 })
    expect(answer.fileReason?.length).toBeGreaterThan(20)
    expect(await plansHeld(running)).toEqual(before)
  })

  test('PDS down: CPF05, nothing applied, and the same file is loaded when PDS is back (rule 3.12)', async () => {
    const before = await plansHeld(running)
    const records = someRecords(3)
    const waiting = await file(records)
    sandbox().pdsConduct.down = true
    expect(await desk(0).upload(waiting)).toMatchObject({ fileCode: 'CPF05', sequence, loaded: 0 })
    expect(await plansHeld(running)).toEqual(before)
    sandbox().pdsConduct.down = false
    // PDS is left alone for a while after a run of failures, so the first answers may still be CPF05 (rule 10.4).
    await until(async () => (await desk(0).upload(waiting)).loaded > 0)
  })

  test('a mailbox must prove itself, and a token opens one request (rules 7.1 to 7.3)', async () => {
    const [authority] = sandbox().authorities
    const impostor = meshClient({
      baseUrl: running.service.baseUrl,
      mailboxId: `LA${authority?.odsCode}OT001`,
      password: 'guessed',
      sharedKey: running.service.config.mesh.sharedKey,
    })
    await expect(impostor.handshake()).rejects.toMatchObject({ status: 403 })
  })

  test('every look is in the audit log, and no log line holds anything of a person (rules 8.1 and 8.2)', async () => {
    const { database } = running.service.store
    const asked = await database.kysely
      .selectFrom('audit')
      .selectAll()
      .where('nhs_number', 'is not', null)
      .execute()
    expect(asked.length).toBeGreaterThan(people().length)
    expect(running.logLines.length).toBeGreaterThan(50)
    const log = running.logLines.join('')
    expect(log).not.toMatch(/\b999\d{7}\b/)
    for (const upload of uploads()) {
      for (const { subjects } of upload.records) {
        for (const { given, family, nhsNumber, localId } of subjects) {
          for (const secret of [given, family, nhsNumber, localId]) {
            if (secret && secret.length > 3 && log.includes(secret))
              throw new Error('A log line holds something of a person')
          }
        }
      }
    }
  })
})

async function plansHeld(running: RunningService): Promise<object[]> {
  return running.service.store.database.kysely
    .selectFrom('plan')
    .selectAll()
    .orderBy('nhs_number')
    .orderBy('id')
    .execute()
}

/** A clinician of each telling person's own, so that each look is the first of its author (rule 5.6). */
function clinician(nth: number): string {
  return String(1000 + nth).padStart(12, '0')
}

/** Somebody of whom one authority holds one plan. */
function heldOnce(people: readonly ExamplePerson[]): ExamplePerson {
  const found = people.find(({ visiblePlans, authorities }) => visiblePlans === 1 && authorities.length === 1)
  if (!found) throw new Error('Somebody is held')
  return found
}
