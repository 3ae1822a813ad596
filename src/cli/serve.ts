import { v7 as newId } from 'uuid'
import type { Service } from '../main/start-service.ts'
import type { Settled, SettleProgress } from '../sandbox/settle.ts'
import { localUrl } from './addresses.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done, fault } from './command-result.ts'
import { startProgress } from './progress.ts'
import { unsettledWords, whatToTry } from './serve-words.ts'
import { type StopSignal, stopSignal } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'
import { counted } from './words.ts'

/** Beyond the work that has begun, closing what is open takes no longer than this (milliseconds). */
const CLOSE_WITHIN_MS = 5_000

/** `cpis serve`: the service, until it is told to stop. In sandbox mode the made-up England is settled at the first start. */
export function addServeCommand({ program, perform, terminal, config }: CommandLine): void {
  program
    .command('serve')
    .description('start the service; with nothing configured, a sandbox with a made-up England')
    .action((options: { json?: true }) => perform(() => serve(terminal, config(), options.json === true)))
}

async function serve(terminal: Terminal, config: Service['config'], json: boolean): Promise<CommandResult> {
  // Loaded here, so that the other commands start without the whole service.
  const { createLogger } = await import('../main/logger.ts')
  const { startService } = await import('../main/start-service.ts')
  // In a sandbox standard output is for people, or for the one document of --json.
  const logsApart = config.mode === 'sandbox' || json
  const logger = createLogger(config.logLevel, logsApart ? process.stderr : undefined)
  const stop = stopSignal({
    withinMs: config.stopWithinMs + CLOSE_WITHIN_MS,
    onUnheard: error => logger.failure('the service failed and stops', error),
    onLate: () => logger.error('the service could not stop in time, and is ended'),
  })
  const starting = startService(config, logger, stop.signal)
  const service = await Promise.race([starting, stop.told.then(() => undefined)])
  if (!service) {
    if (logsApart && !json) terminal.err('Stopping.')
    await starting.then(started => started.stop()).catch(() => undefined)
    return ended(stop)
  }
  try {
    const settled = await settledSandbox(terminal, service, stop.signal)
    const { baseUrl, adminUrl } = service
    if (json) terminal.out(JSON.stringify({ baseUrl, adminUrl, mode: config.mode, settled: settled?.kind }))
    else if (service.sandbox && settled && !stop.signal.aborted) {
      if (settled.kind === 'unsettled') terminal.err(unsettledWords(settled))
      terminal.out(whatToTry(terminal, service, service.sandbox, settled))
    }
    await stop.told
    if (logsApart && !json) terminal.err('Stopping. Once more to stop at once.')
  } finally {
    await service.stop()
    stop.forget()
  }
  return ended(stop)
}

/** A process that an error stopped must not look like one that was told to. */
function ended(stop: StopSignal): CommandResult {
  return stop.failed()
    ? fault('The service failed and has stopped.', 'Its log says where. Start it again.')
    : done(undefined, '')
}

async function settledSandbox(
  terminal: Terminal,
  service: Service,
  signal: AbortSignal,
): Promise<Settled | undefined> {
  const { sandbox, store, config } = service
  if (!sandbox) return undefined
  const { settle } = await import('../sandbox/settle.ts')
  const files = sandbox.population.uploads.length
  const progress = startProgress(terminal, 'Settling a made-up England', 2 * files)
  let steps = 0
  const report = ({ stage, authority, records }: SettleProgress) => {
    steps += 1
    progress.update(steps)
    if (terminal.watched) return
    const what = stage === 'sent' ? `sends ${counted(records, 'record')}` : 'has its acknowledgement'
    terminal.err(`Settling a made-up England: ${authority} ${what}`)
  }
  return settle({
    storage: store.storage,
    database: store.database,
    clock: { now: () => new Date() },
    newId,
    population: sandbox.population,
    mesh: config.mesh,
    url: service.insideUrl ?? localUrl(config),
    report,
    signal,
  }).finally(progress.stop)
}
