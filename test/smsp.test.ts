import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseNhsNumber } from '../src/domain/nhs-number.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import type { PersonAuthor } from '../src/domain/query/requester.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { miniServiceClient } from './support/smsp.ts'
import { spineSystem } from './support/spine.ts'

const [WARD, CLINIC] = SYSTEMS
if (!WARD || !CLINIC) throw new Error('The sandbox has two systems')

function nurse(userId: string): PersonAuthor {
  return {
    kind: 'person',
    userId,
    name: { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase' },
    jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
    organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX GENERAL HOSPITAL' },
  }
}

/** The mini service of the real service: what it says is what the other interfaces say. */
describeJourney('the mini service', engine => {
  let place: Place
  let running: RunningService
  let desk: AuthorityDesk
  let child = ''
  /** In the range of made-up numbers, and nobody's. */
  const nobody = '9999999980'

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '20', CPIS_NOTIFICATION_WINDOW_MS: '200' })
    const { sandbox } = running.service
    const [authority] = sandbox?.authorities ?? []
    const [upload] = sandbox?.population.uploads ?? []
    if (!sandbox || !authority || !upload) throw new Error('The service of this test has a sandbox')
    desk = await openDesk(running.service, authority)
    await desk.upload(await collected(writeUpload(upload.header, upload.records)))
    const numbers = [...upload.records].map(({ subjects }) => parseNhsNumber(subjects[0]?.nhsNumber ?? ''))
    const ask = spineSystem(running.service, CLINIC.asid, newId)
    for (const number of numbers) {
      if (!number.ok || (await ask(nurse('000000000009'), number.value, 'scheduled')).kind !== 'held')
        continue
      child = number.value
      break
    }
    if (!child) throw new Error('The upload of this test holds no plan that can be seen')
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
  })

  test('says of a child what Spine messaging says, lists who asked, and tells the authority', async () => {
    const response = await miniServiceClient(running.service, 'X9Z01', newId)(nurse('000000000001'), child)
    const spoken = await spineSystem(running.service, WARD.asid, newId)(nurse('000000000001'), child)
    if (spoken.kind !== 'held') throw new Error(`Spine messaging says ${spoken.kind}`)
    expect(response).toMatchObject({ code: 'SMSP-0000', answer: spoken.answer })
    expect(spoken.answer.accesses).toMatchObject([{ author: nurse('000000000001') }])
    const told = await desk.notifications(1)
    expect(told.map(({ accessId }) => accessId)).toEqual([spoken.answer.accesses[0]?.id])
  })

  test('says of a child without a plan that nothing matches', async () => {
    const ask = miniServiceClient(running.service, 'X9Z01', newId)
    expect(await ask(nurse('000000000001'), nobody)).toMatchObject({ code: 'CPIS-0001' })
  })

  test('shows nothing to an organisation that is not registered for it', async () => {
    const organisations = ['X9Z99', CLINIC.organisation.odsCode].filter(
      code => code !== WARD.organisation.odsCode,
    )
    for (const odsCode of organisations) {
      const ask = miniServiceClient(running.service, odsCode, newId)
      for (const number of [child, nobody]) {
        expect(await ask(nurse('000000000001'), number)).toMatchObject({ code: 'SMSP-0005' })
      }
    }
  })

  test('leaves one audit entry each, with who asked, and no person in the log (rules 8.1 and 8.2)', async () => {
    const rows = await running.service.store.database.kysely
      .selectFrom('audit')
      .select(['outcome', 'details', 'nhs_number'])
      .where('door', '=', 'smsp')
      .execute()
    const allowed = rows.filter(({ outcome }) => outcome === 'allowed')
    expect(allowed).toHaveLength(2)
    for (const { details } of allowed) {
      expect(details).toMatchObject({ identities: 'urn:nhs-uk:identity:ods:X9Z01', system: WARD.asid })
    }
    expect(rows.filter(({ outcome }) => outcome !== 'allowed').map(row => row.nhs_number)).not.toContain(
      child,
    )
    const log = running.logLines.join('')
    expect(log).toContain('/smsp/cpis')
    for (const secret of [child, nobody, 'Testcase']) expect(log).not.toContain(secret)
  })

  test('says that it could not look while the database answers with an error', async () => {
    const { kysely } = running.service.store.database
    await sql`alter table plan rename to elsewhere`.execute(kysely)
    const ask = miniServiceClient(running.service, 'X9Z01', newId)
    for (const number of [child, nobody]) {
      expect(await ask(nurse('000000000001'), number)).toMatchObject({ code: 'CPIS-9999' })
    }
    await sql`alter table elsewhere rename to plan`.execute(kysely)
  })

  test('says that it could not look once the database is gone, whomever it is asked for (rule 4.3)', async () => {
    await running.service.store.database.close()
    const ask = miniServiceClient(running.service, 'X9Z01', newId)
    for (const number of [child, nobody]) {
      expect(await ask(nurse('000000000001'), number)).toMatchObject({ code: 'SMSP-0004' })
    }
  })
})
