import type { FastifyReply } from 'fastify'
import {
  ANONYMOUS,
  INTERACTION_KEY,
  ITK_INTERACTIONS,
  ITK_OID,
  ITK_WSA,
  ODS_ADDRESS,
  ODS_IDENTITY,
  PROFILES,
  RESPONSE_SERVICE,
} from '../../../formats/itk/codes.ts'
import { type ItkFault, writeItkFault } from '../../../formats/itk/itk-fault.ts'
import { writeItkHead } from '../../../formats/itk/itk-head.ts'
import {
  type MiniServiceResponse,
  writeMiniServiceResponse,
} from '../../../formats/itk/mini-service-response.ts'
import { writeDistributionEnvelope } from '../../../formats/itk/write-distribution-envelope.ts'
import { statusOf } from '../../../formats/soap/soap-fault.ts'
import { writeEnvelope } from '../../../formats/soap/write-envelope.ts'
import { turnIntoEnvelope } from '../common/fault-reply.ts'
import type { MiniServiceDeps } from './api-deps.ts'
import type { Exchange, ItkQuery } from './exchange.ts'

export const SYSTEM_FAILURE: ItkFault = { kind: 'system-failure' }

/** What the audit log calls a fault. */
export function reasonOf(fault: ItkFault): string {
  if (fault.kind === 'header') return fault.faults.map(name => `header ${name}`).join(' ')
  return fault.kind === 'distribution' ? fault.code : fault.kind
}

/** Makes the reply that of a fault; answers its text. */
export function turnIntoFault(
  deps: Pick<MiniServiceDeps, 'newId'>,
  reply: FastifyReply,
  fault: ItkFault,
  { messageId: relatesTo }: Exchange,
): string {
  const ids = { messageId: deps.newId(), errorId: deps.newId() }
  return turnIntoEnvelope(
    reply,
    statusOf(fault),
    writeItkFault(fault, { ...ids, ...(relatesTo !== undefined && { relatesTo }) }),
  )
}

/** Makes the reply that of a response, whatever its code: 200. Answers its text. */
export function turnIntoResponse(
  deps: Pick<MiniServiceDeps, 'newId' | 'address' | 'ownOdsCode'>,
  reply: FastifyReply,
  question: ItkQuery,
  response: MiniServiceResponse,
): string {
  const payload = {
    id: `uuid_${deps.newId().toUpperCase()}`,
    mimeType: 'text/xml',
    profileId: PROFILES.queryResponse,
    content: writeMiniServiceResponse(response),
  }
  const distribution = writeDistributionEnvelope({
    trackingId: deps.newId().toUpperCase(),
    service: RESPONSE_SERVICE,
    addresses: [{ uri: ODS_ADDRESS + question.odsCode, type: ITK_OID.address }],
    auditIdentities: [{ uri: ODS_IDENTITY + deps.ownOdsCode, type: ITK_OID.auditIdentity }],
    senderAddress: { uri: ODS_ADDRESS + deps.ownOdsCode, type: ITK_OID.address },
    handling: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.queryResponse }],
    payloads: [payload],
  })
  const head = writeItkHead({
    messageId: deps.newId(),
    action: RESPONSE_SERVICE,
    to: question.replyTo ?? ANONYMOUS,
    from: deps.address(),
    relatesTo: question.messageId,
  })
  return turnIntoEnvelope(reply, 200, writeEnvelope(head, distribution, ITK_WSA))
}
