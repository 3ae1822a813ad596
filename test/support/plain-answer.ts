import { PLAN_TYPES } from '../../src/domain/plan/plan.ts'
import { CHILD, PLAN_DATE_PREFIX, RESPONSE_PLANS, UNBORN_CHILD } from '../../src/formats/hl7v3/codes.ts'
import type { Plain, PlainAnswer, PlainValue } from './soap-toolkits.ts'

/** What a system learns from an answer of either interface, of which it knows the names of elements and nothing else. */
export type Learnt =
  | { readonly kind: 'held'; readonly plans: readonly LearntPlan[]; readonly accesses: readonly string[] }
  | { readonly kind: 'not-held' | 'refused' | 'fault'; readonly codes: readonly string[] }

/** The fields of a plan that every message has. */
export interface LearntPlan {
  readonly type: string
  readonly start: string | undefined
  readonly end: string | undefined
  readonly given: string | undefined
  readonly family: string | undefined
  readonly birthTime: string | undefined
  readonly odsCode: string | undefined
  readonly dutyPhone: string | undefined
}

export function learntFromSpine(answer: PlainAnswer): Learnt {
  if (answer.kind === 'fault') return { kind: 'fault', codes: texts(answer.detail, 'error', 'errorCode') }
  const [held] = all(answer.body, 'REPC_IN000007GB01', 'ControlActEvent', 'subject', 'CP-ISNHSQueryResponse')
  if (held) return { kind: 'held', ...contentOf(held) }
  const reasons = ['ControlActEvent', 'reason', 'justifyingDetectedIssueEvent', 'code', 'code']
  const failed = texts(answer.body, 'QUQI_IN010000UK14', ...reasons)
  const refused = texts(answer.body, 'MCCI_IN010000UK13', ...reasons)
  return failed.includes('NHSNCC002')
    ? { kind: 'not-held', codes: failed }
    : { kind: 'refused', codes: [...failed, ...refused] }
}

export function learntFromMiniService(answer: PlainAnswer): Learnt {
  if (answer.kind === 'fault') return { kind: 'fault', codes: texts(answer.detail, 'ErrorCode', 'text') }
  const [response] = all(answer.body, 'payloads', 'payload', 'CP-ISNHSQueryResponse')
  const codes = texts(response ?? null, 'value', 'code')
  if (response && codes[0] === 'SMSP-0000') return { kind: 'held', ...contentOf(response) }
  return { kind: codes[0] === 'CPIS-0001' ? 'not-held' : 'refused', codes }
}

/** The plans and the ids of the accesses; fails where the totals say otherwise. */
function contentOf(response: PlainValue): { plans: LearntPlan[]; accesses: string[] } {
  const records = all(response, 'pertinentInformation14', 'pertinentCP-ISRecordControlAct', 'record')
  const accesses = texts(response, 'pertinentInformation13', 'pertinentCP-ISNHSQuery', 'id', 'root')
  const totals = [
    ['pertinentInformation11', 'pertinentTotalReturnedAccessRecords'],
    ['pertinentInformation12', 'pertinentTotalReturnedChildRecords'],
  ].flatMap(path => texts(response, ...path, 'value', 'value').map(Number))
  if (totals[0] !== accesses.length || totals[1] !== records.length) {
    throw new Error(`The totals ${totals} are not those of what is listed`)
  }
  return { plans: records.flatMap(plansOf), accesses }
}

function plansOf(record: PlainValue): LearntPlan[] {
  const first = (from: PlainValue, ...path: string[]) => texts(from, ...path)[0]
  const [organisation = null] = all(record, 'communicationFunctionSnd', 'organisation')
  const duty = all(organisation, 'telecom').find(telecom => first(telecom, 'use') === 'EC') ?? null
  return PLAN_TYPES.flatMap(type =>
    all(record, 'CP-ISRecord', 'pertinentInformation15', RESPONSE_PLANS[type].element).map(plan => {
      const person =
        type === 'UCPP' ? [UNBORN_CHILD.element, 'parentMotherPerson'] : [CHILD.element, 'childPerson']
      const [subject = null] = all(record, 'CP-ISRecord', 'subject', ...person)
      const prefix = PLAN_DATE_PREFIX[type]
      return {
        type,
        start: first(plan, 'component', `${prefix}StartDate`, 'value', 'value'),
        end: first(plan, 'component1', `${prefix}EndDate`, 'value', 'value'),
        given: first(subject, 'name', 'given'),
        family: first(subject, 'name', 'family'),
        birthTime: first(subject, 'birthTime', 'value'),
        odsCode: first(organisation, 'id', 'extension'),
        dutyPhone: first(duty, 'value'),
      }
    }),
  )
}

/** Everything at the end of a path, whether a toolkit gives one or a list. */
function all(from: PlainValue, ...path: readonly string[]): PlainValue[] {
  const here = [from].flat().filter(one => one !== null)
  const [name, ...rest] = path
  if (name === undefined) return here as PlainValue[]
  return here.flatMap(one => {
    const found = typeof one === 'object' ? (one as Plain)[name] : undefined
    return found === undefined ? [] : all(found, ...rest)
  })
}

export function texts(from: PlainValue, ...path: readonly string[]): string[] {
  return all(from, ...path).filter(one => typeof one === 'string')
}
