import { type OdsCode, parseOdsCode } from '../../../domain/organisation.ts'
import { failure, type Result, success } from '../../../domain/result.ts'
import {
  INTERACTION_KEY,
  ITK_INTERACTIONS,
  ITK_WSA,
  ODS_IDENTITY,
  SERVICE,
  WSSE,
} from '../../../formats/itk/codes.ts'
import {
  type DistributionEnvelope,
  type DistributionFault,
  handlingOf,
} from '../../../formats/itk/distribution-envelope.ts'
import type { ItkFault } from '../../../formats/itk/itk-fault.ts'
import { readItkHead } from '../../../formats/itk/itk-head.ts'
import { readDistributionEnvelope } from '../../../formats/itk/read-distribution-envelope.ts'
import { readEnvelope } from '../../../formats/soap/read-envelope.ts'
import type { XmlElement } from '../../../formats/xml/xml-element.ts'
import type { MiniServiceDeps } from './api-deps.ts'
import type { Exchange, ItkQuery } from './exchange.ts'

/** Reads a request up to what it asks; what is wrong with it so far is a fault. */
export async function readItkQuery(
  deps: Pick<MiniServiceDeps, 'now'>,
  exchange: Exchange,
  request: { readonly action: string | string[] | undefined; readonly bytes: Uint8Array },
): Promise<Result<ItkQuery, ItkFault>> {
  // SOAP 1.1 has the action in quotes (clause 6.1.1); not every client puts it there.
  if (request.action !== SERVICE && request.action !== `"${SERVICE}"`) {
    return failure({ kind: 'unsupported-service' })
  }
  const envelope = await readEnvelope(request.bytes, [ITK_WSA, WSSE])
  if (!envelope.ok) return envelope
  const head = readItkHead(envelope.value.header, deps.now())
  if (!head.ok) return failure({ kind: 'header', faults: head.fault })
  exchange.messageId = head.value.messageId
  exchange.traceId = head.value.messageId
  const distribution = readDistributionEnvelope(envelope.value.message)
  const asked = distribution.ok ? readAsked(distribution.value) : distribution
  return asked.ok
    ? success({ ...head.value, ...asked.value })
    : failure({ kind: 'distribution', ...asked.fault })
}

/** What is asked of this service, and by which organisation. */
function readAsked(
  envelope: DistributionEnvelope<XmlElement>,
): Result<Omit<ItkQuery, 'messageId' | 'replyTo'>, DistributionFault> {
  const { trackingId, service, auditIdentities, payloads } = envelope
  if (service !== SERVICE) {
    return failure({ code: 'DE0002', detail: 'The header must name the service of the SOAPAction header.' })
  }
  const interaction = handlingOf(envelope, INTERACTION_KEY)
  if (interaction === undefined) {
    return failure({ code: 'DE0009', detail: 'The handling specification must name one interaction.' })
  }
  if (interaction !== ITK_INTERACTIONS.query) {
    return failure({ code: 'DE0010', detail: 'The interaction is not one of this address.' })
  }
  const identities = auditIdentities.map(({ uri }) => uri)
  const [odsCode, ...others] = new Set(identities.flatMap(organisationOf))
  if (odsCode === undefined || others.length > 0) {
    const detail = 'The audit identity must name one organisation: urn:nhs-uk:identity:ods: and its code.'
    return failure({ code: 'DE0004', detail })
  }
  const [payload, ...morePayloads] = payloads
  if (!payload || morePayloads.length > 0) {
    return failure({ code: 'DE0011', detail: 'One payload is needed: a query.' })
  }
  return success({ trackingId, odsCode, identities, payload: payload.content })
}

/** The organisation of an identity, which may name a user there; identities of other kinds name none. */
function organisationOf(uri: string): readonly OdsCode[] {
  if (!uri.startsWith(ODS_IDENTITY)) return []
  const [code = ''] = uri.slice(ODS_IDENTITY.length).split(':')
  const parsed = parseOdsCode(code)
  return parsed ? [parsed] : []
}
