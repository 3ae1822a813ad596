import { openAsBlob } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MeshClient, MeshError, meshClient } from '../client/index.ts'
import type { ManageExchangeDeps, RegisterDeps } from '../flows/registration/manage-exchange.ts'
import { registerAuthority } from '../flows/registration/register.ts'
import { confirmPhones } from '../flows/watch/answer-issue.ts'
import { readAcknowledgement } from '../formats/hl7v3/read-acknowledgement.ts'
import type { Database } from '../storage/open-database.ts'
import { awaitAcknowledgement, type SentFile } from './await-acknowledgement.ts'
import { isSettled, markSettled } from './memory.ts'
import type { Population, PopulationUpload } from './population.ts'
import { sandboxMailbox } from './sandbox.ts'
import { writeUploadFile } from './upload-file.ts'

export interface SettleDeps extends ManageExchangeDeps {
  readonly database: Database
  readonly population: Population
  readonly mesh: RegisterDeps['mesh'] & { readonly sharedKey: string }
  /** Where the service is reached, by authorities as by anybody. */
  readonly url: string
  readonly report: (progress: SettleProgress) => void
  readonly signal: AbortSignal
}

export interface SettleProgress {
  readonly stage: 'sent' | 'acknowledged'
  readonly authority: string
  readonly records: number
}

export type Settled =
  | { readonly kind: 'settled-before' }
  | { readonly kind: 'settled'; readonly loaded: number; readonly failed: number }
  | { readonly kind: 'unsettled'; readonly authority: string; readonly why: string }

/** A file of a hundred thousand records takes minutes on a small machine. */
const ACKNOWLEDGED_WITHIN_MS = 3_600_000

/**
 * Settles the made-up England once: every authority becomes a user of the service and sends its file through its mailbox, like
 * anybody's. Interrupted, it is done again from the start: the same file is answered with the same acknowledgement (rule 3.8).
 */
export async function settle(deps: SettleDeps): Promise<Settled> {
  if (await isSettled(deps.database)) return { kind: 'settled-before' }
  const directory = await mkdtemp(join(tmpdir(), 'cpis-settle-'))
  try {
    const sent: { upload: PopulationUpload; mailbox: MeshClient; file: SentFile }[] = []
    for (const upload of deps.population.uploads) {
      const mailbox = await openMailbox(deps, upload)
      const file = await send(deps, upload, mailbox, join(directory, upload.authority.odsCode))
      sent.push({ upload, mailbox, file })
    }
    let [loaded, failed] = [0, 0]
    for (const { upload, mailbox, file } of sent) {
      const answer = await collect(deps, mailbox, file)
      if (typeof answer === 'string') {
        return { kind: 'unsettled', authority: upload.authority.name, why: answer }
      }
      loaded += answer.loaded
      failed += answer.failed
      await confirm(deps, upload)
      report(deps, 'acknowledged', upload)
    }
    await markSettled(deps.database, deps.clock.now())
    return { kind: 'settled', loaded, failed }
  } catch (error) {
    if (!(error instanceof MeshError)) throw error
    return { kind: 'unsettled', authority: 'an authority', why: error.message }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function openMailbox(deps: SettleDeps, { authority }: PopulationUpload): Promise<MeshClient> {
  const { odsCode, dfeCode, gssCode, name } = authority
  const mailbox = sandboxMailbox(authority)
  // Where it is registered already, whatever was changed of it since stays.
  await registerAuthority(deps, { odsCode, dfeCode, gssCode, name, mailbox, live: true })
  const { id: mailboxId, password } = mailbox
  const client = meshClient({ baseUrl: deps.url, mailboxId, password, sharedKey: deps.mesh.sharedKey })
  await client.handshake()
  return client
}

async function send(
  deps: SettleDeps,
  upload: PopulationUpload,
  mailbox: MeshClient,
  path: string,
): Promise<SentFile> {
  await writeUploadFile(path, upload.header, upload.records)
  const localId = `sandbox-${upload.authority.odsCode}-${upload.header.sequence}`
  const messageId = await mailbox.send(await openAsBlob(path), {
    to: deps.mesh.cpisMailbox,
    workflowId: deps.mesh.uploadWorkflow,
    localId,
    contentType: 'application/xml',
    gzip: true,
  })
  report(deps, 'sent', upload)
  return { messageId, localId, acknowledgementWorkflow: deps.mesh.acknowledgementWorkflow }
}

/** Reads and takes the acknowledgement of a file; in words, why there is none. Counts are zero where somebody else took it. */
async function collect(
  { signal }: SettleDeps,
  mailbox: MeshClient,
  file: SentFile,
): Promise<{ loaded: number; failed: number } | string> {
  const answer = await awaitAcknowledgement(mailbox, file, { withinMs: ACKNOWLEDGED_WITHIN_MS, signal })
  if (answer.kind === 'collected-elsewhere') return { loaded: 0, failed: 0 }
  if (answer.kind !== 'arrived') return 'its file has not been acknowledged'
  let fileReason: string | undefined
  for await (const item of readAcknowledgement(answer.content)) {
    if (item.kind === 'fault') return 'the acknowledgement of its file cannot be read'
    if (item.kind === 'header') fileReason = item.header.fileReason
    if (item.kind !== 'done') continue
    await mailbox.acknowledge(answer.messageId)
    return fileReason ?? item.totals
  }
  return 'the acknowledgement of its file ends early'
}

/** In a made-up England the numbers are always right. */
async function confirm(deps: SettleDeps, { authority, header }: PopulationUpload): Promise<void> {
  const { dutyPhone, officePhone } = header.authority
  await confirmPhones(deps, authority.odsCode, [dutyPhone, officePhone ?? dutyPhone])
}

function report(deps: SettleDeps, stage: SettleProgress['stage'], upload: PopulationUpload): void {
  deps.report({ stage, authority: upload.authority.name, records: upload.header.recordCount })
}
