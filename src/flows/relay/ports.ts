import type { MessageFailure } from '../../domain/mailbox/mesh-message.ts'
import type { Result } from '../../domain/result.ts'
import type { ContentEncoding } from '../mailbox/ports.ts'

/** Why the MESH server elsewhere did not do what it was asked for. */
export type OutsideFault =
  /** No answer, no whole answer, or one that says "later": whether anything was done is not known. */
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds?: number }
  /** There is no connection, and waiting may not help: its certificate, its name. `problem` is the client's word for it. */
  | { readonly kind: 'no-connection'; readonly problem: string }
  /** What it sends is damaged within its compression, or cut short. */
  | { readonly kind: 'damaged' }
  /** It does not believe that we are who we say. */
  | { readonly kind: 'not-let-in' }
  /** There is no such message, or no longer. */
  | { readonly kind: 'gone' }
  /** It will not do this, however often it is asked. */
  | { readonly kind: 'refused'; readonly code: string }

/** Content that stopped before its end. */
export class ContentBrokeOff extends Error {}

/** What an arrived message says of itself; the texts are the other side's. */
export interface InboundLabel {
  readonly from?: string
  readonly workflowId: string
  readonly localId?: string
  readonly partnerId?: string
  readonly subject?: string
  readonly fileName?: string
  readonly contentType?: string
}

export type InboundMessage =
  | {
      readonly kind: 'message'
      readonly label: InboundLabel
      /** Each to be read before the next is asked for. Reading throws `ContentBrokeOff`. */
      readonly chunks: AsyncIterable<{
        readonly encoding: ContentEncoding
        readonly bytes: AsyncIterable<Uint8Array>
      }>
    }
  | {
      readonly kind: 'report'
      readonly label: InboundLabel
      /** The other side's id of the message that failed. */
      readonly about?: string
      readonly failure: Omit<MessageFailure, 'at'>
    }

export interface OutboundMessage {
  /** Our id of the message, by which the other side knows it again. */
  readonly messageId: string
  readonly to: string
  readonly workflowId: string
  readonly partnerId?: string
  readonly subject?: string
  readonly fileName?: string
  readonly contentType?: string
  readonly size: number
  readonly content: AsyncIterable<Uint8Array>
  /** Into how large chunks it is cut. */
  readonly chunkBytes: number
}

export interface OutboundProgress {
  /** The other side's id of the message. */
  readonly outsideId: string
  /** How many chunks the other side has. */
  readonly chunks: number
}

/** What the other side says of a message we sent. */
export interface Tracked {
  readonly outsideId?: string
  readonly state: 'uploading' | 'taken' | 'undeliverable'
  readonly failure?: Omit<MessageFailure, 'at'>
}

/** Our mailbox on a MESH server elsewhere. Nothing is tried again by itself, and every fault is a value. */
export interface OutsideMailbox {
  readonly id: string
  handshake(): Promise<Result<void, OutsideFault>>
  /** The ids of what waits, first in first out, over all pages; ends with the first fault. */
  waiting(): AsyncIterable<Result<string, OutsideFault>>
  receive(outsideId: string): Promise<Result<InboundMessage, OutsideFault>>
  acknowledge(outsideId: string): Promise<Result<void, OutsideFault>>
  /** Answers the other side's id. What is known of the way there is told after each chunk but the last. */
  send(
    outbound: OutboundMessage,
    progress: {
      readonly from?: OutboundProgress
      readonly report: (progress: OutboundProgress) => Promise<void>
    },
  ): Promise<Result<string, OutsideFault>>
  /** What became of a message; fault `gone` where the other side knows of none. */
  track(
    by: { readonly outsideId: string } | { readonly messageId: string },
  ): Promise<Result<Tracked, OutsideFault>>
}

/** A message of ours that is to be sent, held for whoever was handed it until its lease is over. */
export interface Dispatch {
  readonly messageId: string
  /** Sending began at some time, and how it ended was never noted. */
  readonly begun?: { readonly chunkBytes: number; readonly progress?: OutboundProgress }
}

/** How relaying stands, for the operator. */
export interface RelayStatus {
  /** Absent where nothing was ever fetched. */
  readonly mailbox?: {
    readonly id: string
    /** When it is asked next. */
    readonly dueAt: Date
    readonly shakenAt?: Date
    /** An answer is awaited since then. */
    readonly askedAt?: Date
    readonly fault?: { readonly kind: string; readonly since: Date }
  }
  /** A message is being sent since then, and nothing was heard of it. */
  readonly sendingSince?: Date
  /** Fetched from senders that may not send it: nobody reads it until they may. */
  readonly setAside: readonly {
    readonly outsideId: string
    readonly messageId: string
    readonly from?: string
    readonly workflowId: string
    readonly arrivedAt: Date
    readonly reason: string
  }[]
  /** Tried, and not taken by the other side so far. */
  readonly untaken: readonly {
    readonly messageId: string
    readonly to: string
    readonly workflowId: string
    readonly since: Date
    readonly reason: string
  }[]
}

/** What was relayed, and what is on its way (rules 18.1 to 18.8). */
export interface RelayStore {
  /** Takes the turn to poll until `until`; undefined where it is not time yet, or somebody else's turn. */
  takeTurn(
    mailbox: string,
    at: Date,
    until: Date,
  ): Promise<{ readonly shakenAt?: Date; readonly fault?: string } | undefined>
  /** Keeps the turn for longer; something else is asked for now. */
  holdTurn(mailbox: string, at: Date, until: Date): Promise<void>
  recordHandshake(mailbox: string, at: Date): Promise<void>
  /** Ends the turn. Answers whether the trouble, or that there is none, is new. */
  endTurn(
    mailbox: string,
    ended: { readonly at: Date; readonly dueAt: Date; readonly fault: string | undefined },
  ): Promise<boolean>
  faultOf(mailbox: string): Promise<string | undefined>

  hasArrived(outsideId: string): Promise<{ readonly messageId: string } | undefined>
  /** False where it was there before. With a reason it is set aside. */
  addInbound(inbound: {
    readonly outsideId: string
    readonly messageId: string
    readonly at: Date
    readonly reason?: string
  }): Promise<boolean>
  /** Messages set aside, in the order in which they arrived. */
  setAside(): Promise<readonly { readonly outsideId: string; readonly messageId: string }[]>
  admitted(outsideId: string): Promise<void>

  /**
   * The first message that waits to be sent from a mailbox, if one is due: of those to one recipient under one workflow always the
   * oldest. Nobody else is handed it before `until`. What is for a mailbox that is `keptHere` is never handed out.
   */
  claimDispatch(
    sender: string,
    at: Date,
    until: Date,
    keptHere?: readonly string[],
  ): Promise<Dispatch | undefined>
  /** From now on the message may be on the other side; `until` holds it for longer. */
  dispatchBegun(messageId: string, at: Date, chunkBytes: number, until: Date): Promise<void>
  dispatchProgress(messageId: string, progress: OutboundProgress, until: Date): Promise<void>
  /** The other side knows of no such message: what was begun is as if it had never been. */
  dispatchLost(messageId: string): Promise<void>
  dispatchPostponed(messageId: string, dueAt: Date, reason: string): Promise<void>
  dispatchSent(messageId: string, outsideId: string | undefined, at: Date): Promise<void>
  /** Our id of a message that the other side knows by its own. */
  sentAs(outsideId: string): Promise<string | undefined>
  status(): Promise<RelayStatus>
  /** Forgets what was over before the instant. */
  forget(before: Date): Promise<void>
}
