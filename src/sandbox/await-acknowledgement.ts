import { setTimeout as sleep } from 'node:timers/promises'
import type { MeshClient } from '../client/index.ts'

/** A file that an authority has sent, and how to know its acknowledgement. */
export interface SentFile {
  readonly messageId: string
  /** The sender's own reference, which the acknowledgement carries too. */
  readonly localId: string
  readonly acknowledgementWorkflow: string
}

export type AwaitedAcknowledgement =
  | {
      readonly kind: 'arrived'
      readonly messageId: string
      readonly content: AsyncIterable<Uint8Array>
    }
  /** The service took the file and answered it, and somebody else has collected the answer. */
  | { readonly kind: 'collected-elsewhere' }
  /** Nobody took the file in time. */
  | { readonly kind: 'undeliverable' }
  | { readonly kind: 'not-yet' }

export interface Patience {
  readonly withinMs: number
  /** A file that was taken so long ago was answered, if to somebody else. */
  readonly answeredWithinMs?: number
  readonly signal?: AbortSignal
}

const CHECK_EVERY_MS = 300
/** Through a MESH server between, a file counts as taken when it is fetched, and is judged after that. */
const ANSWERED_WITHIN_MS = 120_000

/**
 * Waits as an authority's own system does until the acknowledgement of a file is in its mailbox. It is left there: to
 * acknowledge it is for whoever has stored it. Throws `MeshError` for whatever the mailbox service did not do.
 */
export async function awaitAcknowledgement(
  mailbox: MeshClient,
  file: SentFile,
  { withinMs, answeredWithinMs = ANSWERED_WITHIN_MS, signal }: Patience,
): Promise<AwaitedAcknowledgement> {
  const deadline = Date.now() + withinMs
  const others = new Set<string>()
  let takenAt: number | undefined
  for (;;) {
    // Asked before the inbox is listed: an answer is in the mailbox before its file counts as taken.
    const status = (await mailbox.track(file.messageId)).status.toLowerCase()
    if (status === 'undeliverable') return { kind: 'undeliverable' }
    for await (const id of mailbox.inbox({ workflowFilter: file.acknowledgementWorkflow })) {
      if (others.has(id)) continue
      const { info, content } = await mailbox.download(id)
      // Through a MESH server between, the reference travels as the partner's (rule 18.5).
      if ([info.localId, info.partnerId].includes(file.localId))
        return { kind: 'arrived', messageId: id, content }
      others.add(id)
      await passOver(content)
    }
    const now = Date.now()
    if (status === 'acknowledged') takenAt ??= now
    if (takenAt !== undefined && now - takenAt >= answeredWithinMs) return { kind: 'collected-elsewhere' }
    if (now > deadline || signal?.aborted) return { kind: 'not-yet' }
    await sleep(CHECK_EVERY_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined)
  }
}

/** Content that is not read to its end keeps its connection busy. */
async function passOver(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of content);
}
