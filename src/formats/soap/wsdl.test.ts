import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HL7 } from '../hl7v3/codes.ts'
import { NO_RECORD } from '../hl7v3/detected-issues.ts'
import { anyAsid, anyAuthor, anyInstant, anyResponseContent, anyUuid, rootOf } from '../hl7v3/testing.ts'
import { writeApplicationAcknowledgement } from '../hl7v3/write-application-acknowledgement.ts'
import { writeQuery } from '../hl7v3/write-query.ts'
import { writeQueryFailure } from '../hl7v3/write-query-failure.ts'
import { writeQueryResponse } from '../hl7v3/write-query-response.ts'
import { childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { element, renderXml, type XmlNode } from '../xml/xml-writer.ts'
import { actionOf } from './codes.ts'
import { writeSoapFault } from './soap-fault.ts'
import { writeHead } from './spine-head.ts'
import { writeSpineWsdl } from './spine-wsdl.ts'
import { unlikeDescribed } from './testing.ts'
import { writeEnvelope } from './write-envelope.ts'

const WSDL = writeSpineWsdl('https://cp-is.example/sync-service')

/** What in an envelope is not as described: in its header, its body, and the detail of a fault. */
async function unlike(envelope: XmlNode): Promise<string[]> {
  const root = await rootOf(renderXml(envelope))
  const fault = descend(root, 'Body', 'Fault')
  const parts: readonly XmlElement[] = [
    ...(descend(root, 'Header')?.children ?? []),
    ...((fault ? fault.children.find(({ name }) => name === 'detail') : descend(root, 'Body'))?.children ??
      []),
  ]
  expect(parts.length).toBeGreaterThan(0)
  return parts.flatMap(part => unlikeDescribed(WSDL, part))
}

const anyWrapper = fc.record({
  id: anyUuid,
  createdAt: anyInstant,
  requestId: anyUuid,
  receiverAsid: anyAsid,
  senderAsid: anyAsid,
})
type Wrapper = typeof anyWrapper extends fc.Arbitrary<infer T> ? T : never

function headOf({ id, requestId, receiverAsid, senderAsid }: Wrapper, kind: 'request' | 'answer') {
  const address = 'https://cp-is.example/?a=1&b'
  return writeHead({
    messageId: id,
    action: actionOf('QUPC_IN000006GB01'),
    to: address,
    from: address,
    receiverAsid,
    senderAsid,
    ...(kind === 'request' ? { replyTo: address } : { relatesTo: requestId }),
  })
}

describe('toolkits are told of everything that the codec writes:', () => {
  test('of any query', async () => {
    const anyQuery = fc.record({
      id: anyUuid,
      effectiveTime: anyInstant,
      access: fc.constantFrom('scheduled' as const, 'unscheduled' as const),
      author: anyAuthor,
      nhsNumber: fc.constant('9990000018'),
    })
    await fc.assert(
      fc.asyncProperty(anyWrapper, anyQuery, async (wrapper, query) => {
        const written = writeQuery({ ...wrapper, query })
        expect(await unlike(writeEnvelope(headOf(wrapper, 'request'), written))).toEqual([])
      }),
    )
  })

  test('of any answer', async () => {
    const anyAnswer = fc.tuple(anyWrapper, anyResponseContent).chain(([wrapper, answer]) =>
      fc.record({
        wrapper: fc.constant(wrapper),
        message: fc.constantFrom(
          writeQueryResponse({ ...wrapper, responseId: wrapper.requestId, answer }),
          writeQueryFailure({ ...wrapper, issues: NO_RECORD }),
          writeApplicationAcknowledgement({ ...wrapper, outcome: 'AE', issues: NO_RECORD }),
        ),
      }),
    )
    await fc.assert(
      fc.asyncProperty(anyAnswer, async ({ wrapper, message }) => {
        const body = element('CP-ISNHSQueryResponse', { xmlns: HL7 }, message)
        expect(await unlike(writeEnvelope(headOf(wrapper, 'answer'), body))).toEqual([])
      }),
    )
  })

  test('of faults, in whose list there may be several', async () => {
    const faults = ['SOAP_TO_ERROR', 'SOAP_ACTION_ERROR'] as const
    expect(await unlike(writeSoapFault({ kind: 'header', faults }))).toEqual([])
    expect(await unlike(writeSoapFault({ kind: 'system-failure' }))).toEqual([])
  })
})

test('what is not described is found: a misplaced, a missing and an unknown part', async () => {
  const errors = (...parts: string[]) =>
    element(
      'errorList',
      { xmlns: 'http://national.carerecords.nhs.uk/schema/' },
      element('error', {}, ...parts.map(part => element(part))),
    )
  const found = async (...parts: string[]) => unlikeDescribed(WSDL, await rootOf(renderXml(errors(...parts))))
  expect(await found('codeContext', 'errorCode', 'severity', 'location')).toEqual([])
  expect(await found('errorCode', 'codeContext', 'severity', 'location')).not.toEqual([])
  expect(await found('codeContext', 'errorCode', 'severity')).toEqual(['errorList/error: too few location'])
  expect(await found('codeContext', 'errorCode', 'severity', 'location', 'person')).toEqual([
    'errorList/error: person out of place',
  ])
})

test('the service is where the API says it is', async () => {
  const root = await rootOf(renderXml(writeSpineWsdl('https://cp-is.example/?a=1&b="2"')))
  const port = descend(root, 'service', 'port')
  expect(port?.children.map(({ attributes }) => attributes.get('location'))).toEqual([
    'https://cp-is.example/?a=1&b="2"',
  ])
  const [operation] = childrenOf(descend(root, 'binding'), 'operation')
  expect(operation?.children[0]?.attributes.get('soapAction')).toBe(actionOf('QUPC_IN000006GB01'))
})
