import { type FhirClient, fhirClient } from '../client/index.ts'
import { success } from '../domain/result.ts'
import { type CommandResult, done } from './command-result.ts'
import { type Asked, notAnswered, unchecked } from './query-result.ts'
import { accessWords, NONE_LISTED, NOTHING_HELD, planWords, supersededWords } from './query-words.ts'
import { readSecret } from './read-secret.ts'
import { signIn } from './sign-in.ts'

/** Asks as whoever has a token, or signs in to the sandbox. What is held and who has looked are questions of their own. */
export async function askOverFhir(
  asked: Asked,
  { as, token: given }: { readonly as: string; readonly token: string | undefined },
): Promise<CommandResult> {
  const token = given === undefined ? await signIn(asked.url, as) : success(await readSecret(given))
  if (!token.ok) return token.fault
  const client = fhirClient({ baseUrl: `${asked.url}/cpis/FHIR/R4`, token: () => token.value })
  return asked.history ? askHistory(asked, client) : askPlans(asked, client)
}

async function askPlans(asked: Asked, client: FhirClient): Promise<CommandResult> {
  const { terminal, nhsNumber, unscheduled } = asked
  const outcome = await client.careTeams(nhsNumber, { unscheduled })
  switch (outcome.kind) {
    case 'held':
      return done(
        outcome,
        planWords(terminal, nhsNumber, outcome.plans) + supersededWords(terminal, outcome.supersededBy),
      )
    case 'nothing-held':
      return done(outcome, NOTHING_HELD + supersededWords(terminal, outcome.supersededBy))
    case 'unchecked':
      return unchecked()
    default:
      return notAnswered(outcome)
  }
}

async function askHistory(asked: Asked, client: FhirClient): Promise<CommandResult> {
  const { terminal, nhsNumber, unscheduled } = asked
  const outcome = await client.accessHistory(nhsNumber, { unscheduled })
  switch (outcome.kind) {
    case 'listed':
      return done(outcome, accessWords(terminal, nhsNumber, outcome.accesses))
    case 'none-listed':
      return done(outcome, NONE_LISTED)
    case 'unchecked':
      return unchecked()
    default:
      return notAnswered(outcome)
  }
}
