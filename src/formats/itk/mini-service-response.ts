import { OTHER_NATIONS, type OtherNation, otherNationWords } from '../../domain/nhs-number.ts'
import { type Result, success } from '../../domain/result.ts'
import { HL7, NPFIT } from '../hl7v3/codes.ts'
import { valued } from '../hl7v3/message.ts'
import { incomplete, type MessageFault } from '../hl7v3/message-fault.ts'
import type { QueryResponseContent } from '../hl7v3/query-response.ts'
import { readQueryResponseContent } from '../hl7v3/read-query-response.ts'
import { parseTimestamp, writeTimestamp } from '../hl7v3/time.ts'
import { readUuid } from '../hl7v3/transmission.ts'
import { writeResponseParts } from '../hl7v3/write-query-response.ts'
import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import {
  type HoldingCode,
  ITK_OID,
  isHoldingCode,
  isResponseCode,
  RESPONSE_CODES,
  type ResponseCode,
} from './codes.ts'

/** What a mini service answers (REPC_MT000012GB01): what is held, or by its code why nothing is shown. */
export type MiniServiceResponse = {
  /** A UUID in capitals. */
  readonly id: string
  readonly at: Date
} & (
  | { readonly code: HoldingCode; readonly answer: QueryResponseContent }
  /** "No match", of a number that was checked with PDS or could not be (rule 4.8). */
  | { readonly code: 'CPIS-0001'; readonly checked: boolean }
  /** Of a question that is wrong because its number is of another nation, which (rule 1.4). */
  | { readonly code: 'SMSP-0001'; readonly nation?: OtherNation }
  | { readonly code: Exclude<ResponseCode, HoldingCode | 'CPIS-0001' | 'SMSP-0001'> }
)

const NOTHING: QueryResponseContent = { plans: [], accesses: [] }

/**
 * Writes a response: that of Spine messaging without its wrapper, and with a code after its id. Only beside a code that says so
 * is anything shown, and beside that something must be (rule 4.2).
 */
export function writeMiniServiceResponse(response: MiniServiceResponse): XmlNode {
  const { id, at, code } = response
  const shown = 'answer' in response && isHoldingCode(code) ? response.answer : NOTHING
  if (isHoldingCode(code) && shown.plans.length === 0) {
    throw new Error('Nothing is visible: the response says that nothing matches')
  }
  return element(
    'CP-ISNHSQueryResponse',
    { xmlns: HL7, 'xmlns:npfitlc': NPFIT },
    valued('effectiveTime', writeTimestamp(at)),
    element('id', { root: id.toUpperCase() }),
    element('value', { code, codeSystem: ITK_OID.responseCode, displayName: wordsOf(response) }),
    ...writeResponseParts(shown),
  )
}

/**
 * Reads a response. One that contradicts itself, because it holds something beside a code that says otherwise or the reverse,
 * is never taken for "nothing held" (rule 4.3). The totals are not looked at, nor is the display name but for "not checked" and a number of
 * another nation.
 */
export function readMiniServiceResponse(root: XmlElement): Result<MiniServiceResponse, MessageFault> {
  if (root.name !== 'CP-ISNHSQueryResponse' || root.namespace !== HL7) {
    return incomplete('CP-ISNHSQueryResponse', root)
  }
  const id = readUuid(root)
  const at = parseTimestamp(attributeOf(descend(root, 'effectiveTime'), 'value') ?? '')
  const values = childrenOf(root, 'value')
  const code = attributeOf(values[0], 'code')
  const system = attributeOf(values[0], 'codeSystem')
  if (id === undefined) return incomplete('id', root)
  if (!at) return incomplete('effectiveTime', root)
  if (values.length !== 1 || system !== ITK_OID.responseCode || !isResponseCode(code)) {
    return incomplete('value', root)
  }
  if (isHoldingCode(code)) {
    const answer = readQueryResponseContent(root)
    return answer.ok ? success({ id, at, code, answer: answer.value }) : answer
  }
  const holdsMore = root.children.some(({ name }) => /^pertinentInformation1[34]$/.test(name))
  if (holdsMore) return incomplete('value', root)
  const words = attributeOf(values[0], 'displayName')
  if (code === 'SMSP-0001') {
    const nation = OTHER_NATIONS.find(nation => words === nationWords(nation))
    return success({ id, at, code, ...(nation && { nation }) })
  }
  if (code !== 'CPIS-0001') return success({ id, at, code })
  return success({ id, at, code, checked: !isUnchecked(words) })
}

const NOT_CHECKED =
  'It could not be checked with PDS whether this NHS number is the current one: ask again, or by the number that PDS gives'
const UNCHECKED_WORDS = `${RESPONSE_CODES['CPIS-0001']}. ${NOT_CHECKED}`

/** Also in the words of our earlier versions, which a client may meet for a time: "No match" alone stood before the reason. */
function isUnchecked(words: string | undefined): boolean {
  return words === UNCHECKED_WORDS || words === `No match. ${NOT_CHECKED}`
}

function nationWords(nation: OtherNation): string {
  return `${RESPONSE_CODES['SMSP-0001']}. The number is ${otherNationWords(nation)}`
}

function wordsOf(response: MiniServiceResponse): string {
  if (response.code === 'SMSP-0001' && response.nation) return nationWords(response.nation)
  return response.code === 'CPIS-0001' && !response.checked ? UNCHECKED_WORDS : RESPONSE_CODES[response.code]
}
