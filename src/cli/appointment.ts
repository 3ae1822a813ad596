import { randomUUID } from 'node:crypto'
import { fhirClient, type MissedAppointment } from '../client/index.ts'
import { parseNhsNumber } from '../domain/nhs-number.ts'
import { unreachable } from '../domain/result.ts'
import { serviceUrl } from './addresses.ts'
import { alertWords, notifiedWords, type ShownAlert } from './appointment-words.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done, fault, refused } from './command-result.ts'
import { remedyFor } from './not-reached.ts'
import { askOperations } from './operations.ts'
import { readSecret } from './read-secret.ts'
import { signIn } from './sign-in.ts'
import type { Terminal } from './terminal.ts'
import { noNumberWords } from './words.ts'

interface MissedOptions {
  readonly start: string
  readonly id?: string
  readonly system?: string
  readonly service?: string
  readonly description?: string
  readonly as: string
  readonly token?: string
  readonly url?: string
}

/** What names an appointment whose organisation has no system of its own: R4's system of URIs. */
const URIS = 'urn:ietf:rfc:3986'

/** `cpis appointment`: report that somebody did not come, and see what an authority was told. */
export function addAppointmentCommands({ program, perform, terminal, config }: CommandLine): void {
  const appointment = program
    .command('appointment')
    .description('missed appointments, and who is told of them')
  appointment
    .command('missed')
    .description('tell the authorities with a plan for a person that they missed a booked appointment')
    .argument('<nhs-number>', 'ten digits')
    .requiredOption('--start <instant>', 'when it was to begin, as in 2026-03-09T14:00:00Z')
    .option('--id <identifier>', 'your name for the appointment, so that it can be reported again')
    .option('--system <uri>', 'the system of that name, if it is not a URI itself')
    .option('--service <words>', 'the kind of care; the authority reads it')
    .option('--description <words>', 'what it was for; the authority reads it')
    .option('--as <name>', 'who reports, of the sandbox', 'gp-nurse')
    .option('--token <token>', 'who reports, by an access token; - reads it from standard input')
    .option('--url <url>', 'the service, if it is not the one of this configuration')
    .action((text: string, options: MissedOptions) =>
      perform(async () => {
        const read = readReport(text, options)
        if ('kind' in read) return read
        const url = serviceUrl(config(), options.url)
        const { token, as } = options
        const signedIn =
          token === undefined ? await signIn(url, as) : { ok: true as const, value: await readSecret(token) }
        return signedIn.ok ? report(terminal, url, signedIn.value, read) : signedIn.fault
      }),
    )
  appointment
    .command('alerts')
    .description('what an authority was told of missed appointments, newest first')
    .argument('<ods>', 'its ODS code')
    .action((ods: string) =>
      perform(async () => {
        const path = `/authorities/${encodeURIComponent(ods)}/missed-appointments`
        const answer = await askOperations(config(), path)
        if (!answer.ok) return answer.fault
        return done(answer.value, alertWords(terminal, ods, answer.value as ShownAlert[]))
      }),
    )
}

function readReport(text: string, options: MissedOptions): MissedAppointment | CommandResult {
  const nhsNumber = parseNhsNumber(text.replace(/[ -]/g, ''))
  if (!nhsNumber.ok) return refused(noNumberWords(nhsNumber.fault))
  const { id = `urn:uuid:${randomUUID()}`, system = URIS, service, description } = options
  const start = new Date(options.start)
  // Without an offset it would be the time of this machine, wherever that stands.
  if (Number.isNaN(start.getTime()) || !/(?:Z|[+-]\d\d:\d\d)$/.test(options.start))
    return refused(
      'That is no instant: it needs a day, a time and an offset.',
      'Write it like 2026-03-09T14:00:00Z, or 2026-06-09T14:00:00+01:00 in summer.',
    )
  return {
    identifier: { system, value: id },
    nhsNumber: nhsNumber.value,
    start,
    ...(service !== undefined && { service }),
    ...(description !== undefined && { description }),
  }
}

async function report(
  terminal: Terminal,
  url: string,
  token: string,
  appointment: MissedAppointment,
): Promise<CommandResult> {
  const client = fhirClient({ baseUrl: `${url}/cpis/FHIR/R4`, token: () => token })
  const outcome = await client.reportMissedAppointment(appointment)
  const { identifier } = appointment
  switch (outcome.kind) {
    case 'told':
      return done({ ...outcome, identifier }, notifiedWords(terminal, outcome))
    case 'nobody-told':
      return refused(`${outcome.message}.`)
    case 'refused':
      return refused(`Refused (${outcome.status}): ${outcome.message}.`)
    case 'not-known':
      return fault(
        `It is not known whether anybody was told. ${outcome.message}.`,
        [
          outcome.problem && remedyFor(outcome.problem),
          `Report the same again with --id ${identifier.value}: then nobody is told twice.`,
        ]
          .filter(Boolean)
          .join(' '),
      )
    default:
      return unreachable(outcome)
  }
}
