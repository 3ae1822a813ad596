import { randomUUID } from 'node:crypto'
import { otherNationWords } from '../../domain/nhs-number.ts'
import { HL7, NPFIT } from '../../formats/hl7v3/codes.ts'
import { writeQueryStub } from '../../formats/hl7v3/write-query.ts'
import {
  ANONYMOUS,
  INTERACTION_KEY,
  ITK_INTERACTIONS,
  ITK_WSA,
  ODS_IDENTITY,
  PROFILES,
  RESPONSE_CODES,
  SERVICE,
  WSSE,
} from '../../formats/itk/codes.ts'
import { writeItkHead } from '../../formats/itk/itk-head.ts'
import { type MiniServiceResponse, readMiniServiceResponse } from '../../formats/itk/mini-service-response.ts'
import { readDistributionEnvelope } from '../../formats/itk/read-distribution-envelope.ts'
import { writeDistributionEnvelope } from '../../formats/itk/write-distribution-envelope.ts'
import type { SoapEnvelope } from '../../formats/soap/read-envelope.ts'
import { writeEnvelope } from '../../formats/soap/write-envelope.ts'
import { textOf } from '../../formats/xml/xml-element.ts'
import type { QueryOutcome } from '../outcomes.ts'
import { askingOverHttp } from './ask-over-http.ts'
import { authorOf } from './asking-author.ts'
import { couldNotLook, notOurs, notUnderstood, refused } from './failed.ts'
import { heldOutcome } from './held-outcome.ts'
import type { QueryClient, QueryClientSettings } from './query-client.ts'
import { readSoapReply } from './soap-reply.ts'

export interface MiniServiceClientSettings extends QueryClientSettings {
  /** Of the organisation that asks. */
  readonly odsCode: string
  /** How that organisation knows whoever asks. */
  readonly localUserId?: string
}

/**
 * A client of the mini service, for example of `https://cp-is.example/smsp/cpis`. A mini service is for unscheduled care: asked to
 * look in silence, it refuses without a word to the service. Ten seconds unless told otherwise.
 */
export function miniServiceClient(settings: MiniServiceClientSettings): QueryClient {
  const { url, odsCode, localUserId } = settings
  const author = authorOf(settings.author)
  const identity = `${ODS_IDENTITY}${odsCode}${localUserId === undefined ? '' : `:${localUserId}`}`
  const client = askingOverHttp(settings, nhsNumber => {
    const id = randomUUID().toUpperCase()
    const query = { id, effectiveTime: new Date(), access: 'unscheduled', author, nhsNumber } as const
    const distribution = writeDistributionEnvelope({
      trackingId: randomUUID().toUpperCase(),
      service: SERVICE,
      addresses: [],
      auditIdentities: [{ uri: identity }],
      handling: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.query }],
      payloads: [
        {
          id: `uuid_${randomUUID().toUpperCase()}`,
          mimeType: 'text/xml',
          profileId: PROFILES.query,
          content: writeQueryStub(query, { xmlns: HL7, 'xmlns:npfitlc': NPFIT }),
        },
      ],
    })
    const head = writeItkHead({ messageId: id, action: SERVICE, to: url, from: ANONYMOUS })
    return {
      soapAction: SERVICE,
      envelope: writeEnvelope(head, distribution, ITK_WSA),
      read: async reply => {
        const read = await readSoapReply(reply, [ITK_WSA, WSSE])
        return read.kind === 'envelope' ? envelopeOutcome(read, { id, nhsNumber }) : read
      },
    }
  })
  return {
    ...client,
    query: async (nhsNumber, options = {}) =>
      options.unscheduled === false
        ? { kind: 'refused', message: 'A mini service is for unscheduled care alone' }
        : client.query(nhsNumber, options),
  }
}

function envelopeOutcome(
  { header, message }: SoapEnvelope,
  asked: { readonly id: string; readonly nhsNumber: string },
): QueryOutcome {
  const relatesTo =
    header?.children.filter(part => part.name === 'RelatesTo' && part.namespace === ITK_WSA) ?? []
  const related = textOf(relatesTo[0])?.replace(/^(?:urn:)?(?:uuid:)?/i, '')
  if (relatesTo.length !== 1 || related?.toUpperCase() !== asked.id) return notOurs()
  const distribution = readDistributionEnvelope(message)
  if (!distribution.ok || distribution.value.payloads.length !== 1) return notUnderstood()
  const [payload] = distribution.value.payloads
  const response = payload && readMiniServiceResponse(payload.content)
  return response?.ok ? responseOutcome(response.value, asked.nhsNumber) : notUnderstood()
}

/** By the published codes: two are about the question, one says that nothing is held; any other failed. */
function responseOutcome(response: MiniServiceResponse, nhsNumber: string): QueryOutcome {
  const { code, at } = response
  switch (code) {
    case 'SMSP-0000':
      return heldOutcome(response.answer, { nhsNumber, at })
    case 'SMSP-0003':
      return { ...heldOutcome(response.answer, { nhsNumber, at }), fromLocalStore: true }
    case 'CPIS-0001':
      return { kind: response.checked ? 'nothing-held' : 'unchecked' }
    case 'SMSP-0001': {
      const nation = response.nation && otherNationWords(response.nation)
      return refused(200, nation ? `The number is ${nation}` : RESPONSE_CODES[code], [code])
    }
    case 'SMSP-0005':
      return refused(200, RESPONSE_CODES[code], [code])
    default:
      return couldNotLook(RESPONSE_CODES[code], [code])
  }
}
