import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../../domain/answer.ts'
import { activitiesThrough, type ClientSystem } from '../../domain/client-system.ts'
import { parseNhsNumber } from '../../domain/nhs-number.ts'
import { HL7 } from '../../formats/hl7v3/codes.ts'
import { isAuthorFault } from '../../formats/hl7v3/query-faults.ts'
import type { QueryResponseContent } from '../../formats/hl7v3/query-response.ts'
import { readQueryStubs } from '../../formats/hl7v3/read-query.ts'
import {
  type MiniServiceResponse,
  readMiniServiceResponse,
  writeMiniServiceResponse,
} from '../../formats/itk/mini-service-response.ts'
import { LONGEST_ENVELOPE } from '../../formats/soap/read-envelope.ts'
import { readTree } from '../../formats/xml/read-tree.ts'
import { renderXml } from '../../formats/xml/xml-writer.ts'
import type { SmspDoorDeps } from './door-deps.ts'
import { detailsOf, type Exchange } from './exchange.ts'
import type { Question } from './read-question.ts'
import { type FailureCode, failureCode } from './store-failure.ts'

/** Who asks, as the connection shows it: undefined where certificates are not checked. */
export interface Shown {
  readonly certificate: string | undefined
}

/**
 * Answers one question, whatever becomes of it. That the service could not look is an answer too, but never that nothing is
 * held (rule 4.3).
 */
export async function answerQuestion(
  deps: SmspDoorDeps,
  exchange: Exchange,
  question: Question,
  shown: Shown | undefined,
): Promise<MiniServiceResponse> {
  const wrapper = { id: question.trackingId, at: deps.now() }
  const refuse = (code: 'SMSP-0001' | 'SMSP-0005', reason: string) => {
    exchange.reason = reason
    return { ...wrapper, code }
  }
  const fail = (code: FailureCode, error: unknown) => {
    exchange.reason = code
    exchange.failure = code
    deps.reportFailure(error, exchange.action)
    return { ...wrapper, code }
  }
  try {
    const systems = (await deps.findClientSystems(question.odsCode)).filter(system => mayAsk(system, shown))
    if (systems.length === 0) return refuse('SMSP-0005', 'organisation not registered')
    const { payload } = question
    const isQuery = payload.name === 'CP-ISQueryStub' && payload.namespace === HL7
    const read = readQueryStubs(isQuery ? [payload] : [], wrapper.at)
    if (!read.ok) {
      const ofAuthor = read.fault.filter(isAuthorFault)
      const told = ofAuthor.length > 0 && isQuery ? ofAuthor : read.fault
      return refuse(told === ofAuthor ? 'SMSP-0005' : 'SMSP-0001', told.map(({ name }) => name).join(' '))
    }
    const { author, access, nhsNumber: asked } = read.value
    exchange.author = author
    const system = author.kind === 'system' ? systems.find(({ asid }) => asid === author.asid) : systems[0]
    if (!system) return refuse('SMSP-0005', 'system speaks for another')
    // Of several systems of an organisation nobody can say which a person used.
    if (author.kind === 'system' || systems.length === 1) exchange.system = system.asid
    if (access !== 'unscheduled') return refuse('SMSP-0001', 'scheduled access')
    const nhsNumber = parseNhsNumber(asked)
    if (!nhsNumber.ok) return refuse('SMSP-0001', 'invalid NHS number')
    exchange.nhsNumber = nhsNumber.value
    const answered = await deps.answerQuery({
      requester: { author, activities: activitiesThrough(system) },
      nhsNumber: nhsNumber.value,
      access,
      door: 'smsp',
      action: exchange.action,
      traceId: exchange.traceId,
      ...(exchange.system && { system: exchange.system }),
      details: detailsOf(question),
    })
    exchange.audited = true
    if (!answered.ok) return refuse('SMSP-0005', `missing ${answered.fault.activity}`)
    const answer: Answer = answered.value
    if (answer.plans.length === 0) return { ...wrapper, code: 'CPIS-0001' }
    const response = { ...wrapper, code: 'SMSP-0000', answer } as const
    if (await readsBack(response)) return response
    return fail('SMSP-0002', new Error('The response does not read back as it was written'))
  } catch (error) {
    return fail(failureCode(error), error)
  }
}

/** Registered for the mini service, for unscheduled care, and by its certificate where one is shown (rules 9.5 and 9.7). */
function mayAsk(system: ClientSystem, shown: Shown | undefined): boolean {
  return (
    system.exchanges.includes('mini-service') &&
    system.allows.includes('unscheduled') &&
    (!shown || (system.certificate !== undefined && system.certificate === shown.certificate))
  )
}

/**
 * Whether the response says to a reader what was answered: the same plans of the same people, and as many accesses. A reader
 * that saw fewer would take a child for one without a plan.
 */
async function readsBack(response: MiniServiceResponse & { answer: QueryResponseContent }): Promise<boolean> {
  const bytes = new TextEncoder().encode(renderXml(writeMiniServiceResponse(response)))
  const tree = await readTree(bytes, { element: LONGEST_ENVELOPE, total: LONGEST_ENVELOPE })
  const read = tree.ok ? readMiniServiceResponse(tree.value) : undefined
  if (!read?.ok || !('answer' in read.value)) return false
  const { plans, accesses } = read.value.answer
  return (
    isDeepStrictEqual(outline(plans), outline(response.answer.plans)) &&
    accesses.length === response.answer.accesses.length
  )
}

/** Plans are gathered by record when they are written, so that their order may differ. */
function outline(plans: QueryResponseContent['plans']): readonly string[] {
  return plans
    .map(({ type, start, end, nhsNumber, authority }) =>
      JSON.stringify([type, start, end, nhsNumber, authority.odsCode]),
    )
    .sort()
}
