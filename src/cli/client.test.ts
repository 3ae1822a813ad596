import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePlace, type Place, type RunningService, startIn } from '../../test/support/running-service.ts'
import { runCli } from './testing.ts'

describe('cpis client', () => {
  let place: Place
  let running: RunningService
  let settings: Record<string, string>

  beforeAll(async () => {
    place = await makePlace('embedded')
    running = await startIn(place, { CPIS_SANDBOX_AUTHORITIES: '1', CPIS_SANDBOX_CHILDREN: '10' })
    const { port, adminPort } = running.service.config
    settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
  })

  const client = (...args: string[]) => runCli(['client', ...args], { variables: settings })
  const ADD = ['--party-key', 'X9Z03-999002', '--ods', 'x9z03', '--name', 'Made-up Clinic']

  test('a system is let in, listed and let in no longer (rule 9.5)', async () => {
    const added = await client('add', '999000000013', ...ADD, '--allows', 'unscheduled', 'scheduled')
    expect(added.out).toBe('System 999000000013 may ask: unscheduled, scheduled.')
    const { out } = await client('list')
    expect(out).toMatch(
      /999000000013 +X9Z03-999002 +unscheduled scheduled +synchronous +X9Z03 +Made-up Clinic/,
    )
    expect((await client('remove', '999000000013')).exitCode).toBe(0)
    const { out: listed } = await client('list', '--json')
    expect(JSON.parse(listed).map(({ asid }: { asid: string }) => asid)).toEqual(
      running.service.sandbox?.systems.map(({ asid }) => asid),
    )
  })

  test('one that is answered later is let in with its contract and certificate', async () => {
    const contract = ['--cpa-id', 'S0013A1', '--callback', 'https://clinic.example/answers', '--retries', '1']
    const certificate = ['--certificate', 'ab'.repeat(32)]
    const exchanges = ['--exchanges', 'synchronous', 'asynchronous']
    await client(
      'add',
      '999000000013',
      ...ADD,
      '--allows',
      'scheduled',
      ...exchanges,
      ...contract,
      ...certificate,
    )
    const listed = JSON.parse((await client('list', '--json')).out)
    expect(listed.at(-1)).toMatchObject({
      exchanges: ['synchronous', 'asynchronous'],
      contract: { cpaId: 'S0013A1', reliability: 'reliable', retries: 1 },
      certificate: 'AB'.repeat(32),
    })
    await client('remove', '999000000013')
  })

  test.each([
    [['add', '99900000001', ...ADD, '--allows', 'scheduled'], 'An ASID is twelve digits. (asid)'],
    [['add', '999000000014', ...ADD, '--allows', 'often'], 'unscheduled, scheduled or both. (allows[0])'],
    [['add', '999000000014', ...ADD], "Required option '--allows <access...>' not specified."],
    [
      ['add', '999000000014', ...ADD, '--allows', 'scheduled', '--exchanges', 'asynchronous'],
      'needs a contract',
    ],
    [
      ['add', '999000000014', ...ADD, '--allows', 'scheduled', '--callback', 'https://a.example'],
      '(contract.cpaId)',
    ],
    [['post-again', '999000000014', 'M-1'], 'No such answer.'],
    [['remove', '999000000014'], 'No such client system.'],
    [['remove', '../mailboxes'], 'No such client system.'],
  ])('%j is refused and says why', async (args, words) => {
    const { exitCode, err } = await client(...args)
    expect(exitCode).toBe(1)
    expect(err).toContain(words)
  })

  test('answers that were not taken are listed: none here', async () => {
    expect((await client('undelivered')).out).toBe('Every answer was taken.')
  })

  test('the sandbox tells systems where to post, and by which ASID', async () => {
    const { out } = await runCli(['sandbox', '--json'], { variables: settings })
    expect(JSON.parse(out)).toMatchObject({
      systems: [{ allows: ['unscheduled'] }, { allows: ['scheduled'] }],
      spineAsid: running.service.config.spineAsid,
    })
    expect((await runCli(['sandbox'], { variables: settings })).out).toContain('/sync-service')
  })
})
