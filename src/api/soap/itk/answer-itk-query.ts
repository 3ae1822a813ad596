import { ODS_IDENTITY } from '../../../formats/itk/codes.ts'
import type { MiniServiceResponse } from '../../../formats/itk/mini-service-response.ts'
import { xmlDigest } from '../../../formats/xml/xml-digest.ts'
import type { Shown } from '../common/client-certificate.ts'
import { leftByFlow } from '../common/query-refusal.ts'
import { admitItkQuery, notAnswered, type Refusal } from './admit-itk-query.ts'
import type { MiniServiceDeps } from './api-deps.ts'
import { detailsOf, type Exchange, type ItkQuery } from './exchange.ts'
import { readsBack } from './reads-back.ts'
import { type FailureCode, failureCode } from './store-failure.ts'

/**
 * Answers one question, whatever becomes of it. That the service could not look is an answer too, but never that nothing is
 * held (rule 4.3).
 */
export async function answerItkQuery(
  deps: MiniServiceDeps,
  exchange: Exchange,
  question: ItkQuery,
  shown: Shown | undefined,
): Promise<MiniServiceResponse> {
  const wrapper = { id: question.trackingId, at: deps.now() }
  const refuse = ({ reason, ...refusal }: Refusal) => {
    exchange.reason = reason
    return { ...wrapper, ...refusal }
  }
  const fail = (code: FailureCode, error: unknown) => {
    exchange.reason = code
    exchange.failure = code
    deps.reportFailure(error, exchange.action)
    return { ...wrapper, code }
  }
  try {
    const admitted = await admitItkQuery(deps, exchange, question, shown)
    if (!admitted.ok) return refuse(admitted.fault)
    const answered = await deps.answerQuery({
      ...admitted.value,
      via: 'smsp',
      action: exchange.action,
      traceId: exchange.traceId,
      details: detailsOf(question),
      message: {
        caller: `${ODS_IDENTITY}${question.odsCode}`,
        id: question.messageId,
        digest: xmlDigest(question.payload),
      },
    })
    exchange.audited = answered.ok || leftByFlow(answered.fault)
    if (!answered.ok) return refuse(notAnswered(answered.fault))
    const { plans, accesses, checked } = answered.value
    if (plans.length === 0) return { ...wrapper, code: 'CPIS-0001', checked }
    const response = { ...wrapper, code: 'SMSP-0000', answer: { plans, accesses } } as const
    if (await readsBack(response)) return response
    return fail('SMSP-0002', new Error('The response does not read back as it was written'))
  } catch (error) {
    return fail(failureCode(error), error)
  }
}
