import type { MeshMessage } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode, Organisation } from '../../domain/organisation.ts'
import { testUploadWords } from '../../domain/registration/authority.ts'
import type { Acknowledgement } from '../../domain/upload/acknowledgement.ts'
import { fileCodeOf } from '../../domain/upload/apply-upload.ts'
import { codeOfFileFault, type ReadHead, type UploadFileFault } from '../../domain/upload/file-faults.ts'
import { fileReasonOf } from '../../domain/upload/file-reasons.ts'
import { type DeliverMessageDeps, deliverMessage, keepPayload } from '../mailbox/deliver-message.ts'
import type { Storage, Stores } from '../ports.ts'
import type { Authority } from '../registration/ports.ts'
import { type JudgeUploadDeps, judgeUpload, type Verdict } from './judge-upload.ts'
import type { UploadReceipt } from './ports.ts'

export interface ReceiveUploadDeps extends JudgeUploadDeps, DeliverMessageDeps {
  readonly storage: Storage
  readonly acknowledgementWorkflow: string
  readonly writeAcknowledgement: (acknowledgement: Acknowledgement) => AsyncIterable<Uint8Array>
}

/**
 * An authority's file has arrived: it is judged record by record, applied and acknowledged in the authority's mailbox, all of
 * that in one transaction with its audit entry (rules 3.1 to 3.16). A process that dies on the way leaves nothing behind but
 * staged records that nobody reads, and the next try starts afresh; once done, a further try finds nothing to do. Throws the reason
 * of the signal where it is aborted before the file is judged.
 */
export async function receiveUpload(
  deps: ReceiveUploadDeps,
  messageId: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { storage } = deps
  const message = await storage.messages.find(messageId)
  if (message?.status !== 'accepted' || !message.from) return
  const authorities = await storage.authorities.ofMailbox(message.from)
  const verdict = await judgeUpload(deps, message, authorities, signal)
  await storage.transaction(async stores => {
    const at = deps.clock.now()
    const mine = await stores.messages.advance(messageId, 'accepted', { status: 'acknowledged', at })
    if (mine) await conclude(deps, stores, message, authorities, verdict)
  })
}

/** The authority that a file speaks for: whom its head names, or the only one that the mailbox serves (rule 3.1). */
function named(authorities: readonly Authority[], head: ReadHead): Authority | undefined {
  const [first, ...others] = authorities
  return (
    authorities.find(({ odsCode }) => odsCode === head.odsCode) ?? (others.length === 0 ? first : undefined)
  )
}

/** Applies what was judged, answers it and records it; part of the caller's transaction (rule 3.15). */
async function conclude(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  authorities: readonly Authority[],
  verdict: Verdict,
): Promise<void> {
  switch (verdict.kind) {
    case 'judged': {
      const { upload } = verdict
      const held = await stores.authorities.hold(upload.authority)
      switch (held?.stage) {
        case 'live':
        case 'passed-on':
          return concludeLive(deps, stores, message, upload)
        case 'onboarding':
          return concludeTest(deps, stores, message, upload)
        default: {
          // Suspended while its file was being judged.
          await stores.uploads.discard({ uploadId: upload.id })
          const { sequence, recordCount } = upload.header
          const refused = { kind: 'suspended' } as const
          return refuse(deps, stores, message, held, refused, { sequence, recordCount })
        }
      }
    }
    case 'repeated': {
      await deliver(deps, stores, message, { payloadId: verdict.acknowledgementPayloadId })
      const { sequence, authority } = verdict.header
      return record(deps, stores, message, 'allowed', 'repeated', { sequence }, authority.odsCode)
    }
    case 'refused':
      return refuse(deps, stores, message, named(authorities, verdict.head), verdict.fault, verdict.head)
  }
}

async function concludeLive(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  upload: UploadReceipt,
): Promise<void> {
  const { loaded, failed } = await stores.uploads.apply(upload)
  const { sequence } = upload.header
  const fileCode = fileCodeOf(loaded, failed)
  const content = { ...judgedContent(deps, stores, upload), fileCode, loaded, failed }
  const payloadId = await acknowledge(deps, stores, message, content)
  await stores.uploads.complete(upload.id, fileCode, payloadId)
  return record(deps, stores, message, 'allowed', fileCode, { loaded, failed, sequence }, upload.authority)
}

