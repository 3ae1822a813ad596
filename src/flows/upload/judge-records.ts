import type { OdsCode } from '../../domain/organisation.ts'
import { judgeByDemographics } from '../../domain/person/demographics.ts'
import { decidedMatch } from '../../domain/person/match-decision.ts'
import { registerOf } from '../../domain/person/number-register.ts'
import { mayTakeBack } from '../../domain/registration/succession.ts'
import { checkRecord } from '../../domain/upload/check-record.ts'
import type { ReadHead, UploadFileFault, UploadItem } from '../../domain/upload/file-faults.ts'
import type { RecordFault } from '../../domain/upload/record-faults.ts'
import {
  FUTURE_TOLERANCE_HOURS,
  isTooOld,
  type RecordAsSent,
  type UploadHeader,
  type UploadSeries,
} from '../../domain/upload/upload.ts'
import { UnreadablePayload } from '../mailbox/decompress.ts'
import type { DemographicsService, PdsAnswer } from '../person/ports.ts'
import { settleAll } from '../person/settle.ts'
import type { Clock, NewId, Storage } from '../ports.ts'
import type { Authority } from '../registration/ports.ts'
import type { AppliedUpload, JudgedRecord } from './ports.ts'

/** How large and how old one file may be (rules 3.21 and 23.4). */
export interface UploadLimits {
  readonly records: number
  /** How long ago it may have been created (days). */
  readonly ageDays: number
  /** The largest ratio of decompressed to compressed bytes. */
  readonly expansion: number
}

export interface JudgeRecordsDeps {
  readonly storage: Storage
  readonly demographics: DemographicsService
  readonly readUpload: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<UploadItem>
  readonly clock: Clock
  readonly newId: NewId
  readonly uploadLimits: UploadLimits
  /** How many questions PDS is asked at a time. */
  readonly pdsConcurrency: number
  /** How long after an answer of PDS the next look at the number is due. */
  readonly numberCheckHours: number
}

export type JudgedFile =
  | { readonly kind: 'refused'; readonly fault: UploadFileFault; readonly head: ReadHead }
  | { readonly kind: 'repeated'; readonly earlier: AppliedUpload; readonly header: UploadHeader }
  | { readonly kind: 'judged'; readonly header: UploadHeader }

/** Large enough that a round trip to the database costs little, small enough that making its statement holds up nobody. */
const BATCH = 100

/**
 * Reads a file to its end and stages its records, each judged by itself and by PDS. Stops at the first fault of the file and
 * at the first question that PDS does not answer. A file whose sequence number was used before is only read through, since
 * all that matters of it is whether its content is the same (rule 3.8). Throws the signal's reason when it is aborted.
 */
export async function judgeRecords(
  deps: JudgeRecordsDeps,
  file: {
    uploadId: string
    /** Whoever the mailbox speaks for; the head of the file says which it is (rule 3.1). */
    authorities: readonly Authority[]
    series: UploadSeries
    bytes: AsyncIterable<Uint8Array>
  },
  signal: AbortSignal,
): Promise<JudgedFile> {
  let header: UploadHeader | undefined
  let authority: Authority | undefined
  let earlier: AppliedUpload | undefined
  let batch: RecordAsSent[] = []
  let records = 0
  const most = deps.uploadLimits.records
  const flush = async () => {
    if (!header || !authority) throw new Error('A record came before the head of its file')
    const passedOn = passedOnFault(header, authority)
    const judged = passedOn
      ? batch.map(sent => judgeTakingBack(sent, deps.clock.now(), passedOn))
      : await judgeBatch(deps, authority.odsCode, batch)
    if (judged) await deps.storage.uploads.stage(file.uploadId, judged)
    batch = []
    return judged !== undefined
  }
  const refused = (fault: UploadFileFault): JudgedFile => ({ kind: 'refused', fault, head: headOf(header) })

  for await (const item of deps.readUpload(file.bytes)) {
    signal.throwIfAborted()
    switch (item.kind) {
      case 'fault':
        return { kind: 'refused', fault: item.fault, head: item.head }
      case 'header': {
        header = item.header
        const { odsCode } = header.authority
        authority = file.authorities.find(each => each.odsCode === odsCode)
        const fault = headerFault(header, authority, deps.clock.now(), deps.uploadLimits)
        if (fault) return refused(fault)
        earlier = await deps.storage.uploads.bySequence(odsCode, file.series, header.sequence)
        break
      }
      case 'record':
        records += 1
        if (records > most) return refused({ kind: 'too-many-records', most })
        if (earlier) break
        batch.push(item.record)
        if (batch.length === BATCH && !(await flush())) return refused({ kind: 'pds-unavailable' })
        break
      case 'done':
        if (batch.length > 0 && !(await flush())) return refused({ kind: 'pds-unavailable' })
    }
  }
  if (!header) throw new Error('The reader ended without a header and without a fault')
  return earlier ? { kind: 'repeated', earlier, header } : { kind: 'judged', header }
}

