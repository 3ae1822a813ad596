import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { PayloadStore, StoredContent } from '../../flows/mailbox/ports.ts'
import type { Schema } from '../schema.ts'

/** Bytes in one row: large enough to be few, small enough that reading and writing stay flat in memory. */
const PIECE_BYTES = 256 * 1024

/**
 * What messages carry, as rows of bounded size. Outside a transaction each piece is its own commit, so that a slow upload
 * holds nothing open; inside one, all of it is part of that commit.
 */
export function payloadStore(db: Kysely<Schema>): PayloadStore {
  return {
    store: bytes => store(db, bytes),
    attach: async (payloadId, chunk, encoding, { contentId, size }) => {
      const content = { encoding, size, content_id: contentId }
      await db
        .insertInto('payload_chunk')
        .values({ payload_id: payloadId, chunk, ...content })
        .onConflict(conflict => conflict.columns(['payload_id', 'chunk']).doUpdateSet(content))
        .execute()
    },
    discard: content => discard(db, content.contentId),
    chunks: payloadId =>
      db
        .selectFrom('payload_chunk')
        .select(['chunk', 'size', 'encoding'])
        .where('payload_id', '=', payloadId)
        .orderBy('chunk')
        .execute(),
    read: async (payloadId, chunk) => {
      const found = await db
        .selectFrom('payload_chunk')
        .select(['encoding', 'size', 'content_id'])
        .where('payload_id', '=', payloadId)
        .where('chunk', '=', chunk)
        .executeTakeFirst()
      if (!found) return undefined
      const { encoding, size, content_id } = found
      return { encoding, size, bytes: pieces(db, content_id, size) }
    },
    purge: before => purge(db, before),
  }
}

async function store(db: Kysely<Schema>, bytes: AsyncIterable<Uint8Array>): Promise<StoredContent> {
  const contentId = randomUUID()
  let size = 0
  let piece = 0
  try {
    for await (const full of inPieces(bytes)) {
      await db.insertInto('payload_piece').values({ content_id: contentId, piece, bytes: full }).execute()
      piece++
      size += full.length
    }
  } catch (error) {
    // What broke off is told, not whether its remains could be cleared away at once: purging finds them otherwise.
    await discard(db, contentId).catch(() => undefined)
    throw error
  }
  return { contentId, size }
}

async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (let part of bytes) {
    while (length + part.length >= PIECE_BYTES) {
      const fitting = PIECE_BYTES - length
      yield Buffer.concat([...waiting, part.subarray(0, fitting)])
      part = part.subarray(fitting)
      waiting = []
      length = 0
    }
    if (part.length > 0) waiting.push(part)
    length += part.length
  }
  if (length > 0) yield Buffer.concat(waiting)
}

/** Piece by piece, since the embedded engine cannot stream rows. Throws rather than end early when a piece is gone. */
async function* pieces(db: Kysely<Schema>, contentId: string, size: number): AsyncGenerator<Uint8Array> {
  let read = 0
  for (let piece = 0; read < size; piece++) {
    const { bytes } = await db
      .selectFrom('payload_piece')
      .select('bytes')
      .where('content_id', '=', contentId)
      .where('piece', '=', piece)
      .executeTakeFirstOrThrow()
    yield bytes
    read += bytes.length
  }
}

async function discard(db: Kysely<Schema>, contentId: string): Promise<void> {
  await db.deleteFrom('payload_piece').where('content_id', '=', contentId).execute()
}

async function purge(db: Kysely<Schema>, before: { messages: Date; strays: Date }): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('message')
    .where('uploaded_at', '<', before.messages)
    .where('status', '<>', 'accepted')
    // Of an authority on legal hold nothing is removed for its age (rule 23.10).
    .where(
      sql<boolean>`not exists (
        select from legal_hold h join authority a on a.ods_code = h.authority where a.mailbox_id in (message.sender, message.recipient)
      )`,
    )
    .executeTakeFirstOrThrow()
  await sql`delete from payload_chunk c
    where not exists (select from message m where m.payload_id = c.payload_id)
      and not exists (select from upload u where u.acknowledgement_payload_id = c.payload_id)`.execute(db)
  await sql`delete from payload_piece p
    where p.written_at < ${before.strays}
      and not exists (select from payload_chunk c where c.content_id = p.content_id)`.execute(db)
  return Number(numDeletedRows)
}
