import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { OID } from './codes.ts'
import type { QueryFault } from './query-message.ts'

/** A reason why a query was not answered. */
export interface DetectedIssue {
  readonly code: string
  readonly codeSystem: string
  readonly displayName: string
  readonly severity: IssueSeverity
}

/** Error, warning or information (vocabulary AcknowledgementDetailType). */
export const ISSUE_SEVERITIES = ['ER', 'WG', 'IF'] as const
export type IssueSeverity = (typeof ISSUE_SEVERITIES)[number]

/** Nothing is held about the number, in the two forms that systems know it by (rule 4.2). */
export const NO_RECORD: readonly DetectedIssue[] = ['1', 'NHSNCC002'].map(code =>
  issue(code, 'NHS Number Not Found'),
)

/** Beside "nothing held" in words, where PDS could not be asked whose number it is: systems know the codes, and people read the words. */
const UNCHECKED_WORDS =
  'NHS Number Not Found. It could not be checked with PDS whether this number is the current one: ask again, or by the number that PDS gives'

export const NO_RECORD_UNCHECKED: readonly DetectedIssue[] = NO_RECORD.map(({ code }) =>
  issue(code, UNCHECKED_WORDS),
)

/** Whether issues that say that nothing is held say as well that the number was not checked (rule 4.8). */
export function saysUnchecked(issues: readonly DetectedIssue[]): boolean {
  return issues.some(({ displayName }) => displayName === UNCHECKED_WORDS)
}

/** PDS restricts who may know of the person: by no reader to be taken for "nothing held" (rules 10.1 and 12.4). */
export const RESTRICTED: DetectedIssue = {
  code: '1',
  codeSystem: OID.messagingError,
  displayName:
    'PDS restricts who may be told about this person, so nothing can be answered here. This does not say whether anything is held',
  severity: 'ER',
}

/** All that a system learns which may not ask: not which rule it broke, nor anything of what it asked about (rule 8.2). */
export const ACCESS_DENIED: DetectedIssue = {
  code: '1',
  codeSystem: OID.messagingError,
  displayName: 'Access denied',
  severity: 'ER',
}

/** Another message came before under the id of this one. */
export const DUPLICATE_ID: DetectedIssue = {
  code: '202',
  codeSystem: OID.messagingError,
  displayName:
    'Duplicate HL7 id: another message came before under this one. Every message needs an id of its own',
  severity: 'ER',
}

/**
 * A fault of a query: its name as the code, what to correct as the display name. Where the name says which field is missing, that stands
 * before the text: a code has no white space (type `cs`).
 */
export function issueOf({ name, text }: QueryFault): DetectedIssue {
  const [code = '', field] = name.split('|')
  return issue(code, field === undefined ? text : `${field}: ${text}`)
}

/**
 * Whether the issues say that nothing is held, and nothing else besides. The first of the two codes alone does not: it stands
 * for other things too, and "could not look" is never "nothing held" (rule 4.3).
 */
export function saysNoRecord(issues: readonly DetectedIssue[]): boolean {
  const codes = issues.filter(({ codeSystem }) => codeSystem === OID.detectedIssue).map(({ code }) => code)
  const known = NO_RECORD.map(({ code }) => code)
  return (
    codes.length === issues.length && codes.includes('NHSNCC002') && codes.every(code => known.includes(code))
  )
}

export function writeIssue({ code, codeSystem, displayName, severity }: DetectedIssue): XmlNode {
  return element(
    'reason',
    { typeCode: 'RSON' },
    element(
      'justifyingDetectedIssueEvent',
      { classCode: 'ALRT', moodCode: 'EVN' },
      element('code', { code, codeSystem, displayName }, element('qualifier', { code: severity })),
    ),
  )
}

/** The issues of a control act. One whose severity is missing or unknown counts as an error, and so does one without a code. */
export function readIssues(controlAct: XmlElement | undefined): readonly DetectedIssue[] {
  return childrenOf(controlAct, 'reason')
    .flatMap(reason => childrenOf(reason, 'justifyingDetectedIssueEvent'))
    .map(event => {
      const code = descend(event, 'code')
      const severity = attributeOf(descend(code, 'qualifier'), 'code')
      return {
        code: attributeOf(code, 'code') ?? '',
        codeSystem: attributeOf(code, 'codeSystem') ?? '',
        displayName: attributeOf(code, 'displayName') ?? '',
        severity: ISSUE_SEVERITIES.find(known => known === severity) ?? 'ER',
      }
    })
}

function issue(code: string, displayName: string): DetectedIssue {
  return { code, codeSystem: OID.detectedIssue, displayName, severity: 'ER' }
}
