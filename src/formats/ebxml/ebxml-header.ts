import type { EnvelopeFault } from '../soap/read-envelope.ts'

/** The header of a message as it was found: whatever is necessary is there, and nothing is judged yet (`checkHeader`). */
export interface EbxmlHeader {
  readonly from: EbxmlParty
  readonly to: EbxmlParty
  readonly cpaId: string
  readonly conversationId: string
  readonly service: string
  readonly action: string
  /** Letter for letter: duplicates are known by it. */
  readonly messageId: string
  /** An instant, to the second where it was written here. */
  readonly timestamp: Date
  /** The instant from which the message may not be dealt with any more. */
  readonly timeToLive?: Date
  /** The message that this one answers. */
  readonly refToMessageId?: string
  readonly version?: string
  readonly reliability: EbxmlReliability
  /** What its manifest refers to. */
  readonly references: readonly string[]
  readonly manifestVersion?: string
}

export interface EbxmlParty {
  readonly key: string
  readonly type?: string
}

/** What a message asks of whoever handles it. */
export interface EbxmlReliability {
  readonly duplicateElimination: boolean
  readonly ackRequested?: Requested & { readonly signed?: string }
  readonly syncReply?: Requested
}

interface Requested {
  readonly actor?: string
  readonly version?: string
  readonly mustUnderstand: boolean
}

/** Why a message is none that could be answered as one: there is nobody, or nothing, that an answer could name. */
export type EbxmlFault = EnvelopeFault

/** The header of a message that is sent, between parties of the national service. */
export interface SentHeader {
  /** Party keys. */
  readonly from: string
  readonly to: string
  readonly cpaId: string
  readonly conversationId: string
  readonly service: string
  readonly action: string
  /** A UUID, which is written in capitals. */
  readonly messageId: string
  readonly timestamp: Date
  /** On an answer: the id of the message that it answers, letter for letter. */
  readonly refToMessageId?: string
  readonly reliability: 'reliable' | 'express'
}
