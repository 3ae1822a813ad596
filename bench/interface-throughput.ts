import { ebxmlClient, miniServiceClient, type QueryClient, soapClient } from '../src/client/hl7v3/index.ts'
import { fhirClient } from '../src/client/index.ts'
import { SYSTEMS } from '../src/sandbox/systems.ts'
import { createServerDatabase } from '../test/support/engines.ts'
import { startIssuer } from '../test/support/issuer.ts'
import { nurse } from '../test/support/records.ts'
import { makePeople, validNumbers } from './query-throughput.ts'
import { benchServer, type Measurement, type RunningService, rate, startServe } from './support.ts'

const AT_ONCE = 16
const SECONDS = 8
const ADMIN_TOKEN = 'a token for the measurement'
const SPINE = { spineAsid: '999000000001', spinePartyKey: 'X26-999001' }
const SERVE_PORT = 18180

/**
 * The same question, found and unscheduled, through each interface by its client, as many at a time, against the FHIR API by its
 * client in the same run. Clients share the processors with the service; over ebXML each question is two exchanges.
 */
export async function measureInterfaces(): Promise<Measurement[]> {
  const { url, remove } = await createServerDatabase(benchServer())
  const issuer = await startIssuer()
  try {
    await makePeople(url)
    const service = await startServe(SERVE_PORT, {
      CPIS_DATABASE_URL: url,
      CPIS_ADMIN_TOKEN: ADMIN_TOKEN,
      CPIS_TOKEN_ISSUER: issuer.settings.issuer,
      CPIS_TOKEN_AUDIENCE: issuer.settings.audience,
      CPIS_TOKEN_JWKS_URL: issuer.settings.jwksUrl,
      CPIS_SANDBOX_CHILDREN: '10',
    })
    const clients = await clientsOf(service)
    try {
      const token = await issuer.token('000000000001')
      const fhir = fhirClient({ baseUrl: `${service.baseUrl}/cpis/FHIR/R4`, token: () => token })
      const peer = await queriesPerSecond(number => fhir.careTeams(number))
      const measurements: Measurement[] = []
      for (const [what, client] of clients) {
        const ours = await queriesPerSecond(number => client.query(number))
        measurements.push({
          what: `query through ${what}, found, unscheduled`,
          value: rate(ours, 'queries'),
          peer: `FHIR, ${AT_ONCE} at a time: ${rate(peer, 'queries')}`,
          ratio: (ours / peer).toFixed(2),
        })
      }
      return measurements
    } finally {
      await Promise.all(clients.map(([, client]) => client.close()))
      await service.stop()
    }
  } finally {
    await issuer.close()
    await remove()
  }
}

async function clientsOf({ baseUrl }: RunningService): Promise<readonly (readonly [string, QueryClient])[]> {
  const [ward] = SYSTEMS
  if (!ward?.contract) throw new Error('The sandbox has a system with a contract')
  const { asid, partyKey, contract, organisation } = ward
  const author = nurse()
  const ebxml = await ebxmlClient({
    ...SPINE,
    url: `${baseUrl}/reliablemessaging/reliablerequest`,
    author,
    asid,
    partyKey,
    cpaId: contract.cpaId,
    reliability: contract.reliability,
    listen: { host: '127.0.0.1', port: 0, path: '/answers' },
  })
  await register({ ...contract, callback: `http://127.0.0.1:${ebxml.port}/answers` })
  return [
    ['SOAP', soapClient({ ...SPINE, url: `${baseUrl}/sync-service`, author, asid })],
    ['ebXML, answer posted and acknowledged', ebxml],
    [
      'the mini service',
      miniServiceClient({ url: `${baseUrl}/smsp/cpis`, author, odsCode: organisation.odsCode }),
    ],
  ]

  async function register(wanted: object) {
    const response = await fetch(`http://127.0.0.1:${SERVE_PORT + 1}/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        asid,
        partyKey,
        odsCode: organisation.odsCode,
        organisationName: organisation.name,
        allows: ward?.allows,
        exchanges: ward?.exchanges,
        contract: wanted,
      }),
    })
    if (!response.ok) throw new Error(`The system could not be registered: ${await response.text()}`)
  }
}

/** As many as are answered with plans; any other answer ends the measurement. */
async function queriesPerSecond(
  ask: (number: string) => Promise<{ readonly kind: string }>,
): Promise<number> {
  const numbers = validNumbers(true)
  const begun = performance.now()
  const end = begun + SECONDS * 1000
  let asked = 0
  const askOn = async () => {
    while (performance.now() < end) {
      const { kind } = await ask(numbers[asked++ % numbers.length] ?? '')
      if (kind !== 'held') throw new Error(`A person with a plan was answered "${kind}"`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askOn))
  return asked / ((performance.now() - begun) / 1000)
}
