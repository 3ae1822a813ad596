import { describe, expect, test } from 'vitest'
import { type Backstage, openApi } from '../../api/soap/itk/testing.ts'
import { StorageUnavailable } from '../../flows/storage-unavailable.ts'
import { ACCESS, ANSWER, NOTHING_HELD } from '../../formats/fhir/testing.ts'
import { type MiniServiceClientSettings, miniServiceClient } from './mini-service-client.ts'
import { ADA, CHILD, facingInterface, now, replacing, replied, scripted } from './testing.ts'

const SETTINGS: MiniServiceClientSettings = {
  url: 'https://cp-is.example/smsp/cpis',
  odsCode: 'X9Z01',
  localUserId: 'ada',
  author: ADA,
}

/** The client before the real interface, whose replies may be changed on their way. */
function connect(
  stage: Partial<Backstage> = { answer: ANSWER },
  change?: (text: string) => string,
  settings: Partial<MiniServiceClientSettings> = {},
) {
  const api = openApi({ now, ...stage })
  const { poster, sent } = facingInterface(api.server, change)
  return { ...api, sent, client: miniServiceClient({ ...SETTINGS, ...settings, poster }) }
}

describe('asking a mini service (rule 12.10)', () => {
  test('what is held, and who has looked', async () => {
    const { client, stage } = connect()
    expect(await client.query(CHILD)).toMatchObject({
      kind: 'held',
      plans: [{ type: 'CPP', state: 'ended', authority: { name: 'Made-up Borough Council' } }],
      accesses: [{ id: ACCESS.id, viewer: 'Nurse Ada EXAMPLE' }],
    })
    expect(stage.queried).toMatchObject([{ access: 'unscheduled', requester: { author: ADA } }])
    expect(JSON.stringify(stage.entries)).toContain('urn:nhs-uk:identity:ods:X9Z01:ada')
  })

  test('an answer is read whatever it says of its type, and whomever it is addressed to (rules 11.5 and 11.6)', async () => {
    for (const contentType of ['text/xml', 'text/xml; charset=utf-8', undefined]) {
      const { poster } = facingInterface(openApi({ now, answer: ANSWER }).server, text =>
        text.replace(/<wsa:To>.*?<\/wsa:To>/, '<wsa:To/>').replaceAll(/<wsa:Address>.*?<\/wsa:Address>/g, ''),
      )
      const typed = {
        ...poster,
        post: async (...posted: Parameters<typeof poster.post>) => ({
          ...(await poster.post(...posted)),
          contentType,
        }),
      }
      expect((await miniServiceClient({ ...SETTINGS, poster: typed }).query(CHILD)).kind).toBe('held')
    }
  })

  test('nothing held', async () => {
    expect(await connect({ answer: NOTHING_HELD }).client.query(CHILD)).toEqual({ kind: 'nothing-held' })
  })

  test.each(['No match', 'no match', ''])('nothing held in the words "%s" (rule 20.10)', async words => {
    const change = replacing('displayName="No Match (NRF)"', `displayName="${words}"`)
    expect(await connect({ answer: NOTHING_HELD }, change).client.query(CHILD)).toEqual({
      kind: 'nothing-held',
    })
  })

  test('that a number could not be checked, in the words of today and of before (rule 20.10)', async () => {
    const unchecked = { answer: { ...NOTHING_HELD, checked: false } }
    expect(await connect(unchecked).client.query(CHILD)).toEqual({ kind: 'unchecked' })
    const before = connect(unchecked, replacing('No Match (NRF). It could', 'No match. It could'))
    expect(await before.client.query(CHILD)).toEqual({ kind: 'unchecked' })
  })

  test('a message under the id of another is refused (rule 11.9)', async () => {
    const { client } = connect({ answer: ANSWER, messageRefused: { kind: 'id-of-another' } })
    expect(await client.query(CHILD)).toMatchObject({ kind: 'refused', codes: ['SMSP-0001'] })
  })

  test('what a mini service holds itself says that it may be out of date (rule 20.7)', async () => {
    const { client } = connect({ answer: ANSWER }, replacing('SMSP-0000', 'SMSP-0003'))
    expect(await client.query(CHILD)).toMatchObject({ kind: 'held', fromLocalStore: true })
  })

  test('in silence is refused before anything is sent', async () => {
    const { client, sent } = connect()
    const outcome = await client.query(CHILD, { unscheduled: false })
    expect(outcome).toEqual({ kind: 'refused', message: expect.stringContaining('unscheduled') })
    expect(sent).toEqual([])
  })

  test('an organisation that may not ask, a number that is none, and an identity that is none', async () => {
    const stranger = connect({}, undefined, { odsCode: 'X9Z02' }).client
    expect(await stranger.query(CHILD)).toMatchObject({ kind: 'refused', codes: ['SMSP-0005'] })
    expect(await connect().client.query('9990000019')).toMatchObject({
      kind: 'refused',
      codes: ['SMSP-0001'],
    })
    // Rule 1.4.
    expect(await connect().client.query('0101011237')).toMatchObject({
      kind: 'refused',
      codes: ['SMSP-0001'],
      message: 'The number is a Scottish CHI number, which this service does not cover',
    })
    const nobody = connect({}, undefined, { odsCode: '-' }).client
    expect(await nobody.query(CHILD)).toMatchObject({ kind: 'refused', status: 500, codes: ['DE0004'] })
  })
})

