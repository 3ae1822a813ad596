import Fastify from 'fastify'
import type { OdsCode } from '../../../domain/organisation.ts'
import type { Answer } from '../../../domain/query/answer.ts'
import { mayQuery, type PersonAuthor } from '../../../domain/query/requester.ts'
import { type Asid, type ClientSystem, parseAsid } from '../../../domain/registration/client-system.ts'
import { failure, success } from '../../../domain/result.ts'
import type { MessageRefused } from '../../../flows/query/answer-once.ts'
import { INTERACTIONS } from '../../../formats/hl7v3/codes.ts'
import type { QueryMessage } from '../../../formats/hl7v3/query-message.ts'
import { writeQuery } from '../../../formats/hl7v3/write-query.ts'
import { actionOf } from '../../../formats/soap/codes.ts'
import { type SentHead, writeHead } from '../../../formats/soap/spine-head.ts'
import { writeEnvelope } from '../../../formats/soap/write-envelope.ts'
import { renderXml } from '../../../formats/xml/xml-writer.ts'
import type { RequestEntry } from '../common/spine-exchange.ts'
import type { SynchronousApiDeps } from './api-deps.ts'
import { synchronousApi } from './synchronous-api.ts'

export const QUERY_ACTION = actionOf(INTERACTIONS.query)

export function asid(digits: string): Asid {
  const parsed = parseAsid(digits)
  if (!parsed) throw new Error(`${digits} is no ASID`)
  return parsed
}

export const SPINE = asid('999000000001')
const HOSPITAL = { odsCode: 'X9Z01' as OdsCode, name: 'Made-up Hospital' }

function system(digits: string, ...allows: ClientSystem['allows']): ClientSystem {
  return {
    asid: asid(digits),
    partyKey: 'X9Z01-999001',
    organisation: HOSPITAL,
    allows,
    exchanges: ['synchronous'],
  }
}

export const WARD = system('999000000011', 'unscheduled')
export const CLINIC = system('999000000012', 'scheduled')

export const NURSE: PersonAuthor = {
  kind: 'person',
  userId: '999000000017',
  roleProfileId: '999000000025',
  name: { prefix: 'Nurse', given: ['Ada'], family: 'Example' },
  jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
  organisation: HOSPITAL,
}

/** A query of a nurse on the ward. */
export const QUERY: QueryMessage = {
  id: 'AAAAAAAA-0000-4000-8000-000000000001',
  createdAt: new Date('2026-03-10T09:30:00Z'),
  receiverAsid: SPINE,
  senderAsid: WARD.asid,
  query: {
    id: 'AAAAAAAA-0000-4000-8000-000000000002',
    effectiveTime: new Date('2026-03-10T09:30:00Z'),
    access: 'unscheduled',
    author: NURSE,
    nhsNumber: '9990000018',
  },
}

/** The envelope of a query, its header made to fit. */
export function envelopeOf(message: QueryMessage, head: Partial<SentHead> = {}): string {
  const { receiverAsid, senderAsid } = message
  const written = writeHead({
    messageId: 'AAAAAAAA-0000-4000-8000-00000000000E',
    action: QUERY_ACTION,
    to: 'https://cp-is.example/sync-service',
    from: 'https://ward.example/answers',
    replyTo: 'https://ward.example/answers',
    receiverAsid,
    senderAsid,
    ...head,
  })
  return renderXml(writeEnvelope(written, writeQuery(message)))
}

type Queried = Parameters<SynchronousApiDeps['answerQuery']>[0]

/** What stands behind the API in a test; a test changes it to break something. */
export interface Backstage {
  /** Every audit entry, whoever left it. */
  readonly entries: RequestEntry[]
  readonly queried: Queried[]
  readonly failures: unknown[]
  answer: Pick<Answer, 'plans' | 'accesses'> & Partial<Pick<Answer, 'checked'>>
  /** The register of systems cannot be read. */
  registerIsDown?: boolean
  storeIsDown?: boolean
  /** The time of the service; half past nine on 10 March 2026, where nothing is said. */
  now?: () => Date
  /** What the flow says of the message itself. */
  messageRefused?: MessageRefused
  auditIsDown?: boolean
}

/** The API on a server, before a made-up register and flow. */
export function openApi(change: Partial<Backstage> = {}) {
  const answer = { plans: [], accesses: [] }
  const stage: Backstage = { entries: [], queried: [], failures: [], answer, ...change }
  const server = Fastify()
  let id = 0
  const deps: SynchronousApiDeps = {
    ownAsid: SPINE,
    address: () => 'https://cp-is.example/sync-service',
    findClientSystem: async asid => {
      if (stage.registerIsDown) throw new Error('no connection')
      return [WARD, CLINIC].find(system => system.asid === asid)
    },
    answerQuery: async request => {
      stage.queried.push(request)
      if (stage.messageRefused) return failure(stage.messageRefused)
      if (stage.storeIsDown) throw new Error(`no connection while asking for ${request.nhsNumber}`)
      const { action, nhsNumber, traceId, requester, access, system } = request
      const allowed = mayQuery(requester, access)
      const outcome = allowed.ok ? 'allowed' : 'refused'
      const { author } = requester
      stage.entries.push({ via: 'spine', action, outcome, author, nhsNumber, traceId, details: { system } })
      return allowed.ok
        ? success({
            id: '0197a000-0000-7000-8000-00000000000a',
            checked: true,
            ...stage.answer,
            nhsNumber,
            access,
            askedAt: new Date('2026-03-10T09:30:00Z'),
          })
        : allowed
    },
    recordRequest: async entry => {
      if (stage.auditIsDown) throw new Error('the audit log cannot be written')
      stage.entries.push(entry)
    },
    reportFailure: error => stage.failures.push(error),
    now: stage.now ?? (() => new Date('2026-03-10T09:30:01Z')),
    newId: () => `0197a000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
  }
  server.register(synchronousApi(deps), { prefix: '/sync-service' })
  const post = (payload: string | Uint8Array, headers: Record<string, string> = {}) =>
    server.inject({
      method: 'POST',
      url: '/sync-service',
      payload: Buffer.from(payload),
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${QUERY_ACTION}"`, ...headers },
    })
  return { server, stage, post }
}
