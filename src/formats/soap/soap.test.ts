import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { descend, type XmlElement } from '../xml/xml-element.ts'
import { element, renderXml, type XmlNode } from '../xml/xml-writer.ts'
import { actionOf, NASP, SOAP } from './codes.ts'
import { ANSWER_LIMITS, LONGEST_ENVELOPE, MOST_ELEMENTS, readEnvelope } from './read-envelope.ts'
import { type SoapFault, writeSoapFault } from './soap-fault.ts'
import { readRequestHead, type SentHead, writeHead } from './spine-head.ts'
import { writeEnvelope } from './write-envelope.ts'

const ACTION = actionOf('QUPC_IN000006GB01')
const HEAD: SentHead = {
  messageId: 'AAAAAAAA-0000-4000-8000-000000000001',
  action: ACTION,
  to: 'https://cp-is.example/sync-service',
  from: 'https://ward.example/answers',
  replyTo: 'https://ward.example/answers',
  receiverAsid: '999000000001',
  senderAsid: '999000000011',
}
const MESSAGE = element('question', { xmlns: 'urn:example' })
const read = (envelope: XmlNode | string) =>
  readEnvelope(new TextEncoder().encode(typeof envelope === 'string' ? envelope : renderXml(envelope)))

describe('an envelope', () => {
  test('comes back with its header and its message', async () => {
    const { header, message } = expectValue(await read(writeEnvelope(writeHead(HEAD), MESSAGE)))
    expect(message).toMatchObject({ name: 'question', namespace: 'urn:example' })
    expect(expectValue(readRequestHead(header, ACTION))).toEqual({
      messageId: HEAD.messageId,
      replyTo: HEAD.replyTo,
      receiverAsid: HEAD.receiverAsid,
      senderAsid: HEAD.senderAsid,
    })
  })

  test('may be in UTF-16, and call its namespaces what it likes', async () => {
    const text = renderXml(writeEnvelope(writeHead(HEAD), MESSAGE))
      .replaceAll('wsa:', 'a:')
      .replace('xmlns:wsa', 'xmlns:a')
    const envelope = await readEnvelope(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')))
    expect(readRequestHead(expectValue(envelope).header, ACTION).ok).toBe(true)
  })

  test('has at most 5,000 elements where it asks, however short they are (rule 11.1)', async () => {
    const holding = (elements: number) =>
      `<soap:Envelope xmlns:soap="${SOAP}"><soap:Body><a>${'<b/>'.repeat(elements - 3)}</a></soap:Body></soap:Envelope>`
    expect((await read(holding(MOST_ELEMENTS))).ok).toBe(true)
    expect(await read(holding(MOST_ELEMENTS + 1))).toMatchObject({
      fault: { kind: 'not-readable', detail: expect.stringContaining('5000 elements') },
    })
    // An answer grows with what is held, and a client that read less would not know of it.
    const answer = new TextEncoder().encode(holding(MOST_ELEMENTS + 1))
    expect((await readEnvelope(answer, [], ANSWER_LIMITS)).ok).toBe(true)
  })

  const body = '<soap:Body><question/></soap:Body>'
  const soap = (content: string, namespace = SOAP) =>
    `<soap:Envelope xmlns:soap="${namespace}">${content}</soap:Envelope>`
  test.each<[string, string, SoapFault['kind']]>([
    ['nothing', '', 'not-readable'],
    ['cut short', soap(body).slice(0, -3), 'not-readable'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${soap(body)}`, 'not-readable'],
    ['another document', '<question/>', 'not-readable'],
    ['SOAP 1.2', soap(body, 'http://www.w3.org/2003/05/soap-envelope'), 'wrong-version'],
    ['no body', soap('<soap:Header/>'), 'not-readable'],
    ['an empty body', soap('<soap:Body/>'), 'not-readable'],
    ['two bodies', soap(body + body), 'not-readable'],
    ['two messages', soap('<soap:Body><a/><b/></soap:Body>'), 'not-readable'],
    ['two headers', soap(`<soap:Header/><soap:Header/>${body}`), 'not-readable'],
    ['more than is read', soap(`${body}${'<!-- filler -->'.repeat(LONGEST_ENVELOPE / 15)}`), 'not-readable'],
    [
      'too many levels',
      soap(`<soap:Body>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</soap:Body>`),
      'not-readable',
    ],
    [
      'a header that must be understood',
      soap(`<soap:Header><s:Security xmlns:s="urn:example" soap:mustUnderstand="1"/></soap:Header>${body}`),
      'not-understood',
    ],
  ])('of %s is refused', async (_name, text, kind) => {
    expect(await read(text)).toMatchObject({ ok: false, fault: { kind } })
  })

  test('is refused in words that quote nothing of it', async () => {
    const refused = await read('<soap:Envelope secret=12345>')
    expect(JSON.stringify(refused)).not.toMatch(/secret|12345/)
  })
})

describe('a header', () => {
  const faultsOf = async (change: (head: string) => string) => {
    const text = renderXml(writeEnvelope(writeHead(HEAD), MESSAGE))
    const changed = change(text)
    expect(changed).not.toBe(text)
    const head = readRequestHead(expectValue(await read(changed)).header, ACTION)
    return head.ok ? [] : head.fault
  }
  const without = (part: string) => (text: string) => text.replace(new RegExp(`<${part}[ >].*</${part}>`), '')
  const twice = (part: string) => (text: string) =>
    text.replace(new RegExp(`<${part}[ >].*</${part}>`), '$&$&')

  test.each([
    ['SOAP_MESSAGE_ID_ERROR', without('wsa:MessageID')],
    ['SOAP_MESSAGE_ID_ERROR', twice('wsa:MessageID')],
    ['SOAP_MESSAGE_ID_ERROR', (text: string) => text.replace('uuid:', '')],
    ['SOAP_MESSAGE_ID_ERROR', (text: string) => text.replace('uuid:AAAA', 'uuid:AAA')],
    ['SOAP_ACTION_ERROR', without('wsa:Action')],
    ['SOAP_ACTION_ERROR', twice('wsa:Action')],
    ['SOAP_ACTION_ERROR', (text: string) => text.replace('QUPC', 'REPC')],
    ['SOAP_TO_ERROR', without('wsa:To')],
    ['SOAP_TO_ERROR', (text: string) => text.replace(HEAD.to, ' ')],
    ['SOAP_COMM_FUNC_RCV_ERROR', without('communicationFunctionRcv')],
    ['SOAP_COMM_FUNC_RCV_ERROR', twice('communicationFunctionRcv')],
    ['SOAP_COMM_FUNC_SND_ERROR', without('communicationFunctionSnd')],
    ['SOAP_COMM_FUNC_SND_ERROR', twice('communicationFunctionSnd')],
    ['SOAP_COMM_FUNC_SND_ERROR', (text: string) => text.replace(HEAD.senderAsid, '11')],
  ])('with a fault is told of %s', async (fault, change) => {
    expect(await faultsOf(change)).toEqual([fault])
  })

  test('is told of every fault at once, and of all where there is none', async () => {
    expect(await faultsOf(text => without('wsa:To')(without('wsa:Action')(text)))).toEqual([
      'SOAP_ACTION_ERROR',
      'SOAP_TO_ERROR',
    ])
    const none = readRequestHead(undefined, ACTION)
    expect(none.ok ? [] : none.fault).toHaveLength(5)
  })
})

describe('a fault', () => {
  test.each<[SoapFault, string, string, string]>([
    [{ kind: 'unsupported-service' }, 'soap:Client', '101', 'HTTP Header - SOAPAction'],
    [{ kind: 'not-readable', detail: 'x' }, 'soap:Client', '201', 'SOAP Envelope'],
    [{ kind: 'unsupported-coding', detail: 'x' }, 'soap:Client', '201', 'HTTP Header - Content-Encoding'],
    [{ kind: 'wrong-version' }, 'soap:VersionMismatch', '201', 'SOAP Envelope'],
    [{ kind: 'not-understood' }, 'soap:MustUnderstand', '201', 'SOAP Header'],
    [{ kind: 'header', faults: ['SOAP_TO_ERROR'] }, 'soap:Client', '201', 'SOAP Header - To'],
    [{ kind: 'system-failure' }, 'soap:Server', '200', 'CP-IS'],
  ])('%j', async (fault, faultcode, code, location) => {
    const { message } = expectValue(await read(writeSoapFault(fault)))
    expect(message).toMatchObject({ name: 'Fault', namespace: SOAP })
    const plain = (name: string) =>
      message.children.find(child => child.name === name && child.namespace === '')
    expect(plain('faultcode')?.text).toBe(faultcode)
    const list: XmlElement | undefined = plain('detail')?.children[0]
    expect(list).toMatchObject({ name: 'errorList', namespace: NASP })
    const error = descend(list, 'error')
    expect(descend(error, 'codeContext')?.text).toBe('urn:nhs:names:errors:tms')
    expect(descend(error, 'errorCode')?.text).toBe(code)
    expect(descend(error, 'severity')?.text).toBe('Error')
    expect(descend(error, 'location')?.text).toBe(location)
    expect(descend(error, 'description')?.text).not.toBe('')
  })
})
