import { textOfPieces } from '../../test/support/bytes.ts'
import { type MeshClient, MeshError, type MeshMessageInfo } from '../client/index.ts'
import type { OdsCode } from '../domain/organisation.ts'
import type { RecordResult } from '../domain/upload/acknowledgement.ts'
import { writeAcknowledgement } from '../formats/hl7v3/write-acknowledgement.ts'
import { numberAt } from '../sandbox/number-line.ts'
import type { SheetSource } from './sheet-source.ts'
import { type SurveyedSheet, surveySheet } from './survey-sheet.ts'

export const NOW = new Date('2026-03-02T12:00:00Z')

/** A table in memory, handed out in pieces of so many bytes. */
export function sheetOf(content: string | Uint8Array, pieceSize = 7): SheetSource {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return {
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
    },
  }
}

export const HEADINGS = 'NHS number,Given name,Family name,Date of birth,Plan type,Start date,End date'

/** Looks through a table that is expected to be one. */
export async function surveyed(content: string | Uint8Array, pieceSize?: number): Promise<SurveyedSheet> {
  const survey = await surveySheet(sheetOf(content, pieceSize), { now: NOW })
  if (!survey.ok) throw new Error(JSON.stringify(survey.fault))
  return survey.value
}

/** The same for rows under the usual headings. */
export function surveyedRows(...rows: readonly string[]): Promise<SurveyedSheet> {
  return surveyed([HEADINGS, ...rows].join('\n'))
}

/** A message of a mailbox that exists in this test only. */
interface MailboxMessage {
  readonly info: MeshMessageInfo
  readonly content: string
}

export const WORKFLOWS = { acknowledgement: 'ACK', notification: 'NOTE', inactiveNumber: 'GONE' }

/** A mailbox service in memory: what it was sent, and what waits. `before` and `after` run around each call, and may throw. */
export function testMailbox(hooks: { before?: (call: string) => void; after?: (call: string) => void } = {}) {
  const sent: { localId: string; content: string; chunks: number; whole: boolean }[] = []
  const waiting = new Map<string, MailboxMessage>()
  const acknowledged: string[] = []
  const around = async <T>(call: string, work: () => Promise<T> | T): Promise<T> => {
    hooks.before?.(call)
    const done = await work()
    hooks.after?.(call)
    return done
  }
  const unused = () => {
    throw new Error('No test of the kit uses this')
  }
  const found = (id: string) => {
    const message = waiting.get(id)
    if (!message) throw new MeshError('download: 404', { status: 404 })
    return message
  }
  const mesh: MeshClient = {
    handshake: async () => undefined,
    send: async (content, { localId = '' }, { from, onProgress } = {}) => {
      if (content instanceof Uint8Array || content instanceof Blob) throw new Error('The kit sends streams')
      const text = await textOfPieces(content.stream)
      // Two chunks, so that there is a middle to break in.
      if (!from)
        await around('first chunk', () => void sent.push({ localId, content: text, chunks: 1, whole: false }))
      const at = from ? Number(from.messageId.slice(1)) : sent.length - 1
      const message = sent[at]
      if (!message) throw new MeshError('send chunk: 404', { status: 404 })
      if (!from) await onProgress?.({ messageId: `M${at}`, chunks: 1 })
      await around('last chunk', () => void Object.assign(message, { chunks: 2, whole: true }))
      return `M${at}`
    },
    inbox: async function* () {
      yield* await around('list', () => [...waiting.keys()])
    },
    download: id =>
      around('download', () => {
        const { info, content } = found(id)
        return { info, content: chunksOf(content) }
      }),
    acknowledge: id =>
      around('acknowledge', () => {
        found(id)
        waiting.delete(id)
        acknowledged.push(id)
      }),
    trackLocal: localId =>
      around('track', () => {
        const at = sent.findLastIndex(message => message.localId === localId)
        const message = sent[at]
        if (!message) return undefined
        return { messageId: `M${at}`, status: message.whole ? 'accepted' : 'uploading', success: true }
      }),
    track: unused,
    receive: unused,
    lookUp: unused,
    searchWorkflow: unused,
  }
  return { mesh, sent, waiting, acknowledged }
}

async function* chunksOf(content: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 100) yield Buffer.from(content.slice(at, at + 100))
}

/** An acknowledgement in which every record of a file was loaded. */
export async function acknowledgementOf(sequence: number, count = 1, createdAt = NOW): Promise<string> {
  const sheet = await surveyedRows(
    ...Array.from({ length: count }, (_, at) => `${numberAt(at)},Ada,Test,13/5/2019,CPP,20/6/2021,`),
  )
  const results: RecordResult[] = []
  for await (const { record } of sheet.records()) results.push({ sent: record })
  const pages = async function* () {
    yield results
  }
  const authority = { odsCode: '886' as OdsCode, name: 'Sandbox Council' }
  const acknowledgement = {
    createdAt,
    sequence,
    transmissionQuantity: count,
    fileCode: 'CPF02' as const,
    authority,
    loaded: count,
    failed: 0,
    results: pages,
  }
  return textOfPieces(writeAcknowledgement(acknowledgement))
}
