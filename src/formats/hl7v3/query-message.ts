import type { AccessKind, Author } from '../../domain/query/requester.ts'

/** A query with the wrapper it travels in (QUPC_IN000006GB01 around QUPC_MT000006GB01). Identifiers are UUIDs in capitals. */
export interface QueryMessage {
  /** Of the wrapper: what an answer refers to. */
  readonly id: string
  /** When the message was made (instant); the time of the query, where nothing is said. */
  readonly createdAt?: Date
  /** The version the message was made to; the published one, where nothing is said. */
  readonly versionCode?: string
  readonly receiverAsid: string
  readonly senderAsid: string
  readonly query: {
    readonly id: string
    /** When the asking system says it asked (instant). */
    readonly effectiveTime: Date
    readonly access: AccessKind
    readonly author: Author
    /** As sent, not yet parsed. */
    readonly nhsNumber: string
  }
}

/** What is wrong with a query: the name by which the national service calls it, and what to correct. It quotes nothing of the query. */
export interface QueryFault {
  /** For example `ErrorBase1712.MANDATORY_DATA_MISSING|NHS Number`. */
  readonly name: string
  readonly text: string
}
