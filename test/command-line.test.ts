import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from './support/free-ports.ts'
import { until } from './support/until.ts'

const CHILDREN = 30

interface Seen {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

/** Everything as somebody at a terminal does it: each command a process of its own, against one that serves. */
describe('the command line, end to end', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-test-'))
  const running: ChildProcess[] = []
  let variables: NodeJS.ProcessEnv = {}

  beforeAll(async () => {
    const [port, adminPort] = await freePorts(2)
    variables = {
      ...process.env,
      PORT: String(port),
      CPIS_ADMIN_PORT: String(adminPort),
      CPIS_DATA_DIR: join(directory, 'data'),
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_SANDBOX_CHILDREN: String(CHILDREN),
      CPIS_NOTIFICATION_WINDOW_MS: '100',
    }
  })
  afterAll(async () => {
    for (const child of running.filter(child => child.exitCode === null && child.signalCode === null)) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  })

  const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, ['src/cli/cpis.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...variables, ...more },
    })
    running.push(child)
    return child
  }
  const cpis = async (...args: string[]): Promise<Seen> => {
    const child = start(args)
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { exitCode: child.exitCode, out, err }
  }
  /** Starts the service and waits until it has said what to try. */
  const serve = async () => {
    const child = start(['serve'])
    let out = ''
    child.stdout.on('data', piece => {
      out += piece
    })
    child.stderr.resume()
    await until(async () => out.includes('Ctrl-C stops it.'))
    return { child, out }
  }
  const stop = async (child: ChildProcess) => {
    child.kill('SIGTERM')
    await once(child, 'exit')
    return child.exitCode
  }

  test('a sandbox is started, asked, fed, told of looks, stopped and started again', async () => {
    const first = await serve()
    expect(first.out).toMatch(/\d+ records loaded, \d+ refused/)
    expect(first.out).toContain('npx cpis query 999')

    const sandbox = JSON.parse((await cpis('sandbox', '--json')).out)
    expect(sandbox).toMatchObject({
      baseUrl: `http://127.0.0.1:${variables['PORT']}`,
      clinicians: expect.arrayContaining([
        expect.objectContaining({ name: 'ed-nurse', activities: ['B0107'] }),
        expect.objectContaining({ name: 'gp-nurse', activities: ['B0170'] }),
        expect.objectContaining({ name: 'porter', activities: [] }),
      ]),
      mesh: { sharedKey: expect.any(String), cpisMailboxId: 'CPISOT001', uploadWorkflowId: 'CPIS_UPLOAD' },
      authorities: [
        { odsCode: '886', name: expect.any(String), mailboxId: 'LA886OT001', password: expect.any(String) },
      ],
      systems: expect.any(Array),
    })
    expect(sandbox).toHaveProperty('spineAsid')
    const [nobody, held] = sandbox.people
    expect([nobody.visiblePlans, held.visiblePlans]).toEqual([0, 1])

    await asAClinician(nobody.nhsNumber, held.nhsNumber)
    await asAnAuthority(sandbox.country.referenceDay)
    await asAnOperator()

    expect(await stop(first.child)).toBe(0)
    const again = await serve()
    expect(again.out).not.toContain('records loaded')
    const { out } = await cpis('query', held.nhsNumber, '--history', '--scheduled')
    expect(out.match(/Nurse Quince SANDBOX/g)).toHaveLength(1)
    expect(await stop(again.child)).toBe(0)
    expect((await cpis('query', held.nhsNumber)).exitCode).toBe(2)
  })

  async function asAClinician(nobody: string, held: string) {
    const token = await cpis('token', '--as', 'ed-nurse')
    expect(token.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const found = await cpis('query', held, '--token', token.out.trim())
    expect(found).toMatchObject({ exitCode: 0, err: '' })
    expect(found.out).toContain('Child protection plan')
    expect(found.out).toMatch(/by night +01632960000/)
    expect(JSON.parse((await cpis('query', held, '--scheduled', '--json')).out)).toMatchObject({
      kind: 'held',
      plans: [{ type: 'CPP', authority: { odsCode: '886', dutyPhone: '01632960000' } }],
    })
    const nothing = await cpis('query', nobody)
    expect(nothing.exitCode).toBe(0)
    expect(nothing.out).toContain('No information held. This is not an assurance of safety.')
    const porter = await cpis('query', held, '--as', 'porter')
    expect(porter).toMatchObject({ exitCode: 1, out: '' })
    expect(porter.err).toContain('Refused (403)')
  }

  async function asAnAuthority(day: string) {
    const out = join(directory, 'files')
    const people = ['--authorities', '1', '--children', String(CHILDREN), '--day', day]
    await cpis('population', 'make', ...people, '--sequence', '2', '--out', out)
    const file = join(out, 'upload-886-2.xml')
    const sent = await cpis('upload', 'send', file, '--authority', '886', '--gzip')
    expect(sent.exitCode).toBe(1)
    expect(sent.out).toContain('CPF03  file 2: some records were loaded')
    expect(sent.out).toContain('CPR05  record 25 (P0000025)')

    const told = await until(async () => {
      const inbox = await cpis('inbox', '--authority', '886', '--acknowledge')
      return inbox.out.includes('Record viewed') && inbox
    })
    expect(told.out).toContain('Nurse Quince SANDBOX')
    expect((await cpis('inbox', '--authority', '886')).out).toBe('Mailbox LA886OT001: nothing waiting\n')
  }

  async function asAnOperator() {
    const added = await cpis('mailbox', 'add', 'x9z09ot001', '--ods', 'X9Z09', '--name', 'Another', '--json')
    expect(JSON.parse(added.out)).toEqual({ id: 'X9Z09OT001', password: expect.stringMatching(/^.{20,}$/) })
    const listed = await cpis('mailbox', 'list')
    expect(listed.out).toContain('X9Z09OT001')
    expect(listed.out).not.toContain(JSON.parse(added.out).password)
    expect((await cpis('workflow', 'add', 'TEST', '--sender', 'NOBODY')).exitCode).toBe(1)
    expect((await cpis('authority', 'restart-sequence', '886')).exitCode).toBe(0)
    const second = await cpis('serve')
    expect(second).toMatchObject({ exitCode: 2, out: '' })
    expect(second.err).toContain('is in use by process')
  }

  test('the demonstration goes as told, to its end, and leaves the configured data alone', async () => {
    const untouched = join(directory, 'untouched')
    const child = start(['demo', '--fast'], { CPIS_DATA_DIR: untouched })
    child.stderr.resume()
    const [out] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect(existsSync(untouched)).toBe(false)
    expect(out).toContain('All of it went as told')
    expect(out).not.toContain('✘')
    expect(child.exitCode).toBe(0)
  })
})
