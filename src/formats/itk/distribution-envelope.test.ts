import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectValue } from '../../../test/support/expect-value.ts'
import { anyText, anyUuid, rootOf } from '../hl7v3/testing.ts'
import { element, renderXml, type XmlNode } from '../xml/xml-writer.ts'
import { ENVELOPE_ERRORS, INTERACTION_KEY, ITK_INTERACTIONS, SERVICE } from './codes.ts'
import { type DistributionEnvelope, handlingOf } from './distribution-envelope.ts'
import { readDistributionEnvelope } from './read-distribution-envelope.ts'
import { writeDistributionEnvelope } from './write-distribution-envelope.ts'

const ENVELOPE: DistributionEnvelope<XmlNode> = {
  trackingId: 'AAAAAAAA-0000-4000-8000-000000000001',
  service: SERVICE,
  addresses: [{ uri: 'urn:nhs-uk:addressing:ods:X9Z02', type: '2.16.840.1.113883.2.1.3.2.4.18.22' }],
  auditIdentities: [{ uri: 'urn:nhs-uk:identity:ods:X9Z01:ada' }],
  senderAddress: { uri: 'urn:nhs-uk:addressing:ods:X9Z01' },
  handling: [{ key: INTERACTION_KEY, value: ITK_INTERACTIONS.query }],
  payloads: [
    { id: 'uuid_1', mimeType: 'text/xml', profileId: 'urn:example:profile', content: element('question') },
    { id: 'uuid_2', mimeType: 'text/xml', content: element('another') },
  ],
}
const GOOD = renderXml(writeDistributionEnvelope(ENVELOPE))
const read = async (document: string) => readDistributionEnvelope(await rootOf(document))

describe('a distribution envelope', () => {
  test('comes back as it was written', async () => {
    const { payloads, ...rest } = expectValue(await read(GOOD))
    const { payloads: sent, ...written } = ENVELOPE
    expect(rest).toEqual(written)
    expect(payloads.map(({ content, ...payload }) => [content.name, payload])).toEqual(
      sent.map(({ content, ...payload }) => [content.name, payload]),
    )
  })

  test('needs neither addresses nor a handling specification', async () => {
    const small = { ...ENVELOPE, addresses: [], auditIdentities: [], handling: [] }
    const envelope = expectValue(await read(renderXml(writeDistributionEnvelope(small))))
    expect(envelope).toMatchObject({ addresses: [], auditIdentities: [], handling: [] })
    expect(handlingOf(envelope, INTERACTION_KEY)).toBeUndefined()
  })

  test('that handles one thing in two ways handles it in neither', () => {
    const [spec] = ENVELOPE.handling
    if (!spec) throw new Error('There is one')
    expect(handlingOf(ENVELOPE, INTERACTION_KEY)).toBe(ITK_INTERACTIONS.query)
    expect(handlingOf({ handling: [spec, spec] }, INTERACTION_KEY)).toBeUndefined()
  })
})

test('any envelope is read as it was written, and writing it again gives the same text', async () => {
  const anyUri = fc.record(
    { uri: fc.webUrl(), type: fc.stringMatching(/^[1-9](\.[0-9]{1,5}){3}$/) },
    { requiredKeys: ['uri'] },
  )
  const anyEnvelope: fc.Arbitrary<DistributionEnvelope<string>> = fc.record(
    {
      trackingId: anyUuid,
      service: anyText,
      addresses: fc.array(anyUri, { maxLength: 3 }),
      auditIdentities: fc.array(anyUri, { maxLength: 4 }),
      senderAddress: anyUri,
      handling: fc.array(fc.record({ key: anyText, value: anyText }), { maxLength: 3 }),
      payloads: fc.uniqueArray(
        fc.record(
          { id: anyUuid.map(id => `uuid_${id}`), mimeType: anyText, profileId: anyText, content: anyText },
          { requiredKeys: ['id', 'mimeType', 'content'] },
        ),
        { minLength: 1, maxLength: 3, selector: ({ id }) => id },
      ),
    },
    { requiredKeys: ['trackingId', 'service', 'addresses', 'auditIdentities', 'handling', 'payloads'] },
  )
  const write = (envelope: DistributionEnvelope<string>) =>
    renderXml(
      writeDistributionEnvelope({
        ...envelope,
        payloads: envelope.payloads.map(payload => ({
          ...payload,
          content: element('content', {}, payload.content),
        })),
      }),
    )
  await fc.assert(
    fc.asyncProperty(anyEnvelope, async envelope => {
      const document = write(envelope)
      const whole = expectValue(await read(document))
      const again = {
        ...whole,
        payloads: whole.payloads.map(payload => ({ ...payload, content: payload.content.text })),
      }
      expect(again).toEqual(envelope)
      expect(write(again)).toBe(document)
    }),
  )
})

