import {
  isOtherNation,
  type NhsNumber,
  type NhsNumberFault,
  type OtherNation,
  parseNhsNumber,
} from '../../../domain/nhs-number.ts'
import type { NotAnswered } from '../../../domain/query/answer.ts'
import { isTimely } from '../../../domain/query/message-age.ts'
import type { Requester } from '../../../domain/query/requester.ts'
import {
  type Asid,
  activitiesThrough,
  type ClientSystem,
} from '../../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../../domain/result.ts'
import type { MessageRefused } from '../../../flows/query/answer-once.ts'
import { HL7 } from '../../../formats/hl7v3/codes.ts'
import { isAuthorFault } from '../../../formats/hl7v3/query-faults.ts'
import { readQueryStubs } from '../../../formats/hl7v3/read-query.ts'
import { disbelief, type Shown } from '../common/client-certificate.ts'
import type { MiniServiceDeps } from './api-deps.ts'
import type { Exchange, ItkQuery } from './exchange.ts'

/** Why a question is not answered. The reason is for the audit log alone. */
export interface Refusal {
  readonly code: 'SMSP-0001' | 'SMSP-0005' | 'CPIS-9999'
  readonly reason: string
  /** Whose number was asked for, where it is another nation's (rule 1.4). */
  readonly nation?: OtherNation
}

export interface AdmittedItkQuery {
  readonly requester: Requester
  readonly nhsNumber: NhsNumber
  readonly access: 'unscheduled'
  /** Absent where the organisation has several systems: nobody can say then which of them a person used. */
  readonly system?: Asid
}

/**
 * Who asks and whether they may, and only then about whom (rule 5.4). What becomes known on the way is noted on the exchange of
 * the question.
 */
export async function admitItkQuery(
  deps: Pick<MiniServiceDeps, 'findClientSystems' | 'now'>,
  exchange: Exchange,
  question: ItkQuery,
  shown: Shown | undefined,
): Promise<Result<AdmittedItkQuery, Refusal>> {
  const systems = (await deps.findClientSystems(question.odsCode)).filter(system => mayAsk(system, shown))
  if (systems.length === 0) return denied('organisation not registered')
  const query = readQuery(deps, question)
  if (!query.ok) return query
  const { author, access, effectiveTime } = query.value
  exchange.author = author
  const system = author.kind === 'system' ? systems.find(({ asid }) => asid === author.asid) : systems[0]
  if (!system) return denied('system speaks for another')
  if (author.kind === 'system' || systems.length === 1) exchange.system = system.asid
  if (!isTimely(effectiveTime, deps.now())) return invalid('out-of-date')
  if (access !== 'unscheduled') return invalid('scheduled access')
  const nhsNumber = parseNhsNumber(query.value.nhsNumber)
  if (!nhsNumber.ok) return invalid('invalid NHS number', nhsNumber.fault)
  exchange.nhsNumber = nhsNumber.value
  return success({
    requester: { author, activities: activitiesThrough(system) },
    nhsNumber: nhsNumber.value,
    access,
    ...(exchange.system && { system: exchange.system }),
  })
}

/** Why a query that was understood is not answered, as a refusal; for a restricted person there is no code of its own (rule 10.1). */
export function notAnswered(fault: NotAnswered | MessageRefused): Refusal {
  switch (fault.kind) {
    case 'restricted':
      return { code: 'CPIS-9999', reason: 'restricted' }
    case 'missing-activity':
      return { code: 'SMSP-0005', reason: `missing ${fault.activity}` }
    default:
      return { code: 'SMSP-0001', reason: fault.kind }
  }
}

/** Registered for the mini service, for unscheduled care, and by its certificate where one is to be shown (rules 9.5 and 9.7). */
function mayAsk(system: ClientSystem, shown: Shown | undefined): boolean {
  return (
    system.exchanges.includes('mini-service') &&
    system.allows.includes('unscheduled') &&
    disbelief(system, shown) === undefined
  )
}

/** Of a query with several faults, those of its author are told before any other (rule 9.6). */
function readQuery(deps: Pick<MiniServiceDeps, 'now'>, { payload }: ItkQuery) {
  if (payload.name !== 'CP-ISQueryStub' || payload.namespace !== HL7) return invalid('no query')
  const query = readQueryStubs([payload], deps.now())
  if (query.ok) return query
  const ofAuthor = query.fault.filter(isAuthorFault)
  const names = (ofAuthor.length > 0 ? ofAuthor : query.fault).map(({ name }) => name).join(' ')
  return ofAuthor.length > 0 ? denied(names) : invalid(names)
}

function denied(reason: string): Result<never, Refusal> {
  return failure({ code: 'SMSP-0005', reason })
}

function invalid(reason: string, fault?: NhsNumberFault): Result<never, Refusal> {
  const nation = fault && isOtherNation(fault) ? { nation: fault } : {}
  return failure({ code: 'SMSP-0001', reason, ...nation })
}
