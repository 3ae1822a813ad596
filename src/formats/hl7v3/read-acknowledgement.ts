import { failure, type Result, success } from '../../domain/result.ts'
import type { FileCode } from '../../domain/upload/apply-upload.ts'
import type { RecordCode } from '../../domain/upload/record-faults.ts'
import type { RecordAsSent } from '../../domain/upload/upload.ts'
import { attributeOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { readXml } from '../xml/xml-reader.ts'
import { FILE_LOCATION, HL7, isFileCode, isRecordCode } from './codes.ts'
import type { MessageFault } from './message-fault.ts'
import { parseInteger } from './numbers.ts'
import { type ContactAsWritten, readContact } from './organisations.ts'
import { readRecordContent } from './records.ts'
import { parseTimestamp } from './time.ts'

/** An acknowledgement as it streams in: its header, the code of each record, the records themselves, and its totals. */
export type AcknowledgementItem =
  | { readonly kind: 'header'; readonly header: AcknowledgementHeader }
  | { readonly kind: 'verdict'; readonly verdict: RecordVerdict }
  /** Its position is counted among the records that came back, of which some may be missing. */
  | { readonly kind: 'record'; readonly loaded: boolean; readonly record: RecordAsSent }
  | { readonly kind: 'done'; readonly totals: AcknowledgementTotals }
  | { readonly kind: 'fault'; readonly fault: MessageFault }

export interface AcknowledgementHeader {
  readonly createdAt: Date
  /** Of the acknowledged file; -1 where it could not be read. */
  readonly sequence: number
  readonly transmissionQuantity: number
  readonly fileCode: FileCode
  readonly fileReason?: string
}

export interface RecordVerdict {
  /** Counted from 1 in the uploaded file. */
  readonly position: number
  readonly code: RecordCode
  readonly reason?: string
}

export interface AcknowledgementTotals {
  readonly authority: ContactAsWritten
  readonly loaded: number
  readonly failed: number
}

const PATH = ['FileResponse', 'acknowledgementRecord']
const HEADER = ['creationTime', 'id', 'transmissionQuantity', 'acknowledgementFile']
const TOTALS = ['communicationFunctionRcv', 'failedReturnedCP-ISRecords', 'successfulReturnedCP-ISRecords']

/** Reads the acknowledgement of an upload (REPC_MT000003GB01, FileResponse) in flat memory, or ends with one fault. */
export async function* readAcknowledgement(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<AcknowledgementItem> {
  const met = new Map<string, XmlElement>()
  // Handed out once it is whole: what is said of the file in words stands behind its code, before what is said of the records.
  let header: AcknowledgementHeader | undefined
  let messages = 0
  let line = 1
  for await (const item of readXml(bytes, { namespace: HL7, path: PATH })) {
    if (item.kind === 'fault') return yield { kind: 'fault', fault: { kind: 'not-readable', ...item.fault } }
    const { element } = item
    if (element.namespace !== HL7) continue
    line = element.line
    if (HEADER.includes(element.name) || TOTALS.includes(element.name)) met.set(element.name, element)
    if (element.name === HEADER.at(-1)) {
      const read = readHeader(met, line)
      if (read.kind === 'fault') return yield read
      header = read.header
      continue
    }
    const fileReason = header && readFileReason(element)
    if (header && fileReason !== undefined) {
      header = { ...header, fileReason }
      continue
    }
    if (header) yield { kind: 'header', header }
    header = undefined
    let read: AcknowledgementItem | undefined
    if (element.name === 'acknowledgementRecordDetail') read = readVerdict(element)
    else if (element.name === 'message') {
      messages += 1
      read = readMessage(element, messages)
    }
    if (read) yield read
    if (read?.kind === 'fault') return
  }
  if (header) yield { kind: 'header', header }
  yield met.has('acknowledgementFile') ? readTotals(met, line) : incomplete('acknowledgementFile', line)
}

/** A whole acknowledgement at once, where its length is known to be modest. */
export interface WholeAcknowledgement extends AcknowledgementHeader, AcknowledgementTotals {
  readonly verdicts: readonly RecordVerdict[]
  /** Those that the schema has a form for: the others are left out. */
  readonly records: readonly { readonly loaded: boolean; readonly record: RecordAsSent }[]
}

export async function readWholeAcknowledgement(
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<WholeAcknowledgement, MessageFault>> {
  const verdicts: RecordVerdict[] = []
  const records: { loaded: boolean; record: RecordAsSent }[] = []
  let header: AcknowledgementHeader | undefined
  for await (const item of readAcknowledgement(bytes)) {
    if (item.kind === 'fault') return failure(item.fault)
    if (item.kind === 'header') header = item.header
    else if (item.kind === 'verdict') verdicts.push(item.verdict)
    else if (item.kind === 'record') records.push({ loaded: item.loaded, record: item.record })
    else if (header) return success({ ...header, ...item.totals, verdicts, records })
  }
  throw new Error('An acknowledgement is read to its totals or to a fault')
}

function readHeader(
  met: ReadonlyMap<string, XmlElement>,
  line: number,
): Extract<AcknowledgementItem, { kind: 'header' | 'fault' }> {
  const createdAt = parseTimestamp(attributeOf(met.get('creationTime'), 'value') ?? '')
  const sequence = parseInteger(attributeOf(met.get('id'), 'extension'))
  const transmissionQuantity = parseInteger(attributeOf(met.get('transmissionQuantity'), 'value'))
  const code = descend(met.get('acknowledgementFile'), 'acknowledgementFileDetail', 'code')
  const fileCode = attributeOf(code, 'code')
  const fileReason = textOf(descend(code, 'originalText'))
  if (!createdAt) return incomplete('creationTime', line)
  if (sequence === undefined) return incomplete('id', line)
  if (transmissionQuantity === undefined) return incomplete('transmissionQuantity', line)
  if (!isFileCode(fileCode)) return incomplete('acknowledgementFile', line)
  return {
    kind: 'header',
    header: {
      createdAt,
      sequence,
      transmissionQuantity,
      fileCode,
      ...(fileReason !== undefined && { fileReason }),
    },
  }
}

/** What is said in words of the file as a whole; undefined of any other element. */
function readFileReason(element: XmlElement): string | undefined {
  return element.name === 'acknowledgementRecordDetail' &&
    textOf(descend(element, 'location')) === FILE_LOCATION
    ? textOf(descend(element, 'code', 'originalText'))
    : undefined
}

function readVerdict(detail: XmlElement): AcknowledgementItem {
  const code = attributeOf(descend(detail, 'code'), 'code')
  const reason = textOf(descend(detail, 'code', 'originalText'))
  const position = parseInteger(/record\[(\d+)\]/.exec(textOf(descend(detail, 'location')) ?? '')?.[1])
  if (!isRecordCode(code)) return incomplete('code', detail.line)
  if (position === undefined) return incomplete('location', detail.line)
  return { kind: 'verdict', verdict: { position, code, ...(reason !== undefined && { reason }) } }
}

function readMessage(message: XmlElement, position: number): AcknowledgementItem {
  const response = descend(message, 'cP-ISLAAcknowledgementResponse', 'pertinentInformation1')
  const valid = descend(response, 'validCP-ISRecord')
  const block = valid ?? descend(response, 'invalidCP-ISRecord')
  if (!block) return incomplete('cP-ISLAAcknowledgementResponse', message.line)
  return { kind: 'record', loaded: valid !== undefined, record: readRecordContent([block], position) }
}

function readTotals(met: ReadonlyMap<string, XmlElement>, line: number): AcknowledgementItem {
  const authority = readContact(descend(met.get('communicationFunctionRcv'), 'organisation'))
  const failed = parseInteger(attributeOf(descend(met.get('failedReturnedCP-ISRecords'), 'value'), 'value'))
  const loaded = parseInteger(
    attributeOf(descend(met.get('successfulReturnedCP-ISRecords'), 'value'), 'value'),
  )
  if (!authority) return incomplete('communicationFunctionRcv', line)
  if (failed === undefined) return incomplete('failedReturnedCP-ISRecords', line)
  if (loaded === undefined) return incomplete('successfulReturnedCP-ISRecords', line)
  return { kind: 'done', totals: { authority, loaded, failed } }
}

function incomplete(element: string, line: number): AcknowledgementItem & { kind: 'fault' } {
  return { kind: 'fault', fault: { kind: 'incomplete', element, line } }
}
