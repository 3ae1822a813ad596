import type { RecordAsSent } from '../../domain/upload/upload.ts'
import { childrenOf, type XmlElement } from '../xml/xml-element.ts'
import type { XmlNode } from '../xml/xml-writer.ts'
import { readPlans, writePlan } from './plans.ts'
import { readSubjects, writeSubject } from './subjects.ts'

/** The inside of a record: its plans, then whom they are for (REPC_MT000002GB01, CP-ISRecord). */
export function writeRecordContent(record: RecordAsSent): readonly XmlNode[] {
  return [...record.plans.map(writePlan), ...record.subjects.map(writeSubject)]
}

/**
 * What could be read of a record's inside, in whatever order it stands. What is wrong with it is for the record's own check to
 * say (rule 3.9), so that one record never fails a file.
 */
export function readRecordContent(blocks: readonly XmlElement[], position: number): RecordAsSent {
  const plans = blocks.flatMap(block => childrenOf(block, 'pertinentInformation')).map(readPlans)
  const subjects = blocks.flatMap(block => childrenOf(block, 'subject')).map(readSubjects)
  const unreadable = subjects.some(isEmpty) ? 'subject' : plans.some(isEmpty) ? 'plan' : undefined
  return { position, plans: plans.flat(), subjects: subjects.flat(), ...(unreadable && { unreadable }) }
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0
}
