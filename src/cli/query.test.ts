import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../test/support/free-ports.ts'
import { freshNhsNumber, pdsSays, storedAuthority, storedPlan } from '../../test/support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from '../../test/support/running-service.ts'
import type { NhsNumber } from '../domain/nhs-number.ts'
import { SYSTEMS } from '../sandbox/systems.ts'
import { NOTHING_HELD } from './query-words.ts'
import { runCli } from './testing.ts'

const INTERFACES = ['fhir', 'soap', 'ebxml', 'smsp'] as const
const WARD = ['--party-key', 'X9Z01-999001', '--ods', 'X9Z01', '--name', 'Sandbox General Hospital']
const CLINIC = ['--party-key', 'X9Z02-999001', '--ods', 'X9Z02', '--name', 'Sandbox Village Surgery']

describe('cpis query', () => {
  let place: Place
  let running: RunningService
  let settings: Record<string, string>
  let callback: string
  let callbackPort: number

  const cpis = (...args: string[]) => runCli(args, { variables: settings })
  const register = (asid: string, of: string[], allows: string, ...more: string[]) => {
    const contract = [
      '--cpa-id',
      `CPA${asid}`,
      '--callback',
      callback,
      '--retries',
      '1',
      '--retry-interval',
      '1',
    ]
    return cpis('client', 'add', asid, ...of, '--allows', allows, ...more, ...contract)
  }
  const held = async (): Promise<NhsNumber> => {
    const nhsNumber = freshNhsNumber()
    await storedPlan(running.service.store.database, { nhs_number: nhsNumber, authority: '801' })
    return nhsNumber
  }

  beforeAll(async () => {
    place = await makePlace('embedded')
    running = await startIn(place, { CPIS_SANDBOX_AUTHORITIES: '1', CPIS_SANDBOX_CHILDREN: '10' })
    const { port, adminPort } = running.service.config
    settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
    ;[callbackPort = 0] = await freePorts(1)
    callback = `http://127.0.0.1:${callbackPort}/answers`
    const all = ['--exchanges', 'synchronous', 'asynchronous', 'mini-service']
    await register('999000000011', WARD, 'unscheduled', ...all)
    await register('999000000012', CLINIC, 'scheduled', '--exchanges', 'synchronous', 'asynchronous')
    await storedAuthority(running.service.store.database, '801')
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
  })

  test('says the same of a child through every interface', async () => {
    const child = await held()
    const said: string[] = []
    for (const via of INTERFACES) {
      const { exitCode, out, err } = await cpis('query', child, '--via', via)
      expect([exitCode, err]).toEqual([0, ''])
      // When a plan was last uploaded is in no message of HL7 v3.
      said.push(out.replace(/\n *last uploaded.*/, '').replace(/ +/g, ' '))
    }
    expect(said[0]).toContain('Child protection plan')
    expect(said[0]).toMatch(/by night \d+ \(emergency duty team\)/)
    expect(new Set(said).size).toBe(1)
  })

  test('still understands what --via was called before, and says so on standard error', async () => {
    const child = await held()
    const before = await cpis('query', child, '--door', 'soap')
    expect(before.out).toBe((await cpis('query', child, '--via', 'soap')).out)
    expect([before.exitCode, before.err]).toEqual([0, expect.stringContaining('--door is called --via now')])
  })

  test('says through every interface that no information is held', async () => {
    for (const via of INTERFACES) {
      const { exitCode, out } = await cpis('query', freshNhsNumber(), '--via', via)
      expect([exitCode, out]).toEqual([0, NOTHING_HELD])
      expect(out).toContain('ask by the mother as well')
    }
  })

  test('says through every interface that a number could not be checked, and never that nothing is held (rule 4.8)', async () => {
    const conduct = running.service.sandbox?.pdsConduct
    if (!conduct) throw new Error('The service of this test has a sandbox')
    conduct.down = true
    try {
      for (const via of INTERFACES) {
        const { exitCode, out, err } = await cpis('query', freshNhsNumber(), '--via', via)
        expect([via, exitCode, out]).toEqual([via, 2, ''])
        expect(err).toMatch(/^cpis: Nothing is held under this number, but PDS could not be asked/)
        expect(err).not.toContain('No information held')
      }
      const json = await cpis('query', freshNhsNumber(), '--history', '--json')
      expect([json.exitCode, json.out]).not.toContain('none-listed')
    } finally {
      conduct.down = false
    }
  })

  test('says through every interface that nothing can be answered of somebody restricted (rule 10.1)', async () => {
    const child = await held()
    await pdsSays(running.service.store.database, child, { state: 'live', restricted: true })
    for (const via of INTERFACES) {
      const { exitCode, out, err } = await cpis('query', child, '--via', via)
      expect([via, exitCode === 0, out]).toEqual([via, false, ''])
      expect(err).not.toMatch(/No information held|801/)
    }
  })

  test('shows who has looked: the same nurse once, whatever interface she came through (rule 5.6)', async () => {
    const child = await held()
    for (const via of INTERFACES) {
      const { out } = await cpis('query', child, '--via', via, '--history')
      expect(out.match(/Nurse Quince SANDBOX, Nurse Access Role, .*\(X9Z01\)/g)).toHaveLength(1)
    }
    expect((await cpis('query', await held(), '--via', 'soap', '--scheduled', '--history')).out).toContain(
      'No unscheduled look is listed.',
    )
    const nobody = await cpis('query', freshNhsNumber(), '--via', 'soap', '--history')
    expect(nobody.out).toBe(NOTHING_HELD)
  })

  test('--json is the outcome whole: plans and accesses', async () => {
    const child = await held()
    for (const via of ['soap', 'ebxml', 'smsp']) {
      const { out } = await cpis('query', child, '--via', via, '--json')
      expect(JSON.parse(out)).toMatchObject({
        kind: 'held',
        plans: [{ type: 'CPP', authority: { odsCode: '801' } }],
        accesses: [{ viewer: 'Nurse Quince SANDBOX' }],
      })
    }
  })

  test('a booked appointment is silent through the surgery’s system, and not for a mini service', async () => {
    const child = await held()
    for (const via of ['soap', 'ebxml']) {
      expect((await cpis('query', child, '--via', via, '--scheduled')).out).toContain('There is a plan')
    }
    const looks = await running.service.store.database.kysely
      .selectFrom('access')
      .select('id')
      .where('nhs_number', '=', child)
      .execute()
    expect(looks).toEqual([])
    const silent = await cpis('query', child, '--via', 'smsp', '--scheduled')
    expect([silent.exitCode, silent.out]).toEqual([1, ''])
    expect(silent.err).toContain('unscheduled care alone')
  })

  test.each([
    [['--via', 'soap', '--as', 'porter'], 'no activity B0107'],
    [['--via', 'soap', '--as', 'nobody'], 'These are: ed-nurse'],
    [['--via', 'ebxml', '--as', 'midwife', '--scheduled'], 'No system of Sandbox General Hospital'],
    [['--via', 'soap', '--token', 'x'], 'Only over FHIR'],
    [['--system', 'x.json'], 'Over FHIR a token says who asks'],
    [['--via', 'soap', '--system', 'x.json', '--as', 'ed-nurse'], 'both say who asks'],
    [['--via', 'window'], "'window' is invalid"],
    [['--via', 'soap', '--door', 'fhir'], '--door and --via both say how to ask'],
  ])('%j is refused with its reason, and nothing is asked', async (args, words) => {
    const { exitCode, out, err } = await cpis('query', freshNhsNumber(), ...args)
    expect([exitCode, out]).toEqual([1, ''])
    expect(err).toContain(words)
  })

  test('a callback that is taken is told of before anything is asked', async () => {
    const squatter = createServer()
    await new Promise<void>(resolve => squatter.listen(callbackPort, '127.0.0.1', resolve))
    const { exitCode, out, err } = await cpis('query', await held(), '--via', 'ebxml')
    await new Promise(resolve => squatter.close(resolve))
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain(`${callback}, and they cannot be awaited there: something else listens there`)
  })

  test('where there is no sandbox, nobody of it asks', async () => {
    const operations = createServer((_, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"There is no sandbox."}')
    })
    await new Promise<void>(resolve => operations.listen(0, '127.0.0.1', resolve))
    const { port } = operations.address() as AddressInfo
    const elsewhere = { ...settings, CPIS_ADMIN_PORT: String(port) }
    const { exitCode, err } = await runCli(['query', '9990000018', '--via', 'soap'], {
      variables: elsewhere,
    })
    await new Promise(resolve => operations.close(resolve))
    expect(exitCode).toBe(1)
    expect(err).toContain('There is no sandbox.')
    expect(err).toContain('--system')
  })

  describe('with --system', () => {
    const author = {
      kind: 'person',
      userId: '999000000017',
      name: { given: ['Ada'], family: 'Example' },
      jobRole: { code: 'R8001', display: 'Nurse Access Role' },
      organisation: { odsCode: 'X9Z01', name: 'Made-up Hospital' },
    }
    const system = {
      author,
      asid: '999000000011',
      spineAsid: '999000000001',
      partyKey: 'X9Z01-999001',
      spinePartyKey: 'X26-999001',
    }
    const file = (content: object | string) => {
      const path = join(place.settings['CPIS_DATA_DIR'] ?? '', 'system.json')
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
      return path
    }
    const contract = { cpaId: 'CPA999000000011', retryIntervalSeconds: 1 }

    test.each(['soap', 'ebxml', 'smsp'])('whoever the file names asks through %s', async via => {
      const path = file({ ...system, contract: { ...contract, callback } })
      const { out } = await cpis('query', await held(), '--via', via, '--system', path, '--history')
      expect(out).toContain('Ada EXAMPLE, Nurse Access Role, Made-up Hospital (X9Z01)')
    })

    test('the example is the sandbox’s own', async () => {
      const example = new URL('../../docs/examples/asking-system.json', import.meta.url).pathname
      const child = await held()
      const { out } = await cpis('query', child, '--via', 'soap', '--system', example)
      expect(out).toBe((await cpis('query', child, '--via', 'soap')).out)
      const { asid, contract } = JSON.parse(readFileSync(example, 'utf8'))
      const sandboxed = SYSTEMS.find(system => system.asid === asid)
      expect(sandboxed?.contract).toMatchObject(contract)
    })

    test.each<[string, string, object | string, string]>([
      ['soap', 'no JSON', 'rubbish', 'does not describe a system'],
      ['soap', 'no author', { asid: '999000000011' }, 'author: '],
      ['soap', 'no ASID', { author }, 'needs asid and spineAsid'],
      ['ebxml', 'no contract', system, 'needs partyKey, spinePartyKey and contract'],
      [
        'ebxml',
        'an address for HTTPS without a certificate',
        { ...system, contract: { ...contract, callback: 'https://ward.example/answers' } },
        'needs tls',
      ],
      [
        'soap',
        'a certificate that is not there',
        { ...system, tls: { certificate: 'a', key: 'b' } },
        'is not there',
      ],
    ])('asking over %s, a file with %s is refused', async (via, _name, content, words) => {
      const { exitCode, err } = await cpis('query', '9990000018', '--via', via, '--system', file(content))
      expect(exitCode).toBeGreaterThan(0)
      expect(err).toContain(words)
    })

    test('a system that is not registered is denied by the service', async () => {
      const path = file({ ...system, asid: '999000000099' })
      const { exitCode, err } = await cpis('query', await held(), '--via', 'soap', '--system', path)
      expect(exitCode).toBe(1)
      expect(err).toContain('Refused (1): Access denied.')
    })
  })

  test('where nobody answers, nobody could look (rule 4.3)', async () => {
    const child = await held()
    for (const via of ['soap', 'smsp', 'ebxml']) {
      const { exitCode, out, err } = await cpis('query', child, '--via', via, '--url', 'http://127.0.0.1:1')
      expect([exitCode, out]).toEqual([2, ''])
      expect(err).toContain('Could not look.')
    }
  })
})
