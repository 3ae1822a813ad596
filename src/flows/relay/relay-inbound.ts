import { failure, type Result, success } from '../../domain/result.ts'
import type { EndMessageDeps } from '../mailbox/end-message.ts'
import type { SendMessageDeps } from '../mailbox/send-message.ts'
import { keepInbound, readmitInbound } from './keep-inbound.ts'
import type { OutsideFault, OutsideMailbox } from './ports.ts'

export interface RelayInboundDeps extends SendMessageDeps, EndMessageDeps {
  readonly outside: OutsideMailbox
  /** Between one round and the next. */
  readonly pollMs: number
}

export interface InboundRound {
  readonly taken: number
  /** From somebody who may not send: kept, and for the operator to look at. */
  readonly setAside: number
  readonly reports: number
  /** Messages that could not be fetched this time. */
  readonly failed: number
  /** Of these, the other side's ids of those whose content is damaged or cut short: they stay there (rule 18.10). */
  readonly damaged: readonly string[]
  /** Why the round ended before its end. */
  readonly fault?: OutsideFault
  /** What the operator is to know of until it is mended: the fault, or that some message cannot be had. */
  readonly trouble?: Trouble
  /** Whether the trouble, or that there is none any more, is new. */
  readonly changed: boolean
}

/** The kind of fault; where there is no connection, the client's word for why. */
export type Trouble = string

/** MESH asks for one a day: a little more often, so that no day goes without. */
const HANDSHAKE_EVERY_MS = 23 * 3_600_000
/** How long a turn is held without a word before another process may take it. */
const TURN_MS = 120_000
/** After so many messages in a row the others are left alone as well. */
const FAILURES_IN_A_ROW = 3
/** The other side keeps nothing for longer than 30 days after it was delivered. */
const REMEMBERED_MS = 90 * 86_400_000

/**
 * Fetches what waits in our mailbox on the MESH server elsewhere, when it is time to and nobody else does (rules 18.1 to 18.4).
 * Each message is durably kept before it is acknowledged there, and is one here however often it comes. Undefined where it is
 * not time yet.
 */
export async function relayInbound(deps: RelayInboundDeps): Promise<InboundRound | undefined> {
  const { storage, clock, outside } = deps
  const begun = clock.now()
  const turn = await storage.relay.takeTurn(outside.id, begun, new Date(begun.getTime() + TURN_MS))
  if (!turn) return undefined
  const counts: Counts = { taken: 0, setAside: 0, reports: 0, failed: 0, damaged: [], errors: [] }
  const recent = turn.shakenAt && begun.getTime() - turn.shakenAt.getTime() < HANDSHAKE_EVERY_MS
  const trusted = recent && (turn.fault === undefined || turn.fault === 'incomplete')
  const shaken = trusted ? success(undefined) : await shakeHands(deps)
  const ended = shaken.ok ? await fetchAll(deps, counts) : shaken
  await readmitInbound(deps)
  const { errors, ...counted } = counts
  const fault = ended.ok ? undefined : ended.fault
  const trouble =
    (fault?.kind === 'no-connection' ? fault.problem : fault?.kind) ??
    (counted.failed > 0 ? 'incomplete' : undefined)
  const at = clock.now()
  const changed = await storage.relay.endTurn(outside.id, {
    at,
    dueAt: new Date(begun.getTime() + Math.max(deps.pollMs, waitFor(fault))),
    fault: trouble,
  })
  await storage.relay.forget(new Date(at.getTime() - REMEMBERED_MS))
  if (errors.length > 0) throw errors[0]
  return { ...counted, changed, ...(fault && { fault }), ...(trouble && { trouble }) }
}

interface Counts {
  taken: number
  setAside: number
  reports: number
  failed: number
  readonly damaged: string[]
  /** Of our own making: the first is thrown when all the other messages have been fetched. */
  readonly errors: unknown[]
}

async function shakeHands({
  storage,
  clock,
  outside,
}: RelayInboundDeps): Promise<Result<void, OutsideFault>> {
  const shaken = await outside.handshake()
  if (shaken.ok) await storage.relay.recordHandshake(outside.id, clock.now())
  return shaken
}

async function fetchAll(deps: RelayInboundDeps, counts: Counts): Promise<Result<void, OutsideFault>> {
  const { storage, clock, outside } = deps
  let failures = 0
  for await (const listed of outside.waiting()) {
    if (!listed.ok) return listed
    const at = clock.now()
    await storage.relay.holdTurn(outside.id, at, new Date(at.getTime() + TURN_MS))
    const fetched = await fetchOne(deps, listed.value).catch((error: unknown) => {
      counts.errors.push(error)
      return failure<OutsideFault>({ kind: 'unavailable' })
    })
    if (!fetched.ok) {
      counts.failed++
      // Of one message alone: the next may be whole.
      if (fetched.fault.kind === 'damaged') {
        counts.damaged.push(listed.value)
        continue
      }
      failures++
      // One message that cannot be had keeps no other; a server that is out of order is left alone.
      if (failures === FAILURES_IN_A_ROW || waitFor(fetched.fault) > 0) return fetched
      continue
    }
    failures = 0
    if (fetched.value === 'taken') counts.taken++
    if (fetched.value === 'set-aside') counts.setAside++
    if (fetched.value === 'report') counts.reports++
  }
  return success(undefined)
}

async function fetchOne(
  deps: RelayInboundDeps,
  outsideId: string,
): Promise<Result<'taken' | 'set-aside' | 'report' | 'known' | 'vanished', OutsideFault>> {
  const { storage, outside } = deps
  const known = await storage.relay.hasArrived(outsideId)
  const kept = known ? success('known' as const) : await keepInbound(deps, outsideId)
  if (!kept.ok) return kept.fault.kind === 'gone' ? success('vanished') : kept
  const acknowledged = await outside.acknowledge(outsideId)
  return acknowledged.ok || acknowledged.fault.kind === 'gone' ? kept : failure(acknowledged.fault)
}

/** How long the other side asked to be left alone, in milliseconds. */
function waitFor(fault: OutsideFault | undefined): number {
  return fault?.kind === 'unavailable' ? (fault.retryAfterSeconds ?? 0) * 1000 : 0
}