describe('rule 4.3: whatever is not an answer to the question is "could not look"', () => {
  test.each(['storeError', 'registerError', 'auditError'] as const)('%s behind the API', async what => {
    const refused = new StorageUnavailable(new Error('connect ECONNREFUSED'))
    const { client } = connect({ [what]: refused, answer: ANSWER })
    const outcome = await client.query(what === 'auditError' ? '9990000019' : CHILD)
    expect(outcome).toMatchObject({ kind: 'could-not-look', codes: ['SMSP-0004'] })
  })

  test.each(['SMSP-0002', 'SMSP-0004', 'SMSP-9999', 'CPIS-9999'])('code %s', async code => {
    const { client } = connect({ answer: NOTHING_HELD }, replacing('CPIS-0001', code))
    expect(await client.query(CHILD)).toMatchObject({ kind: 'could-not-look', codes: [code] })
  })

  const held = { answer: ANSWER }
  const nothing = { answer: NOTHING_HELD }
  test.each<[string, Partial<Backstage>, (text: string) => string]>([
    ['relates to nothing', nothing, replacing(/<wsa:RelatesTo>.*<\/wsa:RelatesTo>/, '')],
    ['relates to another question', nothing, replacing(/(RelatesTo>)......../, '$1AAAAAAAA')],
    ['has a code that nobody published', nothing, replacing('CPIS-0001', 'CPIS-0002')],
    ['has a code of another list', nothing, replacing('2.16.840.1.113883.2.1.3.2.4.17.499', '1.2')],
    ['says that nothing matches, beside a plan', held, replacing('SMSP-0000', 'CPIS-0001')],
    ['says that something is held, and has nothing', nothing, replacing('CPIS-0001', 'SMSP-0000')],
    ['has no payload', nothing, replacing(/<itk:payload id.*<\/itk:payload>/s, '')],
    ['has no envelope', nothing, replacing(/<itk:DistributionEnvelope.*<\/itk:DistributionEnvelope>/s, '')],
    ['has a plan that cannot be read', held, replacing(/(<cPPStartDate><value value=")\d+/, '$1soon')],
    ['is cut short', held, text => text.slice(0, -20)],
    ['is a sign-in page', held, () => '<html>sign in</html>'],
  ])('what comes back %s', async (_name, stage, change) => {
    expect((await connect(stage, change).client.query(CHILD)).kind).toBe('could-not-look')
  })

  test('a fault of the toolkit that may be tried again, whosever it says it is', async () => {
    const { client } = connect({}, text => text.replace('1000', '2100'), {
      url: 'https://x.example/smsp/other',
    })
    expect((await client.query(CHILD)).kind).toBe('refused')
    const failing = openApi({ now })
    failing.server.addHook('preHandler', async () => {
      throw new Error('broken')
    })
    const { poster } = facingInterface(failing.server, replacing('soap:Server', 'soap:Client'))
    expect(await miniServiceClient({ ...SETTINGS, poster }).query(CHILD)).toMatchObject({
      kind: 'could-not-look',
      codes: ['2100'],
    })
  })

  test('a gateway’s failure', async () => {
    const { poster } = scripted(() => replied(502, '<html>'))
    expect(await miniServiceClient({ ...SETTINGS, poster }).query(CHILD)).toEqual({
      kind: 'could-not-look',
      message: 'HTTP status 502',
    })
  })
})
