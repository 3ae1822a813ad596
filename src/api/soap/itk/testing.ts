import Fastify from 'fastify'
import type { OdsCode } from '../../../domain/organisation.ts'
import type { Answer } from '../../../domain/query/answer.ts'
import { mayQuery, type PersonAuthor, type SystemAuthor } from '../../../domain/query/requester.ts'
import {
  type CertificateFingerprint,
  type ClientSystem,
  parseAsid,
} from '../../../domain/registration/client-system.ts'
import { failure, success } from '../../../domain/result.ts'
import type { MessageRefused } from '../../../flows/query/answer-once.ts'
import { HL7, NPFIT } from '../../../formats/hl7v3/codes.ts'
import type { QueryMessage } from '../../../formats/hl7v3/query-message.ts'
import { writeQueryStub } from '../../../formats/hl7v3/write-query.ts'
import { INTERACTION_KEY, ITK_INTERACTIONS, ITK_WSA, PROFILES, SERVICE } from '../../../formats/itk/codes.ts'
import type { DistributionEnvelope } from '../../../formats/itk/distribution-envelope.ts'
import { type SentItkHead, writeItkHead } from '../../../formats/itk/itk-head.ts'
import { writeDistributionEnvelope } from '../../../formats/itk/write-distribution-envelope.ts'
import { writeEnvelope } from '../../../formats/soap/write-envelope.ts'
import { renderXml, type XmlNode } from '../../../formats/xml/xml-writer.ts'
import type { MiniServiceDeps } from './api-deps.ts'
import type { RequestEntry } from './exchange.ts'
import { miniServiceApi } from './mini-service-api.ts'

const HOSPITAL = { odsCode: 'X9Z01' as OdsCode, name: 'Made-up Hospital' }
const SURGERY = { odsCode: 'X9Z02' as OdsCode, name: 'Made-up Surgery' }
const DENTIST = { odsCode: 'X9Z03' as OdsCode, name: 'Made-up Dentist' }
export const FINGERPRINT = 'AB'.repeat(32) as CertificateFingerprint

function system(
  digits: string,
  change: Pick<ClientSystem, 'organisation'> & Partial<ClientSystem>,
): ClientSystem {
  const asid = parseAsid(digits)
  if (!asid) throw new Error(`${digits} is no ASID`)
  const { odsCode } = change.organisation
  return {
    asid,
    partyKey: `${odsCode}-999001`,
    allows: ['unscheduled'],
    exchanges: ['mini-service'],
    ...change,
  }
}

/** Of the three organisations only the hospital may ask: one asks ahead of visits alone, one over Spine messaging alone. */
export const WARD = system('999000000011', { organisation: HOSPITAL, certificate: FINGERPRINT })
const SYSTEMS: readonly ClientSystem[] = [
  WARD,
  system('999000000012', { organisation: SURGERY, allows: ['scheduled'] }),
  system('999000000013', { organisation: DENTIST, exchanges: ['synchronous', 'asynchronous'] }),
]

export const NURSE: PersonAuthor = {
  kind: 'person',
  userId: '999000000017',
  name: { prefix: 'Nurse', given: ['Ada'], family: 'Example' },
  jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
  organisation: HOSPITAL,
}
export const BY_ITSELF: SystemAuthor = {
  kind: 'system',
  asid: WARD.asid,
  organisation: HOSPITAL,
  responsible: [{ name: NURSE.name, jobRole: NURSE.jobRole }],
}

export const QUERY: QueryMessage['query'] = {
  id: 'AAAAAAAA-0000-4000-8000-000000000002',
  effectiveTime: new Date('2026-03-10T09:30:00Z'),
  access: 'unscheduled',
  author: NURSE,
  nhsNumber: '9990000018',
}
export const TRACKING_ID = 'AAAAAAAA-0000-4000-8000-000000000001'
export const MESSAGE_ID = 'AAAAAAAA-0000-4000-8000-00000000000E'

