import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePorts } from './free-ports.ts'
import { until } from './until.ts'

/** `cpis serve` as a process of its own, as a supervisor sees it. */
export interface SpawnedService {
  readonly baseUrl: string
  readonly adminUrl: string
  /** Resolves when it is ready; throws when it ends before. */
  ready(): Promise<void>
  signal(name: NodeJS.Signals): void
  /** How the process ended: its exit code, or the signal that ended it, and what it said on standard error. */
  ended(): Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly said: string
  }>
  isRunning(): boolean
}

export async function spawnService(settings: Readonly<Record<string, string>>): Promise<SpawnedService> {
  const [port = 0, adminPort = 0] = await freePorts(2)
  const child: ChildProcess = spawn(process.execPath, ['src/cli/cpis.ts', 'serve'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort), ...settings },
  })
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString()
  })
  const exited = once(child, 'close')
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const adminUrl = `http://127.0.0.1:${adminPort}`
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    adminUrl,
    ready: () =>
      until(async () => {
        if (!isRunning()) throw new Error(`The service ended: ${said}`)
        return (await fetch(`${adminUrl}/health/ready`).catch(() => undefined))?.ok
      }, 120_000).then(() => undefined),
    signal: name => child.kill(name),
    ended: async () => {
      await exited
      return { code: child.exitCode, signal: child.signalCode, said }
    },
    isRunning,
  }
}
