import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import { fhirClient } from '../src/client/index.ts'
import type { Schema } from '../src/storage/schema.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { until } from './support/until.ts'

const CHECK_PROOF = fileURLToPath(new URL('support/check-proof.py', import.meta.url))
const CHILD = '9990000018'

describeJourney('the sealed audit log', engine => {
  let place: Place
  let running: RunningService
  let variables: Record<string, string>
  const file = (name: string) => join(String(place.settings['CPIS_DATA_DIR']), name)
  const kysely = () => running.service.store.database.kysely
  const audit = (...args: string[]) => runCli(['audit', ...args], { variables })
  const python = (...args: string[]) =>
    execFileSync('/usr/bin/python3', [CHECK_PROOF, ...args], { encoding: 'utf8' })
  /** As somebody who may do anything with the database. */
  const asIntruder = (work: (trx: Kysely<Schema>) => Promise<unknown>) =>
    kysely()
      .transaction()
      .execute(async trx => {
        await sql`alter table audit disable trigger user`.execute(trx)
        await work(trx)
        await sql`alter table audit enable trigger user`.execute(trx)
      })
  const start = async () => {
    running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '20' })
    const { config } = running.service
    variables = { ...place.settings, PORT: String(config.port), CPIS_ADMIN_PORT: String(config.adminPort) }
  }

  beforeAll(async () => {
    place = await makePlace(engine)
    await start()
    const nurse = await running.service.sandbox?.signIn(running.service.baseUrl).signIn('ed-nurse')
    if (nurse?.kind !== 'clinician') throw new Error('The nurse of the sandbox may sign in')
    const client = fhirClient({
      baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`,
      token: () => nurse.token,
    })
    await client.careTeams(CHILD, { unscheduled: true })
  })
  afterAll(async () => {
    await running?.stop()
    await place?.remove()
  })

  test('what happens is sealed by itself, and a checkpoint leaves by the log of the service', async () => {
    await until(async () => {
      const { waiting, newest } = await running.service.store.storage.sealedLog.status()
      return newest !== undefined && waiting === 0
    })
    const told = running.logLines.find(line => line.includes('audit log sealed'))
    expect((JSON.parse(String(told)) as { checkpoint: string }).checkpoint).toMatch(/^cp-is-audit\//)
    expect(told).not.toContain(CHILD)
  })

  test('a head and a key can be kept, and all of it holds', async () => {
    for (const what of ['head', 'key']) {
      const shown = await audit(what)
      expect(shown.exitCode).toBe(0)
      writeFileSync(file(what), `${shown.out}\n`)
    }
    const verified = await audit('verify', '--head', file('head'), '--key', file('key'))
    expect(verified).toMatchObject({ exitCode: 0, err: '' })
    expect(verified.out).toMatch(/entries and \d+ checkpoints? looked at.*\nNothing was changed\.$/s)
    expect(JSON.parse((await audit('verify', '--json')).out)).toMatchObject({ found: 0 })
  })

  test('entries are proved by a file that others check without us', async () => {
    const proof = file('proof.json')
    const saved = await audit('prove', '--number', '999 000 0018', '--out', proof)
    expect(saved).toMatchObject({ exitCode: 0, err: '' })
    expect(saved.out).toBe(`1 entry with proof in ${proof}.`)
    expect(readFileSync(proof, 'utf8')).toContain(CHILD)
    const checked = await audit('check', proof, '--key', file('key'))
    expect(checked).toMatchObject({ exitCode: 0, err: '' })
    expect(checked.out).toMatch(/^1 entry proved to be in the log cp-is-audit/)
    expect(python(proof, file('key'))).toMatch(/^\S+ proved\n$/)

    const everything = file('all.json')
    await audit('prove', '--out', everything)
    const lines = python(everything, file('key')).trim().split('\n')
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.filter(line => !line.endsWith(' proved'))).toEqual([])
  })

  test('a file that was changed is no proof, to us and to others', async () => {
    const changed = file('changed.json')
    writeFileSync(changed, readFileSync(file('proof.json'), 'utf8').replaceAll(CHILD, '9990000026'))
    const checked = await audit('check', changed, '--key', file('key'))
    expect(checked.exitCode).toBe(1)
    expect(checked.out).toMatch(/: not as it was sealed$/)
    expect(python(changed, file('key'))).toMatch(/^\S+ wrong\n$/)
  })

  test.each([
    [['prove', '--out', 'PLACE/proof.json'], 2, /is there already/],
    [['prove', '--out', 'PLACE/x', '--from', '1/2/2026'], 1, /Write a day like/],
    [['prove', '--out', 'PLACE/x', '--from', '2026-03-02', '--to', '2026-03-01'], 1, /must not be after/],
    [['prove', '--out', 'PLACE/x', '--number', '9990000019'], 1, /Is no NHS number/],
    [['prove', '--out', 'PLACE/x', '--entry', 'mine'], 1, /Invalid UUID \(ids\[0\]\)/],
    [['check', 'PLACE/key', '--key', 'PLACE/key'], 1, /no file of entries with proof. It is not JSON/],
    [['check', 'PLACE/proof.json', '--key', 'PLACE/head'], 1, /is no public key/],
    [['check', 'PLACE/absent', '--key', 'PLACE/key'], 2, /is not there/],
    [['verify', '--head', 'PLACE/key'], 2, /One of the checkpoints is none/],
    [['verify', '--key', 'PLACE/head'], 2, /no public key/],
    [['verify', '--head', 'PLACE/absent'], 2, /is not there/],
  ])('%j is told what is wrong', async (args, exitCode, words) => {
    const answer = await audit(
      ...args.map(arg => arg.replace('PLACE', String(place.settings['CPIS_DATA_DIR']))),
    )
    expect(answer.err).toMatch(words)
    expect(answer.exitCode).toBe(exitCode)
  })

  test('with another key than the one that signs, nothing is believed', async () => {
    const other = await makePlace('embedded')
    const elsewhere = await startIn(other, { CPIS_SANDBOX_CHILDREN: '20' })
    try {
      const { config } = elsewhere.service
      const there = { ...other.settings, CPIS_ADMIN_PORT: String(config.adminPort) }
      const key = await runCli(['audit', 'key'], { variables: there })
      writeFileSync(file('other-key'), key.out)
      const verified = await audit('verify', '--key', file('other-key'))
      expect(verified.exitCode).toBe(1)
      expect(verified.out).toContain('not signed with a key that is trusted here')
      const checked = await audit('check', file('proof.json'), '--key', file('other-key'))
      expect(checked).toMatchObject({ exitCode: 1 })
      expect(checked.err).toContain('nothing is proved')
    } finally {
      await elsewhere.stop()
      await other.remove()
    }
  })

  test.runIf(engine === 'postgresql')('a program of its own reads the database itself', async () => {
    const verified = await audit('verify', '--database', '--head', file('head'), '--key', file('key'))
    expect(verified).toMatchObject({ exitCode: 0, err: '' })
  })

  test.runIf(engine === 'embedded')('the embedded database is read when nobody else has it', async () => {
    await running.stop()
    expect(await audit('verify')).toMatchObject({ exitCode: 2 })
    expect(await audit('verify', '--database', '--head', file('head'))).toMatchObject({
      exitCode: 0,
      err: '',
    })
    await start()
  })

  test('an entry changed by whoever owns the database is found, named and said everywhere', async () => {
    const child = await kysely()
      .selectFrom('audit')
      .select('id')
      .where('nhs_number', '=', CHILD)
      .where('door', '=', 'fhir')
      .executeTakeFirstOrThrow()
    await asIntruder(trx =>
      trx.updateTable('audit').set({ nhs_number: '9990000026' }).where('id', '=', child.id).execute(),
    )
    const verified = await audit('verify')
    expect(verified.exitCode).toBe(1)
    expect(verified.out).toContain(`Entry ${child.id} was changed after it was sealed.`)
    expect(verified.out + verified.err).not.toContain(CHILD)
    const proof = await audit('prove', '--entry', child.id, '--out', file('none.json'))
    expect(proof).toMatchObject({ exitCode: 1 })
    expect(proof.err).toContain('cannot be proved')
    const metrics = await (await fetch(`${running.service.adminUrl}/metrics`)).text()
    expect(metrics).toMatch(/^cpis_audit_findings 1$/m)
    expect(metrics).toMatch(/^cpis_audit_unsealed \d+$/m)
    expect(metrics).toMatch(/^cpis_audit_checked_seconds [\d.]+$/m)
  })

  test('what was done is on record itself', async () => {
    const actions = await kysely()
      .selectFrom('audit')
      .select('action')
      .where('door', '=', 'operations')
      .where('outcome', '=', 'allowed')
      .groupBy('action')
      .execute()
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['show audit seal', 'prove audit entries', 'check audit log']),
    )
  })
})
