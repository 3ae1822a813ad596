import type { Author } from '../../src/domain/query/requester.ts'
import { HL7, NPFIT } from '../../src/formats/hl7v3/codes.ts'
import { writeQueryStub } from '../../src/formats/hl7v3/write-query.ts'
import {
  INTERACTION_KEY,
  ITK_INTERACTIONS,
  ITK_WSA,
  ODS_IDENTITY,
  PROFILES,
  SERVICE,
} from '../../src/formats/itk/codes.ts'
import { writeItkHead } from '../../src/formats/itk/itk-head.ts'
import {
  type MiniServiceResponse,
  readMiniServiceResponse,
} from '../../src/formats/itk/mini-service-response.ts'
import { readDistributionEnvelope } from '../../src/formats/itk/read-distribution-envelope.ts'
import { writeDistributionEnvelope } from '../../src/formats/itk/write-distribution-envelope.ts'
import { readEnvelope } from '../../src/formats/soap/read-envelope.ts'
import { writeEnvelope } from '../../src/formats/soap/write-envelope.ts'
import { renderXml } from '../../src/formats/xml/xml-writer.ts'
import type { Service } from '../../src/main/start-service.ts'
import { expectValue } from './expect-value.ts'

/** A client of the mini service, through a real connection; it asks for an organisation. */
export function miniServiceClient(
  { baseUrl }: Pick<Service, 'baseUrl'>,
  odsCode: string,
  newId: () => string,
  send: typeof fetch = fetch,
) {
  return async (author: Author, nhsNumber: string): Promise<MiniServiceResponse> => {
    const address = `${baseUrl}/smsp/cpis`
    const head = writeItkHead({
      messageId: newId(),
      action: SERVICE,
      to: address,
      from: 'https://ward.example',
    })
    const trackingId = newId().toUpperCase()
    const query = {
      id: newId(),
      effectiveTime: new Date(),
      access: 'unscheduled',
      author,
      nhsNumber,
    } as const
    const payload = {
      id: `uuid_${newId().toUpperCase()}`,
      mimeType: 'text/xml',
      profileId: PROFILES.query,
      content: writeQueryStub(query, { xmlns: HL7, 'xmlns:npfitlc': NPFIT }),
    }
    const distribution = writeDistributionEnvelope({
      trackingId,
      service: SERVICE,
      addresses: [],
      auditIdentities: [{ uri: `${ODS_IDENTITY}${odsCode}` }],
      handling: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.query }],
      payloads: [payload],
    })
    const response = await send(address, {
      method: 'POST',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${SERVICE}"` },
      body: renderXml(writeEnvelope(head, distribution, ITK_WSA)),
    })
    if (response.status !== 200) throw new Error(`The answer has the status ${response.status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const { message } = expectValue(await readEnvelope(bytes, [ITK_WSA]))
    const [answer] = expectValue(readDistributionEnvelope(message)).payloads
    if (!answer) throw new Error('An envelope holds a payload')
    return expectValue(readMiniServiceResponse(answer.content))
  }
}
