import type { MessagePort } from 'node:worker_threads'
import { readUpload } from '../../formats/hl7v3/read-upload.ts'
import type { XmlLimits } from '../../formats/xml/xml-reader.ts'
import { readerLink, TooMuchWork } from './link.ts'
import { readTable, type TableToRead, tableRecords } from './table.ts'

/** What a reading thread is handed with every task that streams. */
export interface StreamTask {
  readonly port: MessagePort
  /** Processor time that the task may use (milliseconds). */
  readonly cpuMs: number
}

export interface UploadTask extends StreamTask {
  readonly limits: Partial<XmlLimits>
}

export interface TableTask extends StreamTask {
  readonly table: TableToRead
}

/** How a task that streams ended. */
export type StreamEnd = 'done' | 'too-much-work'

/** These run in a thread of their own (`reading-threads.ts` starts them by name), so that nobody waits while a file is read. */
export const upload = ({ port, cpuMs, limits }: UploadTask): Promise<StreamEnd> => {
  const link = readerLink(port, cpuMs)
  return ended(link.handOver(readUpload(link.bytes(), { limits })))
}

export const records = ({ port, cpuMs, table }: TableTask): Promise<StreamEnd> =>
  ended(readerLink(port, cpuMs).handOver(tableRecords(table)))

export const survey = ({ table }: { readonly table: TableToRead }) => readTable(table)

async function ended(work: Promise<void>): Promise<StreamEnd> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof TooMuchWork) return 'too-much-work'
    throw error
  }
}
