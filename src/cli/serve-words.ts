import { resolve } from 'node:path'
import type { Service } from '../main/start-service.ts'
import { examplePeople } from '../sandbox/example-people.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Settled } from '../sandbox/settle.ts'
import type { Styler } from './terminal.ts'
import { wrapped } from './wrapped.ts'

/** What somebody who has just started the sandbox sees: that it runs, whom to ask for, what to type next. */
export function whatToTry(styler: Styler, service: Service, sandbox: Sandbox, settled: Settled): string {
  const { baseUrl, adminUrl, config } = service
  const bold = (text: string) => styler.style('bold', text)
  const command = (text: string) => `    ${styler.style('cyan', text)}`
  const people = examplePeople(sandbox.population)
  const held = people.find(person => person.visiblePlans === 1)
  const [authority] = sandbox.authorities
  const rows = people.map(({ nhsNumber, note }) =>
    wrapped(note, 76, 16).replace(/^ {14}/, `    ${nhsNumber}`),
  )
  return [
    '',
    `${bold('CP-IS runs')} at ${baseUrl} with a made-up England${countWords(settled)}.`,
    `The operations API is at ${adminUrl}; data is kept in ${keptIn(config)}.`,
    '',
    bold('Worth asking for'),
    ...rows,
    '',
    bold('In a browser'),
    `    Open ${styler.style('cyan', baseUrl)}, sign in as the nurse, and check a number from the list above.`,
    '',
    bold('In a second terminal'),
    command('npm run demo                     # the whole loop, told step by step'),
    command('npx cpis sandbox                 # who and what is in the made-up England'),
    ...(held
      ? [
          command(`npx cpis query ${held.nhsNumber}        # ask as a nurse in an emergency department`),
          command(
            `npx cpis query ${held.nhsNumber} --via soap   # by HL7 v3, as older systems do: soap, ebxml or smsp`,
          ),
        ]
      : []),
    ...(authority
      ? [
          command(
            `${`npx cpis inbox --authority ${authority.odsCode}`.padEnd(33)}# some seconds later: what the authority was told`,
          ),
        ]
      : []),
    '',
    'or with any FHIR client',
    command('TOKEN=$(npx cpis token --as ed-nurse)'),
    command(`curl -H "Authorization: Bearer $TOKEN" \\`),
    command(
      `  "${baseUrl}/cpis/FHIR/R4/CareTeam?patient:identifier=https://fhir.nhs.uk/Id/nhs-number%7C${held?.nhsNumber}"`,
    ),
    '',
    `The FHIR API is described at ${baseUrl}/cpis/FHIR/R4/docs`,
    '',
    'Ctrl-C stops it.',
  ].join('\n')
}

/** The service runs all the same: what was not settled is tried again at the next start. */
export function unsettledWords({ authority, why }: Extract<Settled, { kind: 'unsettled' }>): string {
  return `cpis: The made-up England is not settled: ${authority}: ${why}\n      It is tried again at the next start.`
}

function countWords(settled: Settled): string {
  if (settled.kind !== 'settled') return ''
  const [loaded, failed] = [settled.loaded, settled.failed].map(count => count.toLocaleString('en-GB'))
  return `: ${loaded} records loaded, ${failed} refused for a reason each`
}

function keptIn({ database, dataDir }: Service['config']): string {
  return database.url ? 'the configured PostgreSQL database' : resolve(dataDir)
}