/** Content that cannot be decompressed is a file that cannot be read (rules 3.13 and 3.21). Throws any other error again. */
export function unreadableContent(error: unknown, most: number): JudgedFile & { kind: 'refused' } {
  if (!(error instanceof UnreadablePayload)) throw error
  if (error.problem === 'expands-too-far') {
    return { kind: 'refused', fault: { kind: 'expands-too-far', most }, head: {} }
  }
  const detail = 'the content is compressed with gzip, and is damaged or cut short.'
  return {
    kind: 'refused',
    fault: { kind: 'not-readable', problem: 'encoding', line: 1, column: 1, detail },
    head: {},
  }
}

function headerFault(
  header: UploadHeader,
  authority: Authority | undefined,
  now: Date,
  { records: most, ageDays }: UploadLimits,
): UploadFileFault | undefined {
  if (!authority) return { kind: 'wrong-authority' }
  if (authority.stage === 'suspended') return { kind: 'suspended' }
  const { passedOn } = authority
  if (passedOn && !mayTakeBack(passedOn.at, now))
    return { kind: 'passed-on', on: passedOn.on, to: passedOn.to.map(({ name }) => name) }
  if (header.recordCount > most) return { kind: 'too-many-records', most }
  const latest = now.getTime() + FUTURE_TOLERANCE_HOURS * 3_600_000
  if (header.createdAt.getTime() > latest) return { kind: 'created-in-future' }
  return isTooOld(header, now, ageDays) ? { kind: 'created-too-long-ago', most: ageDays } : undefined
}

/**
 * What is wrong with every record of a file that was made after the authority's plans had passed on, but for what only ends or deletes
 * (rule 19.17). A file that was made before and comes late counts in full: which of two comes first changes nothing.
 */
function passedOnFault(header: UploadHeader, { passedOn }: Authority): RecordFault | undefined {
  if (!passedOn || header.createdAt < passedOn.at) return undefined
  return { kind: 'passed-on', on: passedOn.on, to: passedOn.to.map(({ name }) => name) }
}

/** PDS is not asked: only a new claim needs proof (rule 3.24). */
function judgeTakingBack(sent: RecordAsSent, now: Date, fault: RecordFault): JudgedRecord {
  const checked = checkRecord(sent, now)
  return { sent, outcome: checked.ok ? { fault, unproven: checked.value } : { fault: checked.fault } }
}

function headOf(header: UploadHeader | undefined): ReadHead {
  if (!header) return {}
  const { authority, sequence, recordCount } = header
  return { odsCode: authority.odsCode, sequence, recordCount }
}

/**
 * Judges a batch, several questions to PDS at a time; undefined as soon as one of them stays without an answer (rule 3.12). What PDS said
 * of the numbers is kept: a file is a look at them (rule 14.1).
 */
async function judgeBatch(
  deps: JudgeRecordsDeps,
  authority: OdsCode,
  batch: readonly RecordAsSent[],
): Promise<JudgedRecord[] | undefined> {
  const judged: JudgedRecord[] = new Array(batch.length)
  const answers: PdsAnswer[] = []
  const version = await deps.storage.numbers.question()
  const waiting = batch.entries()
  let unavailable = false
  const judgeOneByOne = async () => {
    for (const [index, sent] of waiting) {
      if (unavailable) return
      const record = await judgeRecord(deps, authority, sent, version, answers)
      if (record) judged[index] = record
      else unavailable = true
    }
  }
  await Promise.all(Array.from({ length: deps.pdsConcurrency }, judgeOneByOne))
  await settleAll(deps, answers)
  return unavailable ? undefined : judged
}

async function judgeRecord(
  deps: JudgeRecordsDeps,
  authority: OdsCode,
  sent: RecordAsSent,
  version: number,
  answers: PdsAnswer[],
): Promise<JudgedRecord | undefined> {
  const checked = checkRecord(sent, deps.clock.now())
  if (!checked.ok) return { sent, outcome: { fault: checked.fault } }
  const { nhsNumber } = checked.value
  const answer = await deps.demographics.find(nhsNumber)
  if (answer.kind === 'unavailable') return undefined
  answers.push({ nhsNumber, version, at: deps.clock.now(), says: registerOf(nhsNumber, answer) })
  let fault = judgeByDemographics(checked.value, answer)
  if (fault?.kind === 'possible-match') {
    const match = decidedMatch(nhsNumber, checked.value.subject)
    fault = judgeByDemographics(
      checked.value,
      answer,
      await deps.storage.matchDecisions.find(authority, match),
    )
  }
  return { sent, outcome: fault ? { fault, unproven: checked.value } : { checked: checked.value } }
}
