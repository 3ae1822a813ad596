import type { Mailbox, MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId } from '../../domain/organisation.ts'
import { type ApiVersion, PLAIN_JSON, V2_JSON } from './api-version.ts'
import { writeContinueToken } from './continue-token.ts'
import { FAULTS, type MeshFault } from './mesh-fault.ts'

/** A body and its type; neither where the answer is empty. */
export interface MeshBody {
  readonly contentType?: string
  readonly text?: string
}

/** Both versions of every answer side by side; a version 2 body is typed as such or as plain JSON, as published. */
function json(body: object, contentType: string = PLAIN_JSON): MeshBody {
  return { contentType, text: JSON.stringify(body) }
}

function typeFor(version: ApiVersion): string {
  return version === 2 ? V2_JSON : PLAIN_JSON
}

export function writeHandshake(version: ApiVersion, mailboxId: MailboxId): MeshBody {
  return version === 2 ? {} : json({ mailboxId })
}

export function writeSent(version: ApiVersion, messageId: string): MeshBody {
  return json(version === 2 ? { message_id: messageId } : { messageID: messageId })
}

export function writeChunkTaken(version: ApiVersion, messageId: string, chunk: number): MeshBody {
  return json(version === 2 ? { message_id: messageId } : { messageID: messageId, blockID: chunk })
}

export function writeAcknowledged(version: ApiVersion, messageId: string): MeshBody {
  return version === 2 ? {} : json({ messageId })
}

export function writeCount(version: ApiVersion, count: number, internalId: string): MeshBody {
  return json(version === 2 ? { count } : { count, internalID: internalId, allResultsIncluded: true })
}

/** A page of a list; `self` is the address it was asked for by: path and query. */
export interface ListFrame {
  readonly self: string
  readonly next?: string
}

export function writeInbox(
  version: ApiVersion,
  inbox: { readonly messages: readonly MeshMessage[]; readonly total: number },
  frame: ListFrame,
): MeshBody {
  const messages = inbox.messages.map(({ id }) => id)
  return version === 2
    ? json({ messages, links: linksOf(frame), approx_inbox_count: inbox.total }, V2_JSON)
    : json({ messages })
}

/** The list of what stands on each message; it has one form only. */
export function writeRichList(messages: readonly MeshMessage[], frame: ListFrame): MeshBody {
  const rows = messages.map(message => ({
    message_id: message.id,
    message_type: message.kind,
    sender: message.from,
    recipient: message.to,
    workflow_id: message.workflowId,
    local_id: message.localId,
    status: message.status,
    total_chunks: message.totalChunks,
    file_size: message.size,
    sent_date: message.uploadedAt.toISOString(),
    expiry_timestamp: message.expiresAt.toISOString(),
  }))
  return json({ messages: rows, links: linksOf(frame) }, V2_JSON)
}

/** Relative addresses; the next one is this one, continued. */
function linksOf({ self, next }: ListFrame): { self: string; next?: string } {
  if (next === undefined) return { self }
  const [path = '', query] = self.split('?')
  const continued = new URLSearchParams(query)
  continued.set('continue_from', writeContinueToken(next))
  return { self, next: `${path}?${continued}` }
}

export function writeLookup(version: ApiVersion, mailboxes: readonly Mailbox[], queryId: string): MeshBody {
  if (version === 2) return writeWorkflowSearch(mailboxes)
  const results = mailboxes.map(({ id, name }) => ({
    address: id,
    description: name,
    endpoint_type: 'MESH',
  }))
  return json({ query_id: queryId, results })
}

export function writeWorkflowSearch(mailboxes: readonly Mailbox[]): MeshBody {
  return json({ results: mailboxes.map(({ id, name }) => ({ mailbox_id: id, mailbox_name: name })) })
}

export function writePing(environment: string): MeshBody {
  return json({ env: environment, build_label: 'cp-is', status: 'running', outcome: {} })
}

/** A fault's body. `reference` is what the audit log knows the request by. */
export function writeFault(
  version: ApiVersion,
  fault: MeshFault,
  known: { readonly messageId?: string; readonly reference: string },
): MeshBody {
  if (typeof fault !== 'string') return json({ detail: fault.invalid }, typeFor(version))
  const { messageId, reference } = known
  const { event, code, msg } = FAULTS[fault]
  return version === 2
    ? json({ message_id: messageId, internal_id: reference, detail: [{ event, code, msg }] }, V2_JSON)
    : json({ messageID: messageId, errorEvent: event, errorCode: code, errorDescription: msg })
}
