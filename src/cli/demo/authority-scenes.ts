import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MeshClient, meshClient } from '../../client/index.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { displayName } from '../../domain/query/requester.ts'
import { readAccessNotification } from '../../formats/hl7v3/read-access-notification.ts'
import { writeUpload } from '../../formats/hl7v3/write-upload.ts'
import { summariseAcknowledgement } from '../../kit/summarise-acknowledgement.ts'
import { operatorSecret } from '../../main/admin-token.ts'
import { awaitAcknowledgement, type SentFile } from '../../sandbox/await-acknowledgement.ts'
import { numberOf } from '../../sandbox/records.ts'
import { sandboxMailbox } from '../../sandbox/sandbox.ts'
import { instantWords } from '../words.ts'
import { type RecordedFetch, recordedFetch } from './recorded-fetch.ts'
import type { DemoWorld } from './stage.ts'
import { xmlExcerpt } from './xml-excerpt.ts'

/** The authority of the demonstration: its mailbox, and what was last said to it. */
export interface DemoAuthority {
  readonly mesh: MeshClient
  readonly wire: RecordedFetch
}

export interface DemoFile {
  readonly xml: string
  readonly records: number
  /** Whom its first record is about. */
  readonly child: NhsNumber
}

const SHOWN_HEADERS = ['Authorization', 'mex-To', 'mex-WorkflowID', 'mex-LocalID', 'Content-Encoding']

