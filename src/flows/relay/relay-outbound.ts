import type { MeshMessage, MessageFailure } from '../../domain/mailbox/mesh-message.ts'
import type { Result } from '../../domain/result.ts'
import { type EndMessageDeps, endMessage } from '../mailbox/end-message.ts'
import { readPayload } from '../mailbox/read-payload.ts'
import type { Storage } from '../ports.ts'
import type { Dispatch, OutboundProgress, OutsideFault, OutsideMailbox, Tracked } from './ports.ts'

export interface RelayOutboundDeps extends EndMessageDeps {
  readonly storage: Storage
  readonly outside: OutsideMailbox
  /** Into how large chunks content is cut. */
  readonly chunkBytes?: number
  /** Mailboxes whose owners come to us, in connected mode too: those of the sandbox, of whom nobody outside is to hear (rule 18.11). */
  readonly keptHere?: readonly string[]
}

export interface OutboundRound {
  readonly sent: number
  /** Messages that the other side does not take. */
  readonly refused: number
  /** Why the round ended before everything that is due was sent. */
  readonly fault?: OutsideFault
}

/** Within what a MESH client may send in one request, inside the NHS network and outside it. */
const CHUNK_BYTES = 10 * 1024 * 1024
/** A message is held for this long while nothing is heard of it; longer than any request takes. */
const LEASE_MS = 300_000
/** Before it is asked what became of a message: a request that seemed lost may still be at work on the other side. */
const SETTLE_MS = 60_000
const AFTER_REFUSAL_MS = 3_600_000

/**
 * Hands on what CP-IS has put into the mailboxes of authorities, to the MESH server elsewhere (rules 18.5 to 18.7): one at a time,
 * those to one authority under one workflow in their order. A message counts as collected here once it was taken there. Where it
 * is not known what became of one, the other side is asked before it is sent again.
 */
export async function relayOutbound(deps: RelayOutboundDeps): Promise<OutboundRound> {
  const { storage, clock, outside, cpisMailbox } = deps
  const round = { sent: 0, refused: 0 }
  if ((await storage.relay.faultOf(outside.id)) === 'not-let-in') return round
  for (;;) {
    const at = clock.now()
    const dispatch = await storage.relay.claimDispatch(cpisMailbox, at, leaseFrom(at), deps.keptHere)
    if (!dispatch) return round
    const message = await storage.messages.find(dispatch.messageId)
    if (message?.status !== 'accepted') continue
    const outcome = await relayOneOutbound(deps, dispatch, message)
    if (outcome.kind === 'sent') round.sent++
    else if (outcome.kind === 'refused') round.refused++
    else if (outcome.kind !== 'over') return { ...round, fault: outcome }
  }
}

type Outcome = { readonly kind: 'sent' } | { readonly kind: 'over' } | OutsideFault

async function relayOneOutbound(
  deps: RelayOutboundDeps,
  { begun }: Dispatch,
  message: MeshMessage,
): Promise<Outcome> {
  const { relay } = deps.storage
  const usual = deps.chunkBytes ?? CHUNK_BYTES
  if (!begun) return send(deps, message, usual)
  const { chunkBytes, progress } = begun
  const found = await deps.outside.track(
    progress ? { outsideId: progress.outsideId } : { messageId: message.id },
  )
  if (!found.ok) {
    if (found.fault.kind !== 'gone') return postpone(deps, message, found.fault)
    await relay.dispatchLost(message.id)
    return send(deps, message, usual)
  }
  const { state, outsideId } = found.value
  if (state === 'taken') return noteSent(deps, message, outsideId)
  if (state === 'undeliverable') return end(deps, message, failureOf(found.value))
  // It would not be there without its first chunk.
  const reached = progress ?? (outsideId === undefined ? undefined : { outsideId, chunks: 1 })
  return send(deps, message, chunkBytes, reached)
}

async function send(
  deps: RelayOutboundDeps,
  message: MeshMessage,
  chunkBytes: number,
  from?: OutboundProgress,
): Promise<Outcome> {
  const { storage, clock, outside } = deps
  const { id, to, workflowId, size, localId, subject, fileName, contentType } = message
  const now = clock.now()
  if (!from) await storage.relay.dispatchBegun(id, now, chunkBytes, leaseFrom(now))
  const sent: Result<string, OutsideFault> = await outside.send(
    {
      messageId: id,
      to,
      workflowId,
      size,
      chunkBytes,
      content: readPayload(storage.payloads, message),
      // The local id is ours, to find the message again by: what the recipient knows its own by travels beside it.
      ...(localId !== undefined && { partnerId: localId }),
      ...(subject !== undefined && { subject }),
      ...(fileName !== undefined && { fileName }),
      ...(contentType !== undefined && { contentType }),
    },
    {
      ...(from && { from }),
      report: progress => storage.relay.dispatchProgress(id, progress, leaseFrom(clock.now())),
    },
  )
  return sent.ok ? noteSent(deps, message, sent.value) : postpone(deps, message, sent.fault)
}

/** Collected here, since it was taken there; one commit with its audit entry. */
async function noteSent(
  deps: RelayOutboundDeps,
  { id, to }: MeshMessage,
  outsideId: string | undefined,
): Promise<Outcome> {
  await deps.storage.transaction(async stores => {
    const at = deps.clock.now()
    await stores.relay.dispatchSent(id, outsideId, at)
    if (!(await stores.messages.advance(id, 'accepted', { status: 'acknowledged', at }))) return
    await stores.audit.append({
      id: deps.newId(),
      at,
      via: 'worker',
      action: 'relay message',
      outcome: 'allowed',
      actor: to,
      subject: id,
      ...(outsideId !== undefined && { traceId: outsideId }),
    })
  })
  return { kind: 'sent' }
}

async function postpone(
  deps: RelayOutboundDeps,
  message: MeshMessage,
  fault: OutsideFault,
): Promise<Outcome> {
  const { relay } = deps.storage
  const now = deps.clock.now()
  if (fault.kind !== 'refused') {
    const asked = fault.kind === 'unavailable' ? (fault.retryAfterSeconds ?? 0) * 1000 : 0
    await relay.dispatchPostponed(
      message.id,
      new Date(now.getTime() + Math.max(SETTLE_MS, asked)),
      fault.kind === 'no-connection' ? fault.problem : fault.kind,
    )
    return fault
  }
  // As long as a message waits to be collected, it waits to be taken: a mailbox may yet be put right.
  if (now >= message.expiresAt) {
    const { code } = fault
    return end(deps, message, { code, event: 'SEND', description: 'Not taken by the MESH server' }, fault)
  }
  await relay.dispatchPostponed(message.id, new Date(now.getTime() + AFTER_REFUSAL_MS), fault.code)
  return fault
}

async function end(
  deps: RelayOutboundDeps,
  message: MeshMessage,
  failure: Omit<MessageFailure, 'at'>,
  outcome: Outcome = { kind: 'over' },
): Promise<Outcome> {
  const failed = { ...failure, at: deps.clock.now() }
  await deps.storage.transaction(stores => endMessage(deps, stores, message, failed))
  return outcome
}

function failureOf({ failure }: Tracked): Omit<MessageFailure, 'at'> {
  return failure ?? { code: '', event: '', description: '' }
}

function leaseFrom(at: Date): Date {
  return new Date(at.getTime() + LEASE_MS)
}
