import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { writeMultipart } from '../mime/write-multipart.ts'
import { writeAcknowledgment } from './acknowledgment.ts'
import { soapActionOf } from './codes.ts'
import { headerFault } from './header-faults.ts'
import { type EbxmlError, writeMessageError } from './message-error.ts'
import { readEbxmlHeader } from './read-header.ts'
import { type EbxmlReply, readEbxmlReply } from './read-reply.ts'
import { type EbxmlSignal, signalOf } from './signal.ts'
import { anyId, anyInstant, anyUuid, bytesOf, headerAsRead, REQUEST, replacing } from './testing.ts'
import { writeEbxmlHeader } from './write-header.ts'

const OWN = {
  from: REQUEST.to,
  messageId: 'BBBBBBBB-0000-4000-8000-000000000001',
  timestamp: new Date('2026-02-03T04:05:07Z'),
}
const SIGNAL = signalOf(headerAsRead({ ...REQUEST, messageId: 'aB-1' }), OWN)
const FAULTS = [headerFault('INVALID_ACTION'), headerFault('UNKNOWN_CPA_ID')]
const error = (severity: EbxmlError['severity']): EbxmlError => ({
  errorCode: 'Unknown',
  severity,
  codeContext: 'urn:example',
  description: 'Something.',
})

test('a signal goes back to whoever sent a message, under its contract, and names it in its own letters', async () => {
  expect(SIGNAL).toEqual({
    ...OWN,
    to: REQUEST.from,
    cpaId: REQUEST.cpaId,
    conversationId: REQUEST.conversationId,
    refToMessageId: 'aB-1',
  })
  for (const [action, node] of [
    ['Acknowledgment', writeAcknowledgment(SIGNAL)],
    ['MessageError', writeMessageError(SIGNAL, FAULTS)],
  ] as const) {
    const header = expectValue(await readEbxmlHeader(bytesOf(node)))
    expect(header).toMatchObject({
      ...SIGNAL,
      from: { key: REQUEST.to },
      to: { key: REQUEST.from },
      service: 'urn:oasis:names:tc:ebxml-msg:service',
      action,
      reliability: { duplicateElimination: false },
      references: [],
    })
    expect(soapActionOf(header)).toBe(`urn:urn:oasis:names:tc:ebxml-msg:service/${action}`)
  }
})

const anySignal: fc.Arbitrary<EbxmlSignal> = fc.record({
  from: anyId,
  to: anyId,
  cpaId: anyId,
  conversationId: anyId,
  messageId: anyUuid,
  timestamp: anyInstant,
  refToMessageId: anyId,
})
const anyError: fc.Arbitrary<EbxmlError> = fc
  .record({
    errorCode: anyId,
    severity: fc.constantFrom('Error', 'Warning'),
    location: fc.option(anyId, { nil: undefined }),
    codeContext: anyId,
    description: anyId,
  })
  .map(({ location, ...said }) => (location ? { ...said, location } : said))

test('an acknowledgment and an error are read as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(
      anySignal,
      fc.array(anyError, { minLength: 1, maxLength: 5 }),
      async (signal, errors) => {
        const { refToMessageId } = signal
        expect(await readEbxmlReply(bytesOf(writeAcknowledgment(signal)))).toEqual({
          kind: 'acknowledgment',
          refToMessageId,
        })
        expect(await readEbxmlReply(bytesOf(writeMessageError(signal, errors)))).toEqual({
          kind: 'message-error',
          highestSeverity: errors.some(({ severity }) => severity === 'Error') ? 'Error' : 'Warning',
          refToMessageId,
          errors,
        })
      },
    ),
  )
})

test('an error says what was wrong with a header, in English', () => {
  const text = new TextDecoder().decode(bytesOf(writeMessageError(SIGNAL, FAULTS)))
  expect(text).toContain('eb:highestSeverity="Error"')
  expect(text).toContain(
    '<eb:Error eb:id="error-2" eb:codeContext="urn:oasis:names:tc:ebxml-msg:service:errors"' +
      ' eb:errorCode="501319" eb:severity="Error" eb:location="CPAId">' +
      '<eb:Description xml:lang="en-GB">UNKNOWN_CPA_ID: Unknown eb:CPAId.</eb:Description></eb:Error>',
  )
})

