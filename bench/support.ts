import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nurse } from '../test/support/records.ts'

/** A line of the table: what was measured, and its ratio to a limit or a peer measured in the same run. */
export interface Measurement {
  readonly what: string
  readonly value: string
  readonly peer: string
  readonly ratio: string
}

export function rate(perSecond: number, unit: string): string {
  return `${Math.round(perSecond).toLocaleString('en-GB')} ${unit}/s`
}

/** The PostgreSQL server that measurements are taken on; databases are made and dropped on it. */
export function benchServer(): string {
  const url = process.env['CPIS_TEST_DATABASE_URL']
  if (!url)
    throw new Error(
      'Set CPIS_TEST_DATABASE_URL to a PostgreSQL server on which databases may be made and dropped',
    )
  return url
}

/** Runs a program to its end; throws with what it said when it fails. */
export function run(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 28,
  })
  if (error) throw new Error(`${program} cannot be run: ${error.message}`)
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
  return stdout
}

/** An author as JSON within a script of pgbench, which takes a colon before a letter for a variable: the role goes by its bare code. */
export function pgbenchAuthor(): string {
  return JSON.stringify({ ...nurse(), jobRole: { code: 'R8001', display: 'Nurse Access Role' } })
}

/** Runs a script with pgbench; answers how many times a second. */
export function pgbench(url: string, script: string, clients: number, seconds: number): number {
  const directory = mkdtempSync(join(tmpdir(), 'cpis-pgbench-'))
  const file = join(directory, 'script.sql')
  writeFileSync(file, script)
  try {
    const how = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds)]
    return Number(/tps = ([\d.]+)/.exec(run('pgbench', [...how, '-f', file, url]))?.[1])
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export interface RunningService {
  readonly baseUrl: string
  readonly pid: number
  /** Largest resident memory so far, in bytes. */
  peakMemory(): number
  stop(): Promise<void>
}

/** Starts `cpis serve` as a process of its own and waits until it is ready. */
export async function startServe(port: number, settings: Record<string, string>): Promise<RunningService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cpis-bench-'))
  const child = spawn(process.execPath, ['src/cli/cpis.ts', 'serve'], {
    env: {
      ...process.env,
      PORT: String(port),
      CPIS_ADMIN_PORT: String(port + 1),
      CPIS_DATA_DIR: dataDir,
      CPIS_LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: 'ignore',
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const { pid } = child
  if (pid === undefined) throw new Error('The service could not be started')
  await answers(`http://127.0.0.1:${port + 1}/health/ready`)
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    pid,
    peakMemory: () => peakMemory(pid),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Waits until an address answers with success. */
export async function answers(url: string, init: RequestInit = {}, withinMs = 60_000): Promise<Response> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const response = await fetch(url, init).catch(() => undefined)
    if (response?.ok) return response
    if (Date.now() > deadline) throw new Error(`${url} did not answer in time`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

function peakMemory(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? 0) * 1024
}
