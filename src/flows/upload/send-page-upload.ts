import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { RecordAsSent, UploadHeader } from '../../domain/upload/upload.ts'
import { deliverMessage } from '../mailbox/deliver-message.ts'
import { handOver, refusalOf, type SendMessageDeps } from '../mailbox/send-message.ts'
import type { UploadDraft } from '../notification/ports.ts'
import type { NotificationStepDeps, Officer } from '../notification/take-notification-step.ts'
import type { Stores } from '../ports.ts'
import type { Authority } from '../registration/ports.ts'

/** A table that was looked through: what would be made of it, and everything that is wrong with the rest. */
export interface ReadTable {
  readonly rows: number
  readonly recordCount: number
  readonly planCount: number
  /** How much is wrong with rows; the first of these are named. */
  readonly problems: number
  readonly leftOut: readonly LeftOutRow[]
  readonly rowsLeftOut: number
  /** Rows that hold nothing to send: no person, what an earlier row says, or a legal status that CP-IS does not hold. */
  readonly passedOver: number
  /** Those legal statuses (rule 17.9). */
  readonly notHeld: readonly string[]
  /** Headings that mean nothing to an upload. */
  readonly ignored: readonly string[]
  records(): AsyncIterable<RecordAsSent>
}

export interface LeftOutRow {
  readonly row: number
  readonly column?: string
  readonly reason: string
}

/** Looks through a table as at an instant; or says in words why nothing can be made of it. */
export type ReadTableFile = (bytes: Uint8Array, now: Date) => Promise<Result<ReadTable, string>>

export interface PageUploadDeps extends NotificationStepDeps, SendMessageDeps {
  readonly readTable: ReadTableFile
  readonly writeUpload: (
    header: UploadHeader,
    records: AsyncIterable<RecordAsSent>,
  ) => AsyncIterable<Uint8Array>
  readonly cpisMailbox: MailboxId
}

export type PageUploadObstacle = 'unknown' | 'nobody-in-it' | 'may-not-send'

/** A preview is kept for so long (hours). */
export const DRAFT_HOURS = 24

/** Keeps a table that could be read until the officer has looked at what would become of it (rule 21.14). Answers its id. */
export function keepUploadDraft(
  { storage, clock, newId }: NotificationStepDeps,
  officer: Officer,
  contact: UploadHeader['authority'],
  content: Uint8Array,
  { rows, recordCount, rowsLeftOut }: ReadTable,
): Promise<string> {
  return storage.transaction(async stores => {
    const id = newId()
    const at = clock.now()
    await stores.authorityPages.forgetDrafts(new Date(at.getTime() - DRAFT_HOURS * 3_600_000))
    await stores.authorityPages.keepDraft({ id, authority: officer.authority, madeAt: at, contact, content })
    await stores.audit.append({
      id: newId(),
      at,
      via: 'web',
      action: 'preview upload',
      outcome: 'allowed',
      actor: officer.actor,
      subject: id,
      details: { authority: officer.authority, rows, records: recordCount, rowsLeftOut },
    })
    return id
  })
}

/**
 * Puts the file made of a table into the service as if the authority had sent it from its mailbox: the same message, the same job
 * (rule 21.15), under a number that its own system cannot take (rule 3.23). It counts as of when the table was handed in. Sent once,
 * however often it is confirmed.
 */
export function sendPageUpload(
  deps: PageUploadDeps,
  officer: Officer,
  draftId: string,
): Promise<Result<{ readonly sequence: number; readonly again: boolean }, PageUploadObstacle>> {
  return deps.storage.transaction(async stores => {
    const { authority: odsCode } = officer
    const authority = await stores.authorities.find(odsCode)
    // Held until the commit: who confirms twice waits here.
    const draft = await stores.authorityPages.draft(odsCode, draftId)
    if (draft?.sent) return success({ sequence: draft.sent.sequence, again: true })
    if (!authority || !draft?.content) return failure('unknown')
    const table = await deps.readTable(draft.content, draft.madeAt)
    if (!table.ok || table.value.recordCount === 0) return failure('nobody-in-it')
    const { recordCount } = table.value
    const sent = await sendFile(deps, stores, officer, authority, draft, recordCount, table.value.records())
    return sent.ok ? success({ sequence: sent.value, again: false }) : sent
  })
}

/**
 * Puts a file into the service as the authority's own message, with its job and its audit entry, as part of the caller's transaction.
 * Answers the number it was given.
 */
export async function sendFile(
  deps: Omit<PageUploadDeps, 'readTable'>,
  stores: Stores,
  officer: Officer,
  authority: Authority,
  draft: UploadDraft,
  recordCount: number,
  records: AsyncIterable<RecordAsSent>,
): Promise<Result<number, 'may-not-send'>> {
  const label = {
    from: authority.mailbox,
    to: deps.cpisMailbox,
    workflowId: deps.uploadWorkflow,
    contentType: 'application/xml',
    localId: draft.id,
  }
  if (await refusalOf(stores, authority.mailbox, label)) return failure('may-not-send')
  const sequence = await stores.authorityPages.takeSequence(authority.odsCode)
  const header = { authority: draft.contact, sequence, createdAt: draft.madeAt, recordCount }
  const content = deps.writeUpload(header, withAuthorityOfIds(records, draft.contact))
  const message = await deliverMessage(stores, deps, label, content)
  await handOver(deps, stores, message)
  await stores.authorityPages.draftSent(draft, { messageId: message.id, sequence })
  await stores.audit.append({
    id: deps.newId(),
    at: deps.clock.now(),
    via: 'web',
    action: 'send upload',
    outcome: 'allowed',
    actor: officer.actor,
    subject: message.id,
    details: { authority: authority.odsCode, sequence, records: recordCount },
  })
  return success(sequence)
}

/** A local id says whose it is. */
async function* withAuthorityOfIds(
  records: AsyncIterable<RecordAsSent>,
  { odsCode, name }: { readonly odsCode: OdsCode; readonly name: string },
): AsyncGenerator<RecordAsSent> {
  const localIdAuthority = `${odsCode}:${name}`
  for await (const record of records) {
    const subjects = record.subjects.map(subject =>
      subject.localId === undefined ? subject : { ...subject, localIdAuthority },
    )
    yield { ...record, subjects }
  }
}
