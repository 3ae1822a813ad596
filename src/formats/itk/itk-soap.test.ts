import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { SOAP } from '../soap/codes.ts'
import { readEnvelope } from '../soap/read-envelope.ts'
import { writeEnvelope } from '../soap/write-envelope.ts'
import { descend } from '../xml/xml-element.ts'
import { element, renderXml, type XmlNode } from '../xml/xml-writer.ts'
import { ITK, ITK_OID, ITK_WSA, SERVICE, WSSE, WSU } from './codes.ts'
import { type ItkFault, writeItkFault } from './itk-fault.ts'
import { type ItkHeadFault, readItkHead, writeItkHead } from './itk-head.ts'

const ID = 'AAAAAAAA-0000-4000-8000-000000000001'
const NOW = new Date('2026-03-10T09:30:00Z')
const HEAD = { messageId: ID, action: SERVICE, to: 'https://cp-is.example', from: 'https://ward.example' }
const read = async (envelope: XmlNode | string) => {
  const text = typeof envelope === 'string' ? envelope : renderXml(envelope)
  return expectValue(await readEnvelope(new TextEncoder().encode(text), [ITK_WSA, WSSE]))
}

describe('a header', () => {
  const good = renderXml(
    writeEnvelope(writeItkHead({ ...HEAD, replyTo: 'https://ward.example/answers' }), element('x'), ITK_WSA),
  )
  const headOf = async (text: string) => readItkHead((await read(text)).header, NOW)
  const without = (part: string) => good.replace(new RegExp(`<wsa:${part}>.*</wsa:${part}>`), '')
  const twice = (part: string) => good.replace(new RegExp(`<wsa:${part}>.*</wsa:${part}>`), '$&$&')
  const secured = (timestamp: string) =>
    good.replace(
      '</soap:Header>',
      `<s:Security xmlns:s="${WSSE}" xmlns:u="${WSU}" soap:mustUnderstand="1">${timestamp}</s:Security></soap:Header>`,
    )
  const until = (time: string) => secured(`<u:Timestamp><u:Expires>${time}</u:Expires></u:Timestamp>`)

  test('comes back, with the place of answers it names best', async () => {
    const replyTo = 'https://ward.example/answers'
    expect(expectValue(await headOf(good))).toEqual({ messageId: ID, replyTo })
    expect(expectValue(await headOf(without('ReplyTo')))).toEqual({ messageId: ID, replyTo: HEAD.from })
  })

  test.each([
    ['empty', good.replaceAll(/<wsa:Address>.*?<\/wsa:Address>/g, '<wsa:Address/>')],
    ['missing', good.replaceAll(/<wsa:(From|ReplyTo)>.*?<\/wsa:\1>/g, '')],
    ['without an address', good.replaceAll(/<wsa:Address>.*?<\/wsa:Address>/g, '')],
  ])('names no place of answers where From and ReplyTo are %s (rule 11.5)', async (_name, text) => {
    expect(expectValue(await headOf(text))).toEqual({ messageId: ID })
  })

  test.each([ID.toLowerCase(), `uuid:${ID}`, `urn:uuid:${ID}`])('may write its id %s', async id => {
    const head = expectValue(await headOf(good.replace(ID, id)))
    expect(head.messageId).toBe(id)
  })

  test.each([
    secured('<s:UsernameToken><s:Username>ada</s:Username></s:UsernameToken>'),
    until('2026-03-10T09:30:01Z'),
    until('2026-03-10T09:30:01'),
    until('2026-03-10T10:30:00.5+01:00'),
  ])('may be secured and in time', async text => {
    expect((await headOf(text)).ok).toBe(true)
  })

  test.each<[ItkHeadFault, string]>([
    ['MessageID', without('MessageID')],
    ['MessageID', twice('MessageID')],
    ['MessageID', good.replace(ID, 'one')],
    ['Action', without('Action')],
    ['Action', good.replace(SERVICE, `${SERVICE}Response`)],
    ['To', without('To')],
    ['From', twice('From')],
    ['ReplyTo', twice('ReplyTo')],
    ['Timestamp', until('2026-03-10T09:30:00Z')],
    ['Timestamp', until('2026-03-10T10:00:00+01:00')],
    ['Timestamp', until('tomorrow')],
    ['Timestamp', until('2026-13-10T09:30:00Z')],
    ['Timestamp', secured('<u:Timestamp/>')],
  ])('is told of its fault in %s', async (fault, text) => {
    expect(text).not.toBe(good)
    expect(await headOf(text)).toEqual({ ok: false, fault: [fault] })
  })

  test('is told of every fault at once', () => {
    expect(readItkHead(undefined, NOW)).toEqual({ ok: false, fault: ['MessageID', 'Action', 'To'] })
  })
})

describe('a fault', () => {
  test.each<[ItkFault, string, string, string, string]>([
    [{ kind: 'unsupported-service' }, 'Client', '1000', ITK_OID.toolkitError, '/soap/fault'],
    [{ kind: 'not-readable', detail: 'x' }, 'Client', '1000', ITK_OID.toolkitError, '/soap/fault'],
    [{ kind: 'wrong-version' }, 'VersionMismatch', '1000', ITK_OID.toolkitError, '/soap/fault'],
    [{ kind: 'not-understood' }, 'MustUnderstand', '1000', ITK_OID.toolkitError, '/soap/fault'],
    [{ kind: 'header', faults: ['To'] }, 'Client', '1000', ITK_OID.toolkitError, '/fault'],
    [
      { kind: 'distribution', code: 'DE0006', detail: 'x' },
      'Client',
      'DE0006',
      ITK_OID.envelopeError,
      '/soap/fault',
    ],
    [{ kind: 'system-failure' }, 'Server', '2100', ITK_OID.toolkitError, '/soap/fault'],
  ])('%j', async (fault, faultcode, code, codeSystem, action) => {
    const ids = { messageId: ID, errorId: ID.replace('1', '2'), relatesTo: 'urn:uuid:x' }
    const { header, message } = await read(writeItkFault(fault, ids))
    expect(message).toMatchObject({ name: 'Fault', namespace: SOAP })
    const inHeader = (name: string) => header?.children.find(child => child.name === name)?.text
    expect([inHeader('Action'), inHeader('RelatesTo')]).toEqual([ITK_WSA + action, 'urn:uuid:x'])
    const plain = (name: string) =>
      message.children.find(child => child.name === name && child.namespace === '')
    expect(plain('faultcode')?.text).toBe(`soap:${faultcode}`)
    const error = plain('detail')?.children[0]
    expect(error).toMatchObject({ name: 'ToolkitErrorInfo', namespace: ITK })
    expect(error?.children.map(({ name }) => name)).toEqual([
      'ErrorID',
      'ErrorCode',
      'ErrorText',
      'ErrorDiagnosticText',
    ])
    expect(descend(error, 'ErrorID')?.text).toBe(ids.errorId)
    expect(descend(error, 'ErrorCode')?.text).toBe(code)
    expect(descend(error, 'ErrorCode')?.attributes.get('codeSystem')).toBe(codeSystem)
  })
})