interface Change {
  readonly query?: Partial<QueryMessage['query']>
  readonly odsCode?: string
  readonly head?: Partial<SentItkHead>
  readonly envelope?: Partial<DistributionEnvelope<XmlNode>>
}

/** A request of a nurse on the ward, with its envelopes. */
export function requestOf({ query, odsCode = 'X9Z01', head, envelope }: Change = {}): string {
  const payload = {
    id: 'uuid_AAAAAAAA-0000-4000-8000-00000000000F',
    mimeType: 'text/xml',
    profileId: PROFILES.query,
    content: writeQueryStub({ ...QUERY, ...query }, { xmlns: HL7, 'xmlns:npfitlc': NPFIT }),
  }
  const written = writeItkHead({
    messageId: MESSAGE_ID,
    action: SERVICE,
    to: 'https://cp-is.example/smsp/cpis',
    from: 'https://ward.example',
    replyTo: 'https://ward.example/answers',
    ...head,
  })
  const distribution = writeDistributionEnvelope({
    trackingId: TRACKING_ID,
    service: SERVICE,
    addresses: [],
    auditIdentities: [{ uri: `urn:nhs-uk:identity:ods:${odsCode}:ada` }],
    handling: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.query }],
    payloads: [payload],
    ...envelope,
  })
  return renderXml(writeEnvelope(written, distribution, ITK_WSA))
}

type Queried = Parameters<MiniServiceDeps['answerQuery']>[0]

/** What stands behind the API in a test; a test changes it to break something. */
export interface Backstage {
  /** Every audit entry, whoever left it. */
  readonly entries: RequestEntry[]
  readonly queried: Queried[]
  readonly failures: unknown[]
  answer: Pick<Answer, 'plans' | 'accesses'> & Partial<Pick<Answer, 'checked'>>
  /** Thrown where the register of systems, the store or the audit log is asked. */
  registerError?: Error
  storeError?: Error
  /** The time of the service; half past nine on 10 March 2026, where nothing is said. */
  now?: () => Date
  /** What the flow says of the message itself. */
  messageRefused?: MessageRefused
  auditError?: Error
  /** What every caller shows, where certificates are checked. */
  certificate?: { readonly shown: CertificateFingerprint | undefined }
}

/** The API on a server, before a made-up register and flow. */
export function openApi(change: Partial<Backstage> = {}) {
  const answer = { plans: [], accesses: [] }
  const stage: Backstage = { entries: [], queried: [], failures: [], answer, ...change }
  const server = Fastify()
  const { certificate } = stage
  let id = 0
  const deps: MiniServiceDeps = {
    ownOdsCode: 'X26' as OdsCode,
    address: () => 'https://cp-is.example/smsp/cpis',
    findClientSystems: async odsCode => {
      if (stage.registerError) throw stage.registerError
      return SYSTEMS.filter(({ organisation }) => organisation.odsCode === odsCode)
    },
    ...(certificate && { shownCertificate: () => certificate.shown }),
    answerQuery: async request => {
      stage.queried.push(request)
      if (stage.messageRefused) return failure(stage.messageRefused)
      if (stage.storeError) throw stage.storeError
      const { action, nhsNumber, traceId, requester, access, details } = request
      const allowed = mayQuery(requester, access)
      const outcome = allowed.ok ? 'allowed' : 'refused'
      const { author } = requester
      stage.entries.push({ via: 'smsp', action, outcome, author, nhsNumber, traceId, details })
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
      if (stage.auditError) throw stage.auditError
      stage.entries.push(entry)
    },
    reportFailure: error => stage.failures.push(error),
    now: stage.now ?? (() => new Date('2026-03-10T09:30:01Z')),
    newId: () => `0197a000-0000-7000-8000-${String(++id).padStart(12, '0')}`,
  }
  server.register(miniServiceApi(deps), { prefix: '/smsp/cpis' })
  const post = (payload: string | Uint8Array, headers: Record<string, string> = {}) =>
    server.inject({
      method: 'POST',
      url: '/smsp/cpis',
      payload: Buffer.from(payload),
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${SERVICE}"`, ...headers },
    })
  return { server, stage, post }
}
