import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import { type ConnectionProblem, connectionWords } from '../client/connection-problem.ts'
import type { CallerTls } from '../client/http-post.ts'
import { streamingFetch } from '../client/streaming-fetch.ts'
import { outsideMailbox } from '../connected/outside-mailbox.ts'
import type { OutsideFault } from '../flows/relay/ports.ts'
import { type RelayInboundDeps, relayInbound, type Trouble } from '../flows/relay/relay-inbound.ts'
import { relayOutbound } from '../flows/relay/relay-outbound.ts'
import { ConfigError } from './config.ts'
import type { Logger } from './logger.ts'
import type { RelayConfig } from './relay-config.ts'
import { repeat } from './repeat.ts'

export interface RelayDeps extends Omit<RelayInboundDeps, 'outside' | 'pollMs'> {
  /** Mailboxes whose owners come to us (rule 18.11). */
  readonly keptHere: readonly string[]
  readonly logger: Logger
}

/** How often it is looked whether it is time to poll; the poll itself is as rare as it is set to be. */
const CHECK_EVERY_MS = 1_000
const SEND_EVERY_MS = 500
/** A server that does not answer is left alone for so long. */
const PAUSE_MS = 60_000
/** A connection on which nothing moves is given up after this time. */
const IDLE_MS = 60_000
/** One exchange takes no longer, however slowly it moves: a chunk of 100 MB over a slow line. */
const EXCHANGE_WITHIN_MS = 1_800_000

/** Connected mode: our own mailbox on a MESH server elsewhere is fetched from, and what we tell authorities is sent through it. */
export function startRelay(
  deps: RelayDeps,
  config: RelayConfig,
  tls: Partial<CallerTls>,
): { stop(): Promise<void> } {
  const { logger } = deps
  const wire = streamingFetch({ tls, idleMs: IDLE_MS, withinMs: EXCHANGE_WITHIN_MS })
  const { baseUrl, mailboxId, password, sharedKey, pollMs } = config
  const now = deps.clock.now
  const outside = outsideMailbox({ baseUrl, mailboxId, password, sharedKey, now, fetch: wire.fetch })
  const relaying = { ...deps, outside, pollMs }
  const failed = (task: string) => (error: unknown) =>
    logger.failure('background task failed', error, { task })
  let troubled = false
  const tasks = [
    repeat(
      CHECK_EVERY_MS,
      async () => {
        const round = await relayInbound(relaying)
        if (!round) return
        const { taken, setAside, reports, failed: missed, damaged, trouble, changed } = round
        if (trouble && changed) logger.error(wordsFor(trouble), { reason: trouble, task: 'fetch' })
        if (!trouble && changed) logger.warn('the MESH server does as it is asked again', { task: 'fetch' })
        if (taken > 0) logger.info('messages fetched', { count: taken })
        if (setAside > 0)
          logger.warn('messages set aside: their senders may not send them', { count: setAside })
        if (reports > 0) logger.warn('messages were not collected in time', { count: reports })
        for (const messageId of damaged)
          logger.error('a message is damaged or cut short, and stays on the MESH server', { messageId })
        if (missed > 0) logger.warn('messages could not be fetched this time', { count: missed })
      },
      failed('relay-arrivals'),
    ),
    repeat(
      SEND_EVERY_MS,
      async signal => {
        const { sent, refused, fault } = await relayOutbound(relaying)
        if (sent > 0) logger.info('messages sent on', { count: sent })
        if (refused > 0) logger.warn('messages were not taken by the MESH server', { count: refused })
        if (fault && !troubled) {
          const reason = fault.kind === 'no-connection' ? fault.problem : fault.kind
          logger.warn(wordsFor(reason), { reason, task: 'send' })
        }
        troubled = fault !== undefined || (troubled && sent === 0)
        if (fault) await sleep(pauseAfter(fault), undefined, { signal }).catch(() => undefined)
      },
      failed('relay-departures'),
    ),
  ]
  return {
    stop: async () => {
      await Promise.all(tasks.map(task => task.stop()))
      wire.close()
    },
  }
}

function wordsFor(trouble: Trouble): string {
  return (
    WORDS[trouble] ??
    `there is no connection to the MESH server: ${connectionWords(trouble as ConnectionProblem)}`
  )
}

const WORDS: Readonly<Record<string, string>> = {
  damaged: 'the MESH server sends what is damaged',
  incomplete: 'some messages on the MESH server cannot be fetched',
  unavailable: 'the MESH server does not answer as it should',
  'not-let-in': 'the MESH server does not let us in: check mailbox, password, shared key and certificate',
  gone: 'the MESH server does not know what it is asked for: check its address and our mailbox',
  refused: 'the MESH server refuses what it is asked for',
}

function pauseAfter(fault: OutsideFault): number {
  const asked = fault.kind === 'unavailable' ? (fault.retryAfterSeconds ?? 0) * 1000 : 0
  return Math.max(PAUSE_MS, asked)
}

/** Reads what we show to the MESH server and whom we believe there. Throws `ConfigError` for a file that is of no use. */
export function relayCredentials({
  certificateFile,
  keyFile,
  authoritiesFile,
}: RelayConfig): Partial<CallerTls> {
  const credentials = {
    ...(certificateFile !== undefined && { cert: pem('CPIS_MESH_CLIENT_CERTIFICATE', certificateFile) }),
    ...(keyFile !== undefined && { key: pem('CPIS_MESH_CLIENT_KEY', keyFile) }),
    ...(authoritiesFile !== undefined && { ca: pem('CPIS_MESH_CLIENT_AUTHORITIES', authoritiesFile) }),
  }
  try {
    createSecureContext(credentials)
  } catch {
    throw new ConfigError([
      'CPIS_MESH_CLIENT_CERTIFICATE and CPIS_MESH_CLIENT_KEY are no certificate and its key',
    ])
  }
  return credentials
}

function pem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError([`${name} names a file that cannot be read`])
  }
}
