import type { CouldNotLook, Refused } from '../client/index.ts'
import { type FhirClient, fhirClient } from '../client/index.ts'
import { type NhsNumber, parseNhsNumber } from '../domain/nhs-number.ts'
import { unreachable } from '../domain/result.ts'
import { serviceUrl } from './addresses.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandFailure, type CommandResult, done, fault, refused } from './command-result.ts'
import { accessWords, COULD_NOT_LOOK, NOTHING_HELD, planWords } from './query-words.ts'
import { readSecret } from './read-secret.ts'
import { signIn } from './sign-in.ts'
import type { Terminal } from './terminal.ts'

interface QueryCommandOptions {
  readonly as?: string
  readonly token?: string
  readonly scheduled?: true
  readonly history?: true
  readonly url?: string
}

/** `cpis query`: asks as a clinician's system does, and tells the answer in words. */
export function addQueryCommand({ program, perform, terminal, config }: CommandLine): void {
  program
    .command('query')
    .description('what is held of a person, and whom to phone')
    .argument('<nhs-number>', 'ten digits')
    .option('--as <name>', 'who asks, of the sandbox: ed-nurse unless told otherwise, gp-nurse if scheduled')
    .option('--token <token>', 'who asks, by an access token; - reads it from standard input')
    .option('--scheduled', 'a booked appointment: nobody is told, nothing is listed')
    .option('--history', 'who has looked, instead of what is held')
    .option('--url <url>', 'the service, if it is not the one of this configuration')
    .action((text: string, options: QueryCommandOptions) =>
      perform(async () => {
        const nhsNumber = parseNhsNumber(text.replace(/[ -]/g, ''))
        if (!nhsNumber.ok)
          return refused(
            'That is no NHS number: it has ten digits, of which the last is a check digit.',
            'cpis sandbox lists numbers worth asking for.',
          )
        const url = serviceUrl(config(), options.url)
        const token = await tokenFor(url, options)
        if (!token.ok) return token.fault
        const client = fhirClient({ baseUrl: `${url}/cpis/FHIR/R4`, token: () => token.value })
        const unscheduled = !options.scheduled
        return options.history
          ? askHistory(terminal, client, nhsNumber.value, unscheduled)
          : askPlans(terminal, client, nhsNumber.value, unscheduled)
      }),
    )
}

async function tokenFor(url: string, { as, token, scheduled }: QueryCommandOptions) {
  if (token !== undefined) return { ok: true as const, value: await readSecret(token) }
  return signIn(url, as ?? (scheduled ? 'gp-nurse' : 'ed-nurse'))
}

async function askPlans(
  terminal: Terminal,
  client: FhirClient,
  nhsNumber: NhsNumber,
  unscheduled: boolean,
): Promise<CommandResult> {
  const outcome = await client.careTeams(nhsNumber, { unscheduled })
  switch (outcome.kind) {
    case 'held':
      return done(outcome, planWords(terminal, nhsNumber, outcome.plans))
    case 'nothing-held':
      return done(outcome, NOTHING_HELD)
    default:
      return notAnswered(outcome)
  }
}

async function askHistory(
  terminal: Terminal,
  client: FhirClient,
  nhsNumber: NhsNumber,
  unscheduled: boolean,
): Promise<CommandResult> {
  const outcome = await client.accessHistory(nhsNumber, { unscheduled })
  switch (outcome.kind) {
    case 'listed':
      return done(outcome, accessWords(terminal, nhsNumber, outcome.accesses))
    case 'none-listed':
      return done(outcome, 'No unscheduled look is listed. That does not say that nothing is held.')
    default:
      return notAnswered(outcome)
  }
}

/** Rule 4.3: whoever could not look must never be taken for somebody who found nothing. */
function notAnswered(outcome: Refused | CouldNotLook): CommandFailure {
  switch (outcome.kind) {
    case 'refused':
      return refused(`Refused (${outcome.status}): ${outcome.message}.`)
    case 'could-not-look':
      return fault(
        `${COULD_NOT_LOOK} ${outcome.message}.`,
        'Nothing can be said about this person. Ask again, or phone.',
      )
    default:
      return unreachable(outcome)
  }
}
