import { type Result, success } from '../../domain/result.ts'
import { acknowledgeMessage } from '../../flows/mailbox/acknowledge-message.ts'
import { downloadMessage, inspectMessage } from '../../flows/mailbox/download-message.ts'
import { countInbox, listInbox } from '../../flows/mailbox/list-messages.ts'
import { headerOf, SENT_HEADERS } from '../../formats/mesh/headers.ts'
import type { MeshFault } from '../../formats/mesh/mesh-fault.ts'
import { readPageQuery } from '../../formats/mesh/read-page.ts'
import { writeAcknowledged, writeCount, writeInbox, writeRichList } from '../../formats/mesh/write-bodies.ts'
import { writeMessageHeaders } from '../../formats/mesh/write-message-headers.ts'
import type { MeshApiDeps } from './api-deps.ts'
import { codedContent } from './content-coding.ts'
import { chunkNumber, type MailboxCall, type MeshReply, type MeshRoute, pageFrame } from './mesh-route.ts'

const OCTETS = 'application/octet-stream'

/** What waits in a mailbox: list, collect, acknowledge. */
export function inboxRoutes(deps: MeshApiDeps): readonly MeshRoute[] {
  return [
    {
      methods: ['GET'],
      path: '/:mailbox/inbox',
      action: 'list inbox',
      answer: async call => {
        const query = readPageQuery(call.query, 'plain')
        if (!query.ok) return query
        const inbox = await listInbox(deps, { mailbox: call.mailbox.id, ...query.value })
        if (!inbox.ok) return inbox
        const body = writeInbox(call.version, inbox.value, pageFrame(call, inbox.value.next))
        return success({ status: 200, body })
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/inbox/rich',
      action: 'list inbox',
      answer: async call => {
        const query = readPageQuery(call.query, 'rich')
        if (!query.ok) return query
        const inbox = await listInbox(deps, { mailbox: call.mailbox.id, ...query.value })
        if (!inbox.ok) return inbox
        const body = writeRichList(inbox.value.messages, pageFrame(call, inbox.value.next))
        return success({ status: 200, body })
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/count',
      action: 'count inbox',
      answer: async ({ mailbox, version, reference }) => {
        const count = await countInbox(deps, mailbox.id)
        return success({ status: 200, body: writeCount(version, count, reference) })
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/inbox/:message',
      action: 'download message',
      answer: call => download(deps, call, 1),
    },
    {
      methods: ['HEAD'],
      path: '/:mailbox/inbox/:message',
      action: 'inspect message',
      answer: async ({ mailbox, messageId }) => {
        const message = await inspectMessage(deps, { mailbox: mailbox.id, messageId })
        if (!message.ok) return message
        return success({ status: 200, headers: writeMessageHeaders(message.value, 1) })
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/inbox/:message/:chunk',
      action: 'download message',
      answer: async call => {
        const chunk = chunkNumber(call)
        return chunk.ok ? download(deps, call, chunk.value) : chunk
      },
    },
    {
      methods: ['PUT'],
      path: '/:mailbox/inbox/:message/status/acknowledged',
      action: 'acknowledge message',
      answer: async ({ mailbox, version, messageId }) => {
        const closed = await acknowledgeMessage(deps, { mailbox: mailbox.id, messageId })
        if (!closed.ok) return closed
        return success({ status: 200, body: writeAcknowledged(version, messageId) })
      },
    },
  ]
}

/** One chunk: 206 while others follow it, 200 for the last. */
async function download(
  deps: MeshApiDeps,
  call: MailboxCall,
  chunk: number,
): Promise<Result<MeshReply, MeshFault>> {
  const { mailbox, messageId, version, headers } = call
  const found = await downloadMessage(deps, { mailbox: mailbox.id, messageId, chunk })
  if (!found.ok) return found
  const { message, content } = found.value
  const labels = writeMessageHeaders(message, chunk)
  if (!content) return success({ status: 200, headers: { ...labels, 'content-type': OCTETS } })
  const { bytes, gzip, length } = codedContent(content, {
    version,
    acceptEncoding: headerOf(headers, 'accept-encoding'),
  })
  const whole = message.totalChunks === 1
  return success({
    status: chunk < message.totalChunks ? 206 : 200,
    headers: {
      ...labels,
      'content-type': version === 2 && whole ? (message.contentType ?? OCTETS) : OCTETS,
      ...(gzip && { 'content-encoding': 'gzip', [SENT_HEADERS.contentCompressed.name]: 'Y' }),
      ...(length !== undefined && { 'content-length': String(length) }),
      vary: 'accept, accept-encoding',
    },
    body: bytes,
  })
}
