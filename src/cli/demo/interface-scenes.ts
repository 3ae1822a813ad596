import { isDeepStrictEqual } from 'node:util'
import {
  type AskingAuthor,
  ebxmlClient,
  miniServiceClient,
  type QueryOutcome,
  soapClient,
} from '../../client/hl7v3/index.ts'
import type { HeldPlan } from '../../client/index.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { ClientSystem } from '../../domain/registration/client-system.ts'
import { operatorSecret } from '../../main/admin-token.ts'
import { castMember } from '../../sandbox/cast.ts'
import { castAuthor } from '../cast-author.ts'
import { recordedPoster } from './recorded-poster.ts'
import type { DemoWorld } from './stage.ts'
import { xmlExcerpt } from './xml-excerpt.ts'

const NURSE = 'ed-nurse'
const SHOWN_HEADERS = ['SOAPAction', 'Content-Type']

/** The same nurse asks for the same child from systems that speak HL7 v3, each in its own way. */
export async function askThroughOtherInterfaces(
  world: DemoWorld,
  child: NhsNumber,
  answered: readonly HeldPlan[],
): Promise<void> {
  const { stage } = world
  const outcomes = [
    await askOverSoap(world, child),
    await askByMessage(world, child),
    await askMiniService(world, child),
  ]
  const expected = answered.map(inEveryForm)
  stage.claim(
    'four protocols, one answer',
    outcomes.every(
      outcome => outcome.kind === 'held' && isDeepStrictEqual(outcome.plans.map(inEveryForm), expected),
    ),
  )
}

/** What every interface says of a plan: HL7 v3 has neither its id nor when it was last uploaded. */
function inEveryForm({ id: _id, lastUploadedAt: _at, ...said }: HeldPlan) {
  return said
}

async function askOverSoap({ stage, service, sandbox }: DemoWorld, child: NhsNumber): Promise<QueryOutcome> {
  await stage.scene(
    'Her department’s older system asks by HL7 v3, over SOAP',
    'The message itself says who asks; the system is known by its ASID, from a register that the operator keeps.',
  )
  const poster = recordedPoster()
  const { asid } = wardOf(sandbox)
  const client = soapClient({
    url: `${service.baseUrl}/sync-service`,
    asid,
    spineAsid: service.config.spineAsid ?? '',
    author: nurse(),
    poster,
  })
  const outcome = await client.query(child)
  const exchange = await poster.last()
  const { requestBody, responseBody } = exchange
  await stage.exchange(exchange, SHOWN_HEADERS)
  await stage.excerpt([
    ...(xmlExcerpt(new TextDecoder().decode(requestBody), 'queryByParameter') ?? []),
    '',
    ...(xmlExcerpt(responseBody, 'organisation') ?? []),
    ...(xmlExcerpt(responseBody, 'COCT_TP146105GB01.CPPInformation') ?? []),
  ])
  await client.close()
  stage.claim('answered on the same connection', outcome.kind === 'held')
  return outcome
}

async function askByMessage(world: DemoWorld, child: NhsNumber): Promise<QueryOutcome> {
  const { stage, service, sandbox } = world
  await stage.scene(
    'Another asks by ebXML messages, and is answered later',
    'The question is acknowledged once it is kept with its answer; the answer is posted to the system’s own address until that acknowledges it.',
  )
  const poster = recordedPoster()
  const posted: string[] = []
  const system = wardOf(sandbox)
  const client = await ebxmlClient({
    ...system.contract,
    url: `${service.baseUrl}/reliablemessaging/reliablerequest`,
    asid: system.asid,
    partyKey: system.partyKey,
    spineAsid: service.config.spineAsid ?? '',
    spinePartyKey: service.config.spinePartyKey ?? '',
    listen: { host: '127.0.0.1', port: 0, path: '/answers' },
    heard: ({ bytes }) => posted.push(new TextDecoder().decode(bytes)),
    author: nurse(),
    poster,
  })
  await registerCallback(world, system, `http://127.0.0.1:${client.port}/answers`)
  const outcome = await client.query(child)
  const exchange = await poster.last()
  await stage.exchange(exchange, SHOWN_HEADERS)
  const [answer = ''] = posted
  await stage.excerpt([
    ...(xmlExcerpt(exchange.responseBody, 'eb:Acknowledgment') ?? []),
    '',
    ...(xmlExcerpt(answer, 'eb:MessageData') ?? []),
  ])
  await client.close()
  stage.claim(
    'one answer was posted, to the question it names',
    outcome.kind === 'held' && posted.length === 1,
  )
  return outcome
}

async function askMiniService(
  { stage, service, sandbox }: DemoWorld,
  child: NhsNumber,
): Promise<QueryOutcome> {
  await stage.scene(
    'A third has a mini service ask for it',
    'An organisation is known by its ODS code, the question stands in a distribution envelope, and a code says what became of it.',
  )
  const poster = recordedPoster()
  const { odsCode } = wardOf(sandbox).organisation
  const client = miniServiceClient({
    url: `${service.baseUrl}/smsp/cpis`,
    odsCode,
    localUserId: NURSE,
    author: nurse(),
    poster,
  })
  const outcome = await client.query(child)
  const exchange = await poster.last()
  const { requestBody, responseBody } = exchange
  await stage.exchange(exchange, SHOWN_HEADERS)
  await stage.excerpt([
    ...(xmlExcerpt(new TextDecoder().decode(requestBody), 'itk:auditIdentity') ?? []),
    '',
    ...(xmlExcerpt(responseBody, 'value') ?? []),
  ])
  await client.close()
  return outcome
}

/** The operator has answers posted to where this demonstration listens. */
async function registerCallback(
  { service }: DemoWorld,
  { organisation, contract, ...system }: ContractedSystem,
  callback: string,
): Promise<void> {
  const { odsCode, name } = organisation
  const body = { ...system, odsCode, organisationName: name, contract: { ...contract, callback } }
  const response = await fetch(`${service.adminUrl}/clients`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${operatorSecret(service.config)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`The system was not registered: ${response.status}`)
}

type ContractedSystem = ClientSystem & Required<Pick<ClientSystem, 'contract'>>

/** The system of the sandbox's hospital, which may ask in every way. */
function wardOf(sandbox: DemoWorld['sandbox']): ContractedSystem {
  const ward = sandbox.systems.find(({ exchanges }) => exchanges.includes('mini-service'))
  if (!ward?.contract) throw new Error('The sandbox has a system that may ask in every way')
  return { ...ward, contract: ward.contract }
}

function nurse(): AskingAuthor {
  const member = castMember(NURSE)
  if (!member) throw new Error('The sandbox has this nurse')
  return castAuthor(member)
}
