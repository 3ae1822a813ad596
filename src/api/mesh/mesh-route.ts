import type { Readable } from 'node:stream'
import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { LookUpCaller } from '../../flows/mailbox/look-up-endpoints.ts'
import type { ApiVersion } from '../../formats/mesh/api-version.ts'
import type { RequestHeaders } from '../../formats/mesh/headers.ts'
import { invalid } from '../../formats/mesh/invalid-part.ts'
import type { MeshFault } from '../../formats/mesh/mesh-fault.ts'
import type { ListFrame, MeshBody } from '../../formats/mesh/write-bodies.ts'

/** A call of a mailbox that its token opened. */
export interface MailboxCall extends MeshCall {
  readonly mailbox: Mailbox
}

/** A call to look mailboxes up, by whoever may (rule 7.10). */
export interface LookUpCall extends MeshCall {
  readonly caller: LookUpCaller
}

interface MeshCall {
  readonly version: ApiVersion
  /** The message in the address; an id that no message has where the address names none that could be. */
  readonly messageId: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: RequestHeaders
  readonly query: URLSearchParams
  /** Path and query as they were asked for. */
  readonly address: string
  readonly reference: string
  /** The body as it comes in; to be read at most once. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface MeshReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: MeshBody | Readable
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT'

/** One row of the API: what is called, what the audit log calls it, and what it answers, which is then already on record. */
export interface MeshRoute {
  readonly methods: readonly Method[]
  readonly path: string
  readonly action: string
  readonly answer: (call: MailboxCall) => Promise<Result<MeshReply, MeshFault>>
}

/** The same of a look-up, which needs no mailbox of one's own. */
export interface LookUpRoute extends Omit<MeshRoute, 'answer'> {
  readonly answer: (call: LookUpCall) => Promise<Result<MeshReply, MeshFault>>
}

/** The chunk in the address. */
export function chunkNumber({ params }: MailboxCall): Result<number, MeshFault> {
  const text = params['chunk'] ?? ''
  return /^[1-9]\d{0,5}$/.test(text)
    ? success(Number(text))
    : failure({ invalid: [invalid.notWhole(['path', 'chunk_num'])] })
}

/** Where a page of a list was found and, where more follow, after which message the next begins. */
export function pageFrame({ address }: MailboxCall, next: string | undefined): ListFrame {
  return { self: address, ...(next !== undefined && { next }) }
}