describe('what a receiver replies (rule 13.12)', () => {
  const acknowledgment = (change?: (text: string) => string) => bytesOf(writeAcknowledgment(SIGNAL), change)
  const beside = (severity: EbxmlError['severity']) => {
    const text = new TextDecoder().decode(bytesOf(writeMessageError(SIGNAL, [error(severity)])))
    const [list = ''] = /<eb:ErrorList.*<\/eb:ErrorList>/.exec(text) ?? []
    return acknowledgment(replacing('</soap:Header>', `${list}</soap:Header>`))
  }
  test.each<[string, Uint8Array, Partial<EbxmlReply>]>([
    ['with an acknowledgment', acknowledgment(), { kind: 'acknowledgment', refToMessageId: 'aB-1' }],
    [
      'with an acknowledgment after a line of white space',
      acknowledgment(text => text.replaceAll('><', '>\n<')),
      { kind: 'acknowledgment', refToMessageId: 'aB-1' },
    ],
    ['with a warning beside it', beside('Warning'), { kind: 'acknowledgment', refToMessageId: 'aB-1' }],
    ['with an error beside it', beside('Error'), { kind: 'message-error', refToMessageId: 'aB-1' }],
    [
      'with a warning alone',
      bytesOf(writeMessageError(SIGNAL, [error('Warning')])),
      { kind: 'message-error', highestSeverity: 'Warning' },
    ],
    [
      'with an error that says nothing of itself',
      bytesOf(
        writeMessageError(SIGNAL, [error('Error')]),
        replacing(/<eb:Error .*<\/eb:Error>/, '<eb:Error/>'),
      ),
      { kind: 'message-error', errors: [{ errorCode: '', severity: 'Error', description: '' }] },
    ],
    [
      'with a list of errors that has none',
      bytesOf(writeMessageError(SIGNAL, [error('Warning')]), text =>
        text.replace(/<eb:Error .*<\/eb:Error>/, '').replace(/ eb:highestSeverity="[^"]*"/, ''),
      ),
      { kind: 'message-error', highestSeverity: 'Error', errors: [] },
    ],
    ['with nothing', new Uint8Array(), { kind: 'neither' }],
    ['with a page', new TextEncoder().encode('<html><body>OK</body></html>'), { kind: 'neither' }],
    ['with a message of another kind', bytesOf(writeEbxmlHeader(REQUEST)), { kind: 'neither' }],
    ['with half an acknowledgment', acknowledgment().subarray(0, -9), { kind: 'neither' }],
    [
      'with an acknowledgment of nothing',
      acknowledgment(replacing(/(<eb:Acknowledgment.*)<eb:RefToMessageId>.*?<\/eb:RefToMessageId>/, '$1')),
      { kind: 'neither' },
    ],
    [
      'with an acknowledgment of two',
      acknowledgment(replacing(/<eb:Acknowledgment.*<\/eb:Acknowledgment>/, '$&$&')),
      { kind: 'neither' },
    ],
  ])('%s', async (_name, bytes, reply) => {
    expect(await readEbxmlReply(bytes)).toMatchObject(reply)
  })

  test('may stand in a multipart', async () => {
    const { contentType, bytes } = writeMultipart([
      { contentId: 'a@x', contentType: 'text/xml', bytes: acknowledgment() },
    ])
    const reply = { kind: 'acknowledgment', refToMessageId: 'aB-1' }
    expect(await readEbxmlReply(bytes, contentType)).toEqual(reply)
    expect(await readEbxmlReply(acknowledgment(), 'text/xml')).toEqual(reply)
    expect(await readEbxmlReply(bytes.subarray(0, -9), contentType)).toEqual({ kind: 'neither' })
  })
})
