import { failure, success } from '../../domain/result.ts'
import { listOutbox } from '../../flows/mailbox/list-messages.ts'
import { sendChunk } from '../../flows/mailbox/send-chunk.ts'
import { sendMessage } from '../../flows/mailbox/send-message.ts'
import { trackMessage } from '../../flows/mailbox/track-message.ts'
import { invalid } from '../../formats/mesh/invalid-part.ts'
import { newMessageId, readMessageId } from '../../formats/mesh/message-id.ts'
import { readPageQuery } from '../../formats/mesh/read-page.ts'
import { readChunkHeaders, readSendHeaders } from '../../formats/mesh/read-send.ts'
import { writeChunkTaken, writeRichList, writeSent } from '../../formats/mesh/write-bodies.ts'
import { writeTracking } from '../../formats/mesh/write-tracking.ts'
import type { MeshApiDeps } from './api-deps.ts'
import { chunkNumber, type MeshRoute, pageFrame } from './mesh-route.ts'

/** What a mailbox sends, and what became of it. */
export function outboxRoutes(deps: MeshApiDeps): readonly MeshRoute[] {
  const sending = { ...deps, newMessageId: () => newMessageId(deps.clock.now()) }
  return [
    {
      methods: ['POST'],
      path: '/:mailbox/outbox',
      action: 'send message',
      answer: async ({ mailbox, version, headers, body }) => {
        const said = readSendHeaders(headers, mailbox.id)
        if (!said.ok) return said
        const sent = await sendMessage(sending, { ...said.value, from: mailbox.id, bytes: body })
        if (!sent.ok) return sent
        return success({ status: 202, body: writeSent(version, sent.value.id) })
      },
    },
    {
      methods: ['POST'],
      path: '/:mailbox/outbox/:message/:chunk',
      action: 'send chunk',
      answer: async call => {
        const { mailbox, version, headers, messageId, body } = call
        const chunk = chunkNumber(call)
        if (!chunk.ok) return chunk
        const said = readChunkHeaders(headers)
        if (!said.ok) return said
        const posting = { ...said.value, from: mailbox.id, messageId, chunk: chunk.value, bytes: body }
        const taken = await sendChunk(sending, posting)
        if (!taken.ok) return taken
        return success({ status: 202, body: writeChunkTaken(version, messageId, chunk.value) })
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/outbox/rich',
      action: 'list outbox',
      answer: async call => {
        const query = readPageQuery(call.query, 'rich')
        if (!query.ok) return query
        const outbox = await listOutbox(deps, { mailbox: call.mailbox.id, ...query.value })
        if (!outbox.ok) return outbox
        const body = writeRichList(outbox.value.messages, pageFrame(call, outbox.value.next))
        return success({ status: 200, body })
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/outbox/tracking',
      action: 'track message',
      answer: async ({ mailbox, version, query }) => {
        const asked = query.get('messageID')
        if (!asked) return failure({ invalid: [invalid.missing(['query', 'messageID'])] })
        const messageId = readMessageId(asked)
        if (!messageId) return failure('unknown-sent-message')
        const tracked = await trackMessage(deps, mailbox.id, { messageId })
        return tracked.ok ? success({ status: 200, body: writeTracking(version, tracked.value) }) : tracked
      },
    },
    {
      methods: ['GET'],
      path: '/:mailbox/outbox/tracking/:localId',
      action: 'track message',
      answer: async ({ mailbox, params }) => {
        const tracked = await trackMessage(deps, mailbox.id, { localId: params['localId'] ?? '' })
        // This older way of asking has the version 1 answer only.
        return tracked.ok ? success({ status: 200, body: writeTracking(1, tracked.value) }) : tracked
      },
    },
  ]
}
