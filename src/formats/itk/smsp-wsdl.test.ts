import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HL7, NPFIT } from '../hl7v3/codes.ts'
import { anyAuthor, anyInstant, anyResponseContent, anyUuid, rootOf } from '../hl7v3/testing.ts'
import { writeQueryStub } from '../hl7v3/write-query.ts'
import { unlikeDescribed } from '../soap/testing.ts'
import { writeEnvelope } from '../soap/write-envelope.ts'
import { descend } from '../xml/xml-element.ts'
import { renderXml, type XmlNode } from '../xml/xml-writer.ts'
import { ITK_WSA, RESPONSE_SERVICE, SERVICE } from './codes.ts'
import { writeItkFault } from './itk-fault.ts'
import { writeItkHead } from './itk-head.ts'
import { writeMiniServiceResponse } from './mini-service-response.ts'
import { writeSmspWsdl } from './smsp-wsdl.ts'
import { writeDistributionEnvelope } from './write-distribution-envelope.ts'

const WSDL = writeSmspWsdl('https://cp-is.example/smsp/cpis')

/** What in an envelope is not as described: in its header, its body, and the detail of a fault. */
async function unlike(envelope: XmlNode): Promise<string[]> {
  const root = await rootOf(renderXml(envelope))
  const fault = descend(root, 'Body', 'Fault')
  const told = fault ? fault.children.find(({ name }) => name === 'detail') : descend(root, 'Body')
  const parts = [...(descend(root, 'Header')?.children ?? []), ...(told?.children ?? [])]
  expect(parts.length).toBeGreaterThan(3)
  return parts.flatMap(part => unlikeDescribed(WSDL, part))
}

function enveloped(kind: 'request' | 'answer', content: XmlNode): XmlNode {
  const id = 'AAAAAAAA-0000-4000-8000-000000000001'
  const address = 'https://cp-is.example/smsp/cpis'
  const service = kind === 'request' ? SERVICE : RESPONSE_SERVICE
  const head = { messageId: id, action: service, to: address, from: address }
  const distribution = writeDistributionEnvelope({
    trackingId: id,
    service,
    addresses: kind === 'request' ? [] : [{ uri: 'urn:nhs-uk:addressing:ods:X9Z01' }],
    auditIdentities: kind === 'request' ? [{ uri: 'urn:nhs-uk:identity:ods:X9Z01', type: '1.2' }] : [],
    senderAddress: { uri: 'urn:nhs-uk:addressing:ods:X9Z01' },
    handling: [{ key: 'interaction', value: 'query' }],
    payloads: [{ id: `uuid_${id}`, mimeType: 'text/xml', profileId: 'urn:profile', content }],
  })
  const written = writeItkHead({
    ...head,
    ...(kind === 'request' ? { replyTo: address } : { relatesTo: id }),
  })
  return writeEnvelope(written, distribution, ITK_WSA)
}

test('toolkits are told of any query in its envelopes', async () => {
  const anyQuery = fc.record({
    id: anyUuid,
    effectiveTime: anyInstant,
    access: fc.constant('unscheduled' as const),
    author: anyAuthor,
    nhsNumber: fc.constant('9990000018'),
  })
  await fc.assert(
    fc.asyncProperty(anyQuery, async query => {
      const stub = writeQueryStub(query, { xmlns: HL7, 'xmlns:npfitlc': NPFIT })
      expect(await unlike(enveloped('request', stub))).toEqual([])
    }),
  )
})

test('and of any response', async () => {
  await fc.assert(
    fc.asyncProperty(anyUuid, anyInstant, anyResponseContent, async (id, at, answer) => {
      const held = writeMiniServiceResponse({ id, at, code: 'SMSP-0000', answer })
      const nothing = writeMiniServiceResponse({ id, at, code: 'CPIS-0001', checked: at.getTime() % 2 === 0 })
      expect(await unlike(enveloped('answer', held))).toEqual([])
      expect(await unlike(enveloped('answer', nothing))).toEqual([])
    }),
  )
})

test('and of faults', async () => {
  const ids = {
    messageId: 'AAAAAAAA-0000-4000-8000-000000000001',
    errorId: 'AAAAAAAA-0000-4000-8000-000000000002',
  }
  expect(await unlike(writeItkFault({ kind: 'system-failure' }, ids))).toEqual([])
  expect(await unlike(writeItkFault({ kind: 'distribution', code: 'DE0004', detail: 'x' }, ids))).toEqual([])
})
