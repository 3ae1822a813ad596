import { decodeJwt } from 'jose'
import { type FhirClient, fhirClient, type HeldPlan } from '../../client/index.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import { castMember } from '../../sandbox/cast.ts'
import { examplePeople } from '../../sandbox/example-people.ts'
import { accessWords, NOTHING_HELD, planWords } from '../query-words.ts'
import { signIn } from '../sign-in.ts'
import { PLAIN_STYLER } from '../terminal.ts'
import { type RecordedFetch, recordedFetch } from './recorded-fetch.ts'
import type { DemoWorld } from './stage.ts'

const SHOWN_HEADERS = ['Authorization', 'IsUnscheduledAccessEvent', 'Content-Type']

/** A nurse in an emergency department, who has never met the child. */
export async function askForChild(world: DemoWorld, child: NhsNumber): Promise<readonly HeldPlan[]> {
  const { stage } = world
  await stage.scene(
    'A nurse in an emergency department signs in, and asks',
    'Her token says who she is and in which role; activity B0107 in it opens CP-IS for an emergency look.',
  )
  const { client, wire, token } = await clinician(world, 'ed-nurse')
  await stage.excerpt(claimLines(token))
  const outcome = await client.careTeams(child)
  await stage.exchange(wire.last(), SHOWN_HEADERS)
  await stage.excerpt(careTeamLines(wire.last().responseBody))
  if (outcome.kind !== 'held') {
    stage.claim('the plan is found', false)
    return []
  }
  stage.words(planWords(PLAIN_STYLER, child, outcome.plans))
  const [plan] = outcome.plans
  stage.claim(
    'one plan, and whom to phone by day and by night',
    outcome.plans.length === 1 && !!plan?.authority.dutyPhone,
  )
  return outcome.plans
}

/** A child of whom no authority holds anything. */
export async function askForStranger(world: DemoWorld): Promise<void> {
  const { stage, sandbox } = world
  const [nobody] = examplePeople(sandbox.population)
  if (!nobody) throw new Error('There is always a child of whom nothing is held')
  await stage.scene(
    'She asks for a child of whom nobody holds anything',
    'That is what happens ninety-nine times in a hundred. It is an empty answer, and only ever the answer of a service that has looked.',
  )
  const { client, wire } = await clinician(world, 'ed-nurse')
  const outcome = await client.careTeams(nobody.nhsNumber)
  await stage.exchange(wire.last(), SHOWN_HEADERS)
  await stage.excerpt([bundleLine(wire.last().responseBody)])
  stage.claim(NOTHING_HELD, outcome.kind === 'nothing-held')
}

/** A booked appointment: nobody is told. */
export async function askSilently(world: DemoWorld, child: NhsNumber): Promise<void> {
  const { stage } = world
  await stage.scene(
    'A practice nurse looks before a booked appointment',
    'Silence is by role: activity B0170 opens a scheduled look, which is in the audit log, and neither listed nor told.',
  )
  const { client, wire } = await clinician(world, 'gp-nurse')
  const outcome = await client.careTeams(child, { unscheduled: false })
  await stage.exchange(wire.last(), SHOWN_HEADERS)
  stage.claim('the same plan', outcome.kind === 'held' && outcome.plans.length === 1)
}

/** Somebody whose role opens nothing. */
export async function refusePorter(world: DemoWorld, child: NhsNumber): Promise<void> {
  const { stage } = world
  await stage.scene(
    'A porter asks',
    'Signed in as well as anybody, with a role that has neither activity. The refusal comes before the number is even read.',
  )
  const { client, wire } = await clinician(world, 'porter')
  const outcome = await client.careTeams(child)
  await stage.exchange(wire.last(), SHOWN_HEADERS)
  await stage.excerpt(jsonLines(wire.last().responseBody))
  if (outcome.kind !== 'refused') return stage.claim('the porter is refused', false)
  stage.words(`${outcome.message}.`)
  stage.claim('refused, and nothing is shown', outcome.status === 403)
}

/** Who has looked: shown to whoever has a plan in front of them. */
export async function readHistory(world: DemoWorld, child: NhsNumber): Promise<void> {
  const { stage } = world
  await stage.scene(
    'The nurse reads who has looked',
    'The newest 25 emergency looks. All of hers within 24 hours are one entry, whatever interface they came through.',
  )
  const { client, wire } = await clinician(world, 'ed-nurse')
  const outcome = await client.accessHistory(child)
  await stage.exchange(wire.last(), SHOWN_HEADERS)
  if (outcome.kind !== 'listed') return stage.claim('the access is listed', false)
  stage.words(accessWords(PLAIN_STYLER, child, outcome.accesses))
  const family = castMember('ed-nurse')?.family.toUpperCase() ?? ''
  const [access] = outcome.accesses
  stage.claim(
    'one look is listed, hers',
    outcome.accesses.length === 1 && access?.viewer.toUpperCase().includes(family) === true,
  )
}

async function clinician(
  { service }: DemoWorld,
  name: string,
): Promise<{ client: FhirClient; wire: RecordedFetch; token: string }> {
  const { baseUrl } = service
  const signedIn = await signIn(baseUrl, name)
  if (!signedIn.ok) throw new Error(`The sandbox issuer refused ${name}: ${signedIn.fault.message}`)
  const wire = recordedFetch()
  const token = signedIn.value
  return {
    token,
    wire,
    client: fhirClient({ baseUrl: `${baseUrl}/cpis/FHIR/R4`, token: () => token, fetch: wire.fetch }),
  }
}

/** What the token says of its owner. */
function claimLines(token: string): string[] {
  const { name, selected_roleid, nhsid_nrbac_roles, nhsid_user_orgs } = decodeJwt(token)
  return jsonLines(JSON.stringify({ name, selected_roleid, nhsid_nrbac_roles, nhsid_user_orgs }))
}

/** The parts of the answer that matter to whoever stands in front of the child. */
function careTeamLines(body: string): string[] {
  const bundle = JSON.parse(body) as { total?: number; entry?: { resource?: Record<string, unknown> }[] }
  const resource = bundle.entry?.[0]?.resource ?? {}
  const { resourceType, status, category, name, period, telecom } = resource
  return jsonLines(JSON.stringify({ resourceType, status, category, name, period, telecom }))
}

function bundleLine(body: string): string {
  const { resourceType, type, total } = JSON.parse(body) as Record<string, unknown>
  return JSON.stringify({ resourceType, type, total })
}

/** JSON with one property a line, where what fits on a line stays on one. */
function jsonLines(json: string): string[] {
  return render(JSON.parse(json), '')
}

function render(value: unknown, indent: string): string[] {
  const flat = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || flat.length + indent.length < 84) return [flat]
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map(item => render(item, `${indent}  `))
    : Object.entries(value).map(([key, item]) => {
        const [first = '', ...rest] = render(item, `${indent}  `)
        return [`"${key}": ${first}`, ...rest]
      })
  return [
    isList ? '[' : '{',
    ...parts.flatMap((lines, index) =>
      lines.map((line, at) => `  ${line}${at === lines.length - 1 && index < parts.length - 1 ? ',' : ''}`),
    ),
    isList ? ']' : '}',
  ]
}