describe('what is wrong with an envelope is told by its part', () => {
  const without = (part: string) => (text: string) =>
    text.replace(new RegExp(`<itk:${part}[ >].*</itk:${part}>|<itk:${part}[^>]*/>`), '')
  const twice = (part: string) => (text: string) =>
    text.replace(new RegExp(`<itk:${part}[ >].*</itk:${part}>|<itk:${part}[^>]*/>`), '$&$&')
  const change = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to)

  const cases: [keyof typeof ENVELOPE_ERRORS, string, (text: string) => string][] = [
    ['DE0001', 'another element', text => text.replaceAll('DistributionEnvelope', 'Envelope')],
    ['DE0001', 'another namespace', change('urn:nhs-itk:ns:201005"', 'urn:nhs-itk:ns:201001"')],
    ['DE0001', 'no header', without('header')],
    ['DE0001', 'no payloads', without('payloads')],
    ['DE0001', 'two headers', twice('header')],
    [
      'DE0001',
      'something else',
      change('</itk:DistributionEnvelope>', '<itk:x/></itk:DistributionEnvelope>'),
    ],
    ['DE0002', 'no tracking id', change(/ trackingid="[^"]*"/, '')],
    ['DE0002', 'a tracking id in small letters', change('trackingid="AAAA', 'trackingid="aaaa')],
    ['DE0002', 'no service', change(/ service="[^"]*"/, '')],
    ['DE0002', 'something unknown', change('<itk:addresslist>', '<itk:x/><itk:addresslist>')],
    [
      'DE0002',
      'another order',
      change(/(<itk:addresslist>.*<\/itk:addresslist>)(.*)(<itk:manifest )/, '$2$1$3'),
    ],
    ['DE0002', 'a part twice', twice('senderAddress')],
    ['DE0003', 'no address', change(/<itk:address [^>]*\/>/, '')],
    ['DE0003', 'an address without a uri', change(/(<itk:address) uri="[^"]*"/, '$1')],
    ['DE0004', 'no id', change(/<itk:id [^>]*\/>/, '')],
    ['DE0004', 'five ids', change(/<itk:id [^>]*\/>/, '$&$&$&$&$&')],
    ['DE0005', 'an id without a uri', change(/(<itk:id) uri="[^"]*"/, '$1')],
    ['DE0005', 'a uri too long to be kept', change(':ada"', `:${'a'.repeat(250)}"`)],
    ['DE0005', 'a uri with spaces', change(':ada"', ':ada example"')],
    ['DE0006', 'no manifest', without('manifest')],
    ['DE0006', 'no item', change(/<itk:manifestitem [^>]*\/>/g, '')],
    ['DE0006', 'a wrong count', change('<itk:manifest count="2"', '<itk:manifest count="3"')],
    ['DE0006', 'no count', change('<itk:manifest count="2"', '<itk:manifest')],
    ['DE0007', 'an item without an id', change('<itk:manifestitem id="uuid_1"', '<itk:manifestitem')],
    ['DE0007', 'an item without a kind', change(' mimetype="text/xml"', '')],
    ['DE0007', 'an item that is encrypted', change(' mimetype=', ' encrypted="true" mimetype=')],
    ['DE0007', 'an item that is compressed', change(' mimetype=', ' compressed="1" mimetype=')],
    ['DE0008', 'a sender without a uri', change(/(<itk:senderAddress) uri="[^"]*"/, '$1')],
    ['DE0009', 'no spec', change(/<itk:spec [^>]*\/>/, '')],
    ['DE0010', 'a spec without a key', change(/(<itk:spec) key="[^"]*"/, '$1')],
    ['DE0010', 'a spec without a value', change(/(<itk:spec key="[^"]*") value="[^"]*"/, '$1')],
    ['DE0011', 'nothing carried', change(/(<itk:payloads [^>]*>).*(<\/itk:payloads>)/, '$1$2')],
    ['DE0011', 'a wrong count', change('<itk:payloads count="2"', '<itk:payloads count="1"')],
    [
      'DE0011',
      'a payload the manifest is silent of',
      change(/(count=)"2"(><itk:manifestitem [^>]*\/>)<itk:manifestitem [^>]*\/>/, '$1"1"$2'),
    ],
    ['DE0012', 'a payload of another id', change('<itk:payload id="uuid_2"', '<itk:payload id="uuid_3"')],
    ['DE0012', 'a payload of the same id', change('<itk:payload id="uuid_2"', '<itk:payload id="uuid_1"')],
    ['DE0012', 'an empty payload', change('<another/>', '')],
    ['DE0012', 'two things in a payload', change('<another/>', '<another/><another/>')],
  ]
  test.each(cases)('%s: %s', async (code, _name, damage) => {
    expect(damage(GOOD)).not.toBe(GOOD)
    expect(await read(damage(GOOD))).toMatchObject({ ok: false, fault: { code } })
  })

  test('and every code has a case here', () => {
    expect([...new Set(cases.map(([code]) => code))].sort()).toEqual(Object.keys(ENVELOPE_ERRORS).sort())
  })
})
