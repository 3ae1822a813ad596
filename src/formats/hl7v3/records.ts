import type { PlanAsSent, RecordAsSent, SubjectAsSent } from '../../domain/upload/upload.ts'
import { childrenOf, type XmlElement } from '../xml/xml-element.ts'
import type { XmlNode } from '../xml/xml-writer.ts'
import { readPlans, writePlan } from './plans.ts'
import { readSubjects, writeSubject } from './subjects.ts'

/** The inside of a record: its plans, then whom they are for (REPC_MT000002GB01, CP-ISRecord). */
export function writeRecordContent(record: RecordAsSent): readonly XmlNode[] {
  return [...record.plans.map(writePlan), ...record.subjects.map(writeSubject)]
}

/** Times as the schema has them: those of plans to the minute, those of birth of any length. */
const PLAN_DATE = /^(19|20)\d\d(0[1-9]|1[012])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d$/
const BIRTH_TIME = /^(\d{1,8}|(\d{9,14}|\d{14}\.\d+)([+-]\d{1,4})?)$/

/** How many plans and subjects a record may hold (REPC_MT000002GB01, CP-ISRecord). */
const MOST = { plans: 3, subjects: 2 } as const

/**
 * Whether a record as somebody sent it can be written as the schema has it: what is wrong with it may be just that. Of one that was loaded
 * the subjects are written alone.
 */
export function canBeWritten({ plans, subjects }: RecordAsSent, part: 'all' | 'subjects'): boolean {
  const isWhole = (list: readonly unknown[], most: number) => list.length >= 1 && list.length <= most
  return (
    (part === 'subjects' || (isWhole(plans, MOST.plans) && plans.every(isWritablePlan))) &&
    isWhole(subjects, MOST.subjects) &&
    subjects.every(isWritableSubject)
  )
}

function isWritablePlan({ type, start, end, delete: deleted }: PlanAsSent): boolean {
  const isDate = (value: string | undefined) => value !== undefined && PLAN_DATE.test(value)
  return (
    isDate(start) &&
    (end === undefined ? type !== 'UCPP' : isDate(end)) &&
    (deleted === undefined || isDate(deleted))
  )
}

function isWritableSubject({
  nhsNumber,
  localId,
  localIdAuthority,
  birthTime,
  family,
}: SubjectAsSent): boolean {
  const ids = [nhsNumber, localId].filter(id => id !== undefined)
  return (
    ids.length > 0 &&
    [...ids, localIdAuthority ?? 'none', family ?? ''].every(text => text !== '') &&
    BIRTH_TIME.test(birthTime ?? '')
  )
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
