import Fastify, { type FastifyInstance } from 'fastify'
import type { MissedAppointment, NotifiedReport } from '../../domain/notification/missed-appointment.ts'
import type { Answer } from '../../domain/query/answer.ts'
import type { Identified, IdentifiedKind } from '../../domain/query/identified.ts'
import { type Author, mayQuery, type Requester } from '../../domain/query/requester.ts'
import { failure, success } from '../../domain/result.ts'
import { EXAMPLE_REPORT } from '../../formats/fhir/openapi-examples.ts'
import { ANSWER, NURSE, PLAN } from '../../formats/fhir/testing.ts'
import type { TokenFault } from '../../identity/token-fault.ts'
import type { FhirApiDeps } from './api-deps.ts'
import type { RequestEntry } from './exchange.ts'
import { fhirApi } from './fhir-api.ts'

export const PREFIX = '/cpis/FHIR/R4'

type Queried = Parameters<FhirApiDeps['answerQuery']>[0]
type Read = Parameters<FhirApiDeps['readById']>[0]
type Reported = Parameters<FhirApiDeps['reportMissedAppointment']>[0]
type ReportOutcome = Awaited<ReturnType<FhirApiDeps['reportMissedAppointment']>>

/** What stands behind the API in a test; a test changes it to break something. */
export interface Backstage {
  /** Every audit entry, whoever left it. */
  readonly entries: RequestEntry[]
  readonly queried: Queried[]
  readonly reported: Reported[]
  readonly read: Read[]
  readonly failures: unknown[]
  answer: Answer
  /** What came of a report; told to the authority of the example plan unless said otherwise. */
  reportOutcome?: ReportOutcome
  tokenFault?: TokenFault
  /** PDS restricts who may know of everybody. */
  restricted?: boolean
  storeIsDown?: boolean
  auditIsDown?: boolean
  /** Whose pages may ask from a browser. */
  origins?: readonly string[]
}

const ROLES: Readonly<Record<string, readonly string[]>> = {
  both: ['B0107', 'B0170'],
  unscheduled: ['B0107'],
  scheduled: ['B0170'],
  neither: ['B0820'],
}

/** The report of an appointment, told to the authority of the example plan. */
export function reportOf(appointment: MissedAppointment, author: Author = NURSE): NotifiedReport {
  return {
    id: '0197a000-0000-7000-8000-0000000000d1',
    appointment,
    author,
    reportedAt: new Date('2026-03-10T09:30:00Z'),
    told: [PLAN.authority],
  }
}

/** What an id leads to: something of the answer, or the one report that there is. */
function identified(answer: Answer, of: IdentifiedKind, id: string): Identified | undefined {
  const plan = answer.plans.find(candidate => candidate.id === id)
  if (of === 'plan') return plan && { of, plan, answer }
  const access = answer.accesses.find(candidate => candidate.id === id)
  if (of === 'access') return access && { of, access, answer }
  return id === EXAMPLE_REPORT.id ? { of, report: EXAMPLE_REPORT, answer } : undefined
}

/** The API on a server, before a made-up flow. Bearer tokens are the names of the roles above. */
export function openApi(change: Partial<Backstage> = {}, on?: FastifyInstance) {
  const stage: Backstage = {
    entries: [],
    queried: [],
    reported: [],
    read: [],
    failures: [],
    answer: ANSWER,
    ...change,
  }
  const logged: string[] = []
  const server =
    on ?? Fastify({ logger: { level: 'warn', stream: { write: (line: string) => void logged.push(line) } } })
  let id = 0
  const deps: FhirApiDeps = {
    verifyToken: async header => {
      if (stage.tokenFault) return failure(stage.tokenFault)
      const activities = ROLES[header?.replace('Bearer ', '') ?? '']
      if (!activities) return failure({ kind: header === undefined ? 'no-token' : 'not-a-token' })
      const requester: Requester = { author: NURSE, activities: new Set(activities) }
      return success(requester)
    },
    answerQuery: async request => {
      stage.queried.push(request)
      if (stage.storeIsDown) throw new Error(`no connection while asking for ${request.nhsNumber}`)
      const { action, nhsNumber, traceId, requester } = request
      const allowed = mayQuery(requester, request.access)
      const outcome = allowed.ok ? 'allowed' : 'refused'
      stage.entries.push({ via: 'fhir', action, outcome, author: requester.author, nhsNumber, traceId })
      if (allowed.ok && stage.restricted) return failure({ kind: 'restricted' })
      return allowed.ok ? success({ ...stage.answer, access: request.access }) : allowed
    },
    readById: async request => {
      stage.read.push(request)
      const { of, id, action, traceId, requester } = request
      if (stage.storeIsDown) throw new Error(`no connection while reading ${id}`)
      const read = identified(stage.answer, of, id)
      const outcome = read ? 'allowed' : 'refused'
      stage.entries.push({ via: 'fhir', action, outcome, author: requester.author, traceId })
      return read ? success(read) : failure({ kind: 'not-found' })
    },
    reportMissedAppointment: async request => {
      stage.reported.push(request)
      const { requester, appointment, traceId } = request
      const { author } = requester
      if (stage.storeIsDown) throw new Error(`no connection while reporting ${appointment.nhsNumber}`)
      const { reportOutcome = success({ report: reportOf(appointment, author), repeated: false }) } = stage
      stage.entries.push({
        via: 'fhir',
        action: 'report missed appointment',
        outcome: reportOutcome.ok ? 'allowed' : 'refused',
        author,
        nhsNumber: appointment.nhsNumber,
        traceId,
      })
      return reportOutcome
    },
    recordRequest: async entry => {
      if (stage.auditIsDown) throw new Error('the audit log cannot be written')
      stage.entries.push(entry)
    },
    reportFailure: error => stage.failures.push(error),
    baseUrl: () => {
      const address = server.server.address()
      return typeof address === 'object' && address
        ? `http://127.0.0.1:${address.port}${PREFIX}`
        : `https://cp-is.example${PREFIX}`
    },
    softwareVersion: '1.2.3',
    ...(stage.origins && { origins: stage.origins }),
    now: () => new Date('2026-03-10T09:30:00Z'),
    newId: () => `0197a000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
  }
  server.register(fhirApi(deps), { prefix: PREFIX })
  return { server, stage, logged }
}