/** The operator makes a local authority a user of the service. */
export async function openAuthority({ stage, service, sandbox }: DemoWorld): Promise<DemoAuthority> {
  const { authority } = upload(sandbox)
  const { odsCode, name } = authority
  const { id: mailboxId, password } = sandboxMailbox(authority)
  const { config, adminUrl, baseUrl } = service
  await stage.scene(
    'A local authority joins',
    `The operator gives ${name} a mailbox, on a port that only operators reach, and lets its files count without a test.`,
  )
  const wire = recordedFetch()
  const operate = (path: string, body: object) =>
    wire.fetch(`${adminUrl}/authorities${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorSecret(config)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const response = await operate('', { odsCode, name, mailboxId, password })
  await stage.exchange(wire.last(), ['Content-Type'])
  stage.claim(`mailbox ${mailboxId} is open`, response.status === 201)
  const live = await operate(`/${odsCode}/go-live`, { force: 'a demonstration' })
  stage.claim('the authority is live', live.status === 200)
  const { sharedKey } = config.mesh
  return { wire, mesh: meshClient({ baseUrl, mailboxId, password, sharedKey, fetch: wire.fetch }) }
}

/** The authority's own system writes its plans as HL7 v3. */
export async function showFile({ stage, sandbox }: DemoWorld): Promise<DemoFile> {
  const { header, records } = upload(sandbox)
  const [share] = sandbox.population.shares
  if (!share) throw new Error('A population has a share for each authority')
  const xml = await text(writeUpload(header, records))
  await stage.scene(
    'It writes its file',
    `${header.recordCount} records in the published HL7 v3 form: who, which plan, since when. No case detail. The first of them:`,
  )
  await stage.excerpt(xmlExcerpt(xml, 'record') ?? [])
  return { xml, records: header.recordCount, child: numberOf(share, 0) }
}

/** The file goes through MESH, as every file does. */
export async function sendFile(
  { stage, service }: DemoWorld,
  { mesh, wire }: DemoAuthority,
  file: DemoFile,
): Promise<SentFile> {
  const { cpisMailbox, uploadWorkflow, acknowledgementWorkflow } = service.config.mesh
  await stage.scene(
    'It sends the file through MESH',
    'Every call carries a token that opens one request: a keyed hash of mailbox, nonce, password and time.',
  )
  await mesh.handshake()
  const localId = 'demo-upload-1'
  const messageId = await mesh.send(new TextEncoder().encode(file.xml), {
    to: cpisMailbox,
    workflowId: uploadWorkflow,
    localId,
    contentType: 'application/xml',
    gzip: true,
  })
  await stage.exchange(wire.last(), SHOWN_HEADERS)
  await stage.excerpt([wire.last().responseBody.trim()])
  stage.claim('accepted once it was stored safely, and not before', wire.last().status === 202)
  return { messageId, localId, acknowledgementWorkflow }
}

/** The answer names every record that failed and says what to correct. */
export async function readVerdict(
  { stage }: DemoWorld,
  { mesh, wire }: DemoAuthority,
  sent: SentFile,
): Promise<void> {
  await stage.scene(
    'It is answered in its mailbox',
    'Each record was judged by the rules and by PDS. What is good is loaded and what is not comes back with the reason; all of that was one transaction.',
  )
  const answer = await awaitAcknowledgement(mesh, sent, { withinMs: 60_000 })
  if (answer.kind !== 'arrived') return stage.claim('the acknowledgement arrived', false)
  const { responseBody } = wire.last()
  const summary = await summariseAcknowledgement(answer.content)
  await stage.exchange(wire.last(), [])
  await stage.excerpt([
    ...(xmlExcerpt(responseBody, 'acknowledgementFile') ?? []),
    ...(failedDetail(responseBody) ?? []),
  ])
  await mesh.acknowledge(answer.messageId)
  if (!summary.ok) return stage.claim('the acknowledgement can be read', false)
  const { fileCode, loaded, failed, failures } = summary.value
  stage.words(failures[0]?.reason ?? '')
  stage.claim(
    `file code ${fileCode}: ${loaded} records loaded, ${failed} refused with the reason`,
    fileCode === 'CPF03' &&
      loaded > 0 &&
      failed === failures.length &&
      failures.every(({ reason }) => reason !== ''),
  )
}

/** What the authority learns, and that it is told once. */
export async function takeNotification(
  { stage, service }: DemoWorld,
  { mesh, wire }: DemoAuthority,
  child: NhsNumber,
): Promise<void> {
  await stage.scene(
    'The authority is told',
    'Of the emergency look, and of no other: the silent look and the refusal are for the audit log alone.',
  )
  const messageId = await firstOf(mesh, service.config.mesh.notificationWorkflow)
  if (!messageId) return stage.claim('the notification arrived', false)
  const { content } = await mesh.download(messageId)
  const { responseBody } = wire.last()
  const read = await readAccessNotification(content)
  await stage.exchange(wire.last(), [])
  await stage.excerpt(xmlExcerpt(responseBody, 'pertinentCP-ISRecordAccess') ?? [])
  const [access, ...more] = read.ok ? read.value.notifications : []
  if (access?.author.kind !== 'person') return stage.claim('the notification can be read', false)
  const { name, jobRole, organisation } = access.author
  stage.words(
    `Record viewed on ${instantWords(access.at)} by ${displayName(name)}, ${jobRole.display}, ${organisation.name}.`,
  )
  stage.claim(
    'one look, one notification, for the child it sent',
    more.length === 0 && access.nhsNumber === child,
  )
  await mesh.acknowledge(messageId)
  await stage.exchange(wire.last(), [])
  stage.claim('acknowledged, it leaves the mailbox empty', (await firstListed(mesh)) === undefined)
}

function upload(sandbox: DemoWorld['sandbox']) {
  const [first] = sandbox.population.uploads
  if (!first) throw new Error('A population has a file for each authority')
  return first
}

/** The code of the first record that was not loaded. */
function failedDetail(xml: string): string[] | undefined {
  const details = xml.match(/<acknowledgementRecordDetail>.*?<\/acknowledgementRecordDetail>/gs) ?? []
  const failed = details.find(detail => !detail.includes('CPR06'))
  return failed === undefined ? undefined : xmlExcerpt(failed, 'acknowledgementRecordDetail')
}

/** Looks for a message for half a minute: the window in which looks are gathered has to pass first. */
async function firstOf(mesh: MeshClient, workflowFilter: string): Promise<string | undefined> {
  for (let look = 0; look < 100; look++) {
    const id = await firstListed(mesh, workflowFilter)
    if (id) return id
    await sleep(300)
  }
  return undefined
}

async function firstListed(mesh: MeshClient, workflowFilter?: string): Promise<string | undefined> {
  for await (const id of mesh.inbox(workflowFilter ? { workflowFilter } : {})) return id
  return undefined
}
