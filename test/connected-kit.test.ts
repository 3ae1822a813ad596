import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import { addAuthority } from '../src/flows/registration/manage-exchange.ts'
import { openAuthorityState } from '../src/kit/authority-state.ts'
import { childIndex, personAt } from '../src/sandbox/people.ts'
import { settle } from '../src/sandbox/settle.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'

const OURS = 'CPISOURS' as MailboxId
const COUNCIL = 'X9AOT001' as MailboxId
const PASSWORD = 'a-password'
const SHARED_KEY = 'key-of-the-exchange'
const WORKFLOWS = {
  CPIS_MESH_UPLOAD_WORKFLOW: 'NATIONAL_UPLOAD',
  CPIS_MESH_ACKNOWLEDGEMENT_WORKFLOW: 'NATIONAL_UPLOAD_ACK',
  CPIS_MESH_NOTIFICATION_WORKFLOW: 'NATIONAL_NOTIFICATION',
  CPIS_MESH_INACTIVE_NUMBER_WORKFLOW: 'NATIONAL_INACTIVE',
} as const
const SMALL = { CPIS_SANDBOX_AUTHORITIES: '1', CPIS_SANDBOX_CHILDREN: '10' }

/** Two services: one plays the MESH server elsewhere, and ours is an ordinary client of it. A council works with the kit. */
describeJourney('the kit through connected mode', engine => {
  let places: Place[]
  let elsewhere: RunningService
  let ours: RunningService
  let directory: string

  beforeAll(async () => {
    places = [await makePlace(engine), await makePlace(engine)]
    const [there, here] = places
    if (!there || !here) throw new Error('There are two places')
    directory = mkdtempSync(join(tmpdir(), 'cpis-connected-kit-'))
    elsewhere = await startIn(there, { ...SMALL, CPIS_MESH_SHARED_KEY: SHARED_KEY })
    const { mailboxes, workflows } = elsewhere.service.store.storage
    for (const [id, odsCode] of [
      [OURS, 'X26'],
      [COUNCIL, 'X9A'],
    ] as const) {
      await mailboxes.add({ id, name: id, odsCode: odsCode as OdsCode, password: PASSWORD })
    }
    const [upload, ...answers] = Object.values(WORKFLOWS)
    if (!upload) throw new Error('There is a workflow of uploads')
    await workflows.add({ id: upload, description: '', senders: [COUNCIL], receivers: [OURS] })
    for (const id of answers) {
      await workflows.add({ id, description: '', senders: [OURS], receivers: [COUNCIL] })
    }
    ours = await startIn(here, {
      ...SMALL,
      ...WORKFLOWS,
      CPIS_MESH_MAILBOX: OURS,
      CPIS_MESH_URL: elsewhere.service.baseUrl,
      CPIS_MESH_CLIENT_PASSWORD: PASSWORD,
      CPIS_MESH_CLIENT_SHARED_KEY: SHARED_KEY,
      CPIS_MESH_POLL_SECONDS: '1',
    })
    const { storage } = ours.service.store
    const mailbox = { id: COUNCIL, name: 'Council', odsCode: 'X9A' as OdsCode, password: 'not-used' }
    const deps = { storage, clock: { now: () => new Date() }, newId, mesh: ours.service.config.mesh }
    await addAuthority(deps, { odsCode: 'X9A' as OdsCode, name: 'Council', mailbox, live: true })
    writeFileSync(
      join(directory, 'authority.json'),
      JSON.stringify({ odsCode: 'X9A', name: 'Council', dutyPhone: '01632 960001' }),
    )
  })
  afterAll(async () => {
    await ours.stop()
    await elsewhere.stop()
    for (const place of places) await place.remove()
    rmSync(directory, { recursive: true, force: true })
  })

  const sentFromUs = () =>
    elsewhere.service.store.database.kysely
      .selectFrom('message')
      .select(['recipient', 'workflow_id'])
      .where('sender', '=', OURS)
      .execute()

  test('what is for authorities of the sandbox never leaves, at any start (rule 18.11)', async () => {
    const { sandbox, store, config } = ours.service
    if (!sandbox) throw new Error('The service of this test has a sandbox')
    const { storage, database } = store
    const settling = {
      storage,
      database,
      clock: { now: () => new Date() },
      newId,
      population: sandbox.population,
      mesh: config.mesh,
      url: ours.service.baseUrl,
      report: () => undefined,
      signal: new AbortController().signal,
    }
    expect(await settle(settling)).toMatchObject({ kind: 'settled' })
    // As a start would that was interrupted the last time.
    await database.kysely.deleteFrom('sandbox_memory').where('name', '=', 'settled').execute()
    expect(await settle(settling)).toMatchObject({ kind: 'settled' })
    expect(await sentFromUs()).toEqual([])
  })

  test.each([
    ['a day', [], WORKFLOWS.CPIS_MESH_UPLOAD_WORKFLOW],
    ['a day that compresses, under a workflow id in small letters', ['--gzip'], 'national_upload'],
  ])('%s goes from the table to the answer (rule 17.13)', async (_what, more, uploadWorkflow) => {
    const country = ours.service.sandbox?.population.country
    if (!country) throw new Error('The service of this test has a sandbox')
    const { nhsNumber, given, family, birthDate } = personAt(country, childIndex(2000, 0))
    const born = birthDate.split('-').reverse().join('/')
    const table = join(directory, 'people.csv')
    writeFileSync(
      table,
      `NHS No,Forename,Surname,DOB,Plan,Start date,Person ID\n${nhsNumber},${given[0]},${family},${born},CPP,${born},P1\n`,
    )
    const state = join(directory, 'state')
    const mailbox = ['--mailbox', COUNCIL, '--password', PASSWORD, '--shared-key', SHARED_KEY]
    const { exitCode, out, err } = await runCli(
      [
        ...['upload', 'day', table, '--authority-file', join(directory, 'authority.json'), '--state', state],
        ...['--patience', '30', ...mailbox, '--url', elsewhere.service.baseUrl, '--json', ...more],
      ],
      {
        variables: {
          ...WORKFLOWS,
          CPIS_MESH_UPLOAD_WORKFLOW: uploadWorkflow,
          CPIS_MESH_MAILBOX: OURS.toLowerCase(),
        },
      },
    )
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      sent: { kind: 'sent' },
      answer: { fileCode: 'CPF02', loaded: 1 },
      collected: { failed: [] },
    })
    const kept = await openAuthorityState(state)
    const uploads = await kept.uploads()
    await kept.close()
    expect(uploads.at(-1)).toMatchObject({ status: 'answered', fileCode: 'CPF02' })
    expect(await sentFromUs()).toEqual(
      uploads.map(() => ({ recipient: COUNCIL, workflow_id: WORKFLOWS.CPIS_MESH_ACKNOWLEDGEMENT_WORKFLOW })),
    )
  })
})
