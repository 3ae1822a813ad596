import { createHash, type Hash } from 'node:crypto'
import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { ReadHead, UploadFileFault } from '../../domain/upload/file-faults.ts'
import type { UploadHeader } from '../../domain/upload/upload.ts'
import { plainContent, within } from '../mailbox/decompress.ts'
import { readPayload } from '../mailbox/read-payload.ts'
import type { Authority } from '../registration/ports.ts'
import { type JudgeRecordsDeps, judgeRecords, unreadableContent } from './judge-records.ts'
import type { UploadReceipt } from './ports.ts'

export interface JudgeUploadDeps extends JudgeRecordsDeps {
  /** How long to wait before each further try while PDS cannot be asked; when they are used up the answer is CPF05. */
  readonly pdsPatienceMs: readonly number[]
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

export type Verdict =
  | { readonly kind: 'refused'; readonly fault: UploadFileFault; readonly head: ReadHead }
  | { readonly kind: 'repeated'; readonly acknowledgementPayloadId: string; readonly header: UploadHeader }
  | { readonly kind: 'judged'; readonly upload: UploadReceipt }

/**
 * Judges a file as often as PDS has to be asked again, until PDS answers or patience ends (rule 3.12). Throws the reason of the signal
 * when it is aborted.
 */
export async function judgeUpload(
  deps: JudgeUploadDeps,
  message: MeshMessage,
  authorities: readonly Authority[],
  signal: AbortSignal,
): Promise<Verdict> {
  for (const wait of deps.pdsPatienceMs) {
    const verdict = await judgeFile(deps, message, authorities, signal)
    if (verdict.kind !== 'refused' || verdict.fault.kind !== 'pds-unavailable') return verdict
    await deps.sleep(wait, signal)
  }
  return judgeFile(deps, message, authorities, signal)
}

/** Reads the file through once: its head, its records and its digest. */
async function judgeFile(
  deps: JudgeUploadDeps,
  message: MeshMessage,
  authorities: readonly Authority[],
  signal: AbortSignal,
): Promise<Verdict> {
  if (authorities.length === 0) return { kind: 'refused', fault: { kind: 'wrong-authority' }, head: {} }
  const { storage } = deps
  const id = deps.newId()
  const digest = createHash('sha256')
  const { expansion } = deps.uploadLimits
  // However often it was compressed, it grows within one limit (rule 3.21).
  const plain = plainContent(readPayload(storage.payloads, message, expansion), expansion)
  const bytes = digested(within(plain, message.size * expansion), digest)
  const series = (await storage.authorityPages.hasSent(message.id)) ? 'page' : 'system'
  const judged = await judgeRecords(deps, { uploadId: id, authorities, series, bytes }, signal).catch(error =>
    unreadableContent(error, expansion),
  )
  if (judged.kind === 'refused') {
    await storage.uploads.discard({ uploadId: id })
    return judged
  }
  const { header } = judged
  const hex = digest.digest('hex')
  if (judged.kind === 'repeated') {
    const { digest: earlierDigest, createdAt, acknowledgementPayloadId } = judged.earlier
    const head = {
      odsCode: header.authority.odsCode,
      sequence: header.sequence,
      recordCount: header.recordCount,
    }
    if (earlierDigest !== hex)
      return { kind: 'refused', fault: { kind: 'sequence-reused', earlierCreatedAt: createdAt }, head }
    if (acknowledgementPayloadId !== undefined) return { kind: 'repeated', acknowledgementPayloadId, header }
    const { ageDays: most } = deps.uploadLimits
    return { kind: 'refused', fault: { kind: 'created-too-long-ago', most }, head }
  }
  const receivedAt = message.acceptedAt ?? message.uploadedAt
  return {
    kind: 'judged',
    upload: {
      id,
      authority: header.authority.odsCode,
      header,
      series,
      messageId: message.id,
      digest: hex,
      receivedAt,
    },
  }
}

async function* digested(bytes: AsyncIterable<Uint8Array>, digest: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    digest.update(piece)
    yield piece
  }
}
