import { describe, expect, test } from 'vitest'
import { MeshError } from '../client/index.ts'
import { DirectoryInUse } from '../main/lock-directory.ts'
import { runCli } from './testing.ts'

/** A data directory in which no service has ever kept anything. */
const NOWHERE = { CPIS_DATA_DIR: '/nonexistent/cpis', PORT: '1', CPIS_ADMIN_PORT: '1' }

/** What is seen when a command throws. */
function whenThrown(error: unknown, args: readonly string[] = [], level = 'info') {
  let asked = 0
  return runCli(['sandbox', ...args], {
    config: () => {
      asked += 1
      if (asked > 1) return { logLevel: level } as never
      throw error
    },
  })
}

describe('the command line', () => {
  test('help is a result, and names every command', async () => {
    const { exitCode, out } = await runCli(['--help'])
    expect(exitCode).toBe(0)
    for (const name of ['serve', 'demo', 'sandbox', 'token', 'query', 'upload', 'inbox', 'migrate']) {
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    }
  })

  test.each([
    [[], 'Which command?'],
    [['frobnicate'], "Unknown command 'frobnicate'."],
    [['query'], "Missing required argument 'nhs-number'."],
    [['token'], "Required option '--as <name>' not specified."],
    [['query', '9990000018', '--loudly'], "Unknown option '--loudly'."],
    [['inbox', '--limit', '0', '--mailbox', 'A', '--password', 'B'], 'a whole number from 1 to 1000'],
  ])('wrong usage %j is refused and says what is wrong', async (args, words) => {
    const { exitCode, out, err } = await runCli(args)
    expect(exitCode).toBe(1)
    expect(out).toBe('')
    expect(err).toContain(words)
    expect(err).toContain('--help')
  })

  test('a failure is one document on standard output with --json', async () => {
    const { exitCode, out, err } = await runCli(['query', '--json'])
    expect(exitCode).toBe(1)
    expect(err).toBe('')
    expect(JSON.parse(out)).toEqual({
      error: {
        kind: 'refused',
        message: "Missing required argument 'nhs-number'.",
        whatToDo: expect.any(String),
      },
    })
  })

  test.each([
    ['999000001'],
    ['9990000019'],
    ['0000000000'],
    ['999000001x'],
  ])('what is no NHS number (%s) is asked of nobody', async text => {
    const { exitCode, err } = await runCli(['query', text], { variables: NOWHERE })
    expect(exitCode).toBe(1)
    expect(err).toContain('That is no NHS number')
    expect(err).not.toContain(text)
  })

  test('a service that does not run is a fault, with what to do', async () => {
    for (const args of [
      ['query', '999 000 0018'],
      ['token', '--as', 'ed-nurse'],
      ['mailbox', 'list'],
      ['inbox', '--authority', '886'],
      ['inbox', '--mailbox', 'LA886OT001', '--password', 'a-password'],
    ]) {
      const { exitCode, err } = await runCli(args, { variables: NOWHERE })
      expect({ args, exitCode }).toEqual({ args, exitCode: 2 })
      expect(err).toContain('npm start')
    }
  })

  test('a configuration that cannot be used is refused, one line for each problem', async () => {
    const { exitCode, err } = await runCli(['migrate'], { variables: { PORT: 'eighty', CPIS_MODE: 'test' } })
    expect(exitCode).toBe(1)
    expect(err).toMatch(/PORT must be a whole number/)
    expect(err).toMatch(/CPIS_MODE must be sandbox or production/)
  })

  test.each([
    ['a port', Object.assign(new Error('x'), { code: 'EADDRINUSE', port: 8080 }), 'Port 8080 is taken.', 2],
    ['a directory', new DirectoryInUse('The data directory is in use.'), 'is in use', 2],
    ['a database', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'CPIS_DATABASE_URL', 2],
    ['a mailbox', new MeshError('send: 403', { status: 403 }), 'send: 403.', 1],
    ['no mailbox service', new MeshError('send: no answer'), 'npm start', 2],
    ['a file', Object.assign(new Error('x'), { code: 'ENOENT', path: 'a.xml' }), 'a.xml is not there.', 2],
  ])('%s that cannot be had is told in words', async (_what, error, words, code) => {
    const { exitCode, err } = await whenThrown(error)
    expect(exitCode).toBe(code)
    expect(err).toContain(words)
  })

  test('an error that nobody expected tells its kind alone: its text may hold anything', async () => {
    const secret = new TypeError('password hunter2 in postgres://u:hunter2@host')
    const { exitCode, out, err } = await whenThrown(secret)
    expect(exitCode).toBe(2)
    expect(err).toContain('TypeError')
    expect(out + err).not.toMatch(/hunter2|\.ts:/)
    expect((await whenThrown(secret, ['--json'])).out).not.toContain('hunter2')
    expect((await whenThrown(secret, [], 'debug')).err).toContain('program.test.ts')
  })
})