/** A test is answered as if it counted, and leaves nothing but its counts (rule 19.2). */
async function concludeTest(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  upload: UploadReceipt,
): Promise<void> {
  const { loaded, failed, matched } = await stores.uploads.assess(upload)
  const { sequence, createdAt } = upload.header
  const fileCode = fileCodeOf(loaded, failed)
  const match = { matched, total: loaded + failed }
  const content = { ...judgedContent(deps, stores, upload), fileCode, loaded, failed }
  await acknowledge(deps, stores, message, { ...content, fileReason: testUploadWords(match) })
  await stores.uploads.discard({ uploadId: upload.id })
  const { id, authority, receivedAt } = upload
  const outcome = { sequence, createdAt, receivedAt, fileCode, loaded, failed, match }
  await stores.uploadHistory.keepTest(id, authority, outcome)
  return record(deps, stores, message, 'allowed', 'test', { loaded, failed, matched, sequence }, authority)
}

async function refuse(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  authority: Authority | undefined,
  fault: UploadFileFault,
  head: ReadHead,
): Promise<void> {
  const fileCode = codeOfFileFault(fault)
  await acknowledge(deps, stores, message, {
    createdAt: deps.clock.now(),
    sequence: head.sequence ?? -1,
    transmissionQuantity: head.recordCount ?? -1,
    fileCode,
    fileReason: fileReasonOf(fault),
    authority: authority?.contact ?? (await senderOf(stores, message, authority)),
    loaded: 0,
    failed: 0,
    results: async function* () {},
  })
  return record(deps, stores, message, 'refused', fileCode, { fault: fault.kind }, authority?.odsCode)
}

/** What the acknowledgements of all files that could be judged have in common. */
function judgedContent(deps: ReceiveUploadDeps, stores: Stores, { id, header }: UploadReceipt) {
  return {
    createdAt: deps.clock.now(),
    sequence: header.sequence,
    transmissionQuantity: header.recordCount,
    authority: header.authority,
    results: () => stores.uploads.results(id),
  }
}

function acknowledge(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  content: Acknowledgement,
) {
  return deliver(deps, stores, message, deps.writeAcknowledgement(content))
}

/**
 * Into the mailbox that the file came from, under the paired workflow, naming the file by the sender's own reference. Whoever made a
 * file on the notifications page at which they are told reads there what became of it: the acknowledgement is kept, and put into no mailbox; a
 * sender over MESH is answered there always (rule 19.10). Answers where its content is.
 */
async function deliver(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  payload: AsyncIterable<Uint8Array> | { readonly payloadId: string },
): Promise<string> {
  if (!message.from) throw new Error('A message without a sender cannot be answered')
  if (await isReadOnPages(stores, message, message.from)) {
    if ('payloadId' in payload) return payload.payloadId
    const payloadId = deps.newMessageId()
    await keepPayload(stores, payloadId, payload)
    return payloadId
  }
  const label = {
    from: message.to,
    to: message.from,
    workflowId: deps.acknowledgementWorkflow,
    contentType: 'application/xml',
    ...(message.localId !== undefined && { localId: message.localId }),
  }
  const answer = await deliverMessage(stores, deps, label, payload)
  if (!answer.payloadId) throw new Error('A message that was delivered has a payload')
  return answer.payloadId
}

async function isReadOnPages(stores: Stores, { id }: MeshMessage, sender: MailboxId): Promise<boolean> {
  const authorities = await stores.authorities.ofMailbox(sender)
  return authorities.some(({ toldAt }) => toldAt === 'desk') && (await stores.authorityPages.hasSent(id))
}

async function senderOf(
  stores: Stores,
  message: MeshMessage,
  authority: Authority | undefined,
): Promise<Organisation> {
  if (authority) return authority
  const mailbox = message.from && (await stores.mailboxes.find(message.from))
  if (!mailbox) throw new Error(`The sender of message ${message.id} has no mailbox`)
  return mailbox
}

/** Of a mailbox that serves several, the entry says whose file it was. */
async function record(
  deps: ReceiveUploadDeps,
  stores: Stores,
  message: MeshMessage,
  outcome: 'allowed' | 'refused',
  reason: string,
  details: Readonly<Record<string, string | number>>,
  authority: OdsCode | undefined,
): Promise<void> {
  const isShared = message.from && (await stores.authorities.ofMailbox(message.from)).length > 1
  return stores.audit.append({
    id: deps.newId(),
    at: deps.clock.now(),
    via: 'worker',
    action: 'receive upload',
    outcome,
    reason,
    subject: message.id,
    details: { ...details, ...(isShared && authority && { authority }) },
    ...(message.from && { actor: message.from }),
  })
}
