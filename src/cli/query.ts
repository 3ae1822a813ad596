import { Option } from 'commander'
import { parseNhsNumber } from '../domain/nhs-number.ts'
import { serviceUrl } from './addresses.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandFailure, refused } from './command-result.ts'
import { QUERY_INTERFACES, type QueryInterface } from './open-query-client.ts'
import { askOverFhir } from './query-over-fhir.ts'
import { askOverHl7 } from './query-over-hl7.ts'
import { noNumberWords } from './words.ts'

interface QueryCommandOptions {
  readonly via?: QueryInterface
  /** What `--via` was called before: understood until the next release. */
  readonly door?: QueryInterface
  readonly as?: string
  readonly token?: string
  readonly system?: string
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
    .addOption(
      new Option(
        '--via <interface>',
        'how to ask: FHIR (unless told otherwise), HL7 v3 over SOAP or ebXML, or a mini service',
      ).choices(QUERY_INTERFACES),
    )
    .addOption(new Option('--door <interface>').choices(QUERY_INTERFACES).hideHelp())
    .option('--as <name>', 'who asks, of the sandbox: ed-nurse unless told otherwise, gp-nurse if scheduled')
    .option('--token <token>', 'who asks over FHIR, by an access token; - reads it from standard input')
    .option(
      '--system <file>',
      'who asks over another interface, where that is nobody of the sandbox: docs/examples/asking-system.json',
    )
    .option('--scheduled', 'a booked appointment: nobody is told, nothing is listed')
    .option('--history', 'who has looked, instead of what is held')
    .option('--url <url>', 'the service, if it is not the one of this configuration')
    .action((text: string, options: QueryCommandOptions) =>
      perform(async () => {
        const nhsNumber = parseNhsNumber(text.replace(/[ -]/g, ''))
        if (!nhsNumber.ok)
          return refused(noNumberWords(nhsNumber.fault), 'cpis sandbox lists numbers worth asking for.')
        if (options.door) terminal.err('--door is called --via now; the next release will not know --door.')
        const via = options.via ?? options.door ?? 'fhir'
        const wrong = contradiction(via, options)
        if (wrong) return wrong
        const { scheduled, history, token, system: systemFile } = options
        const as = options.as ?? (scheduled ? 'gp-nurse' : 'ed-nurse')
        const asked = {
          terminal,
          nhsNumber: nhsNumber.value,
          unscheduled: !scheduled,
          history: history === true,
          url: serviceUrl(config(), options.url),
        }
        return via === 'fhir'
          ? askOverFhir(asked, { as, token })
          : askOverHl7(asked, { via, as, systemFile, config: config() })
      }),
    )
}

/** Options that say different things of who asks, or how. */
function contradiction(
  via: QueryInterface,
  { door, as, token, system, scheduled }: QueryCommandOptions,
): CommandFailure | undefined {
  if (door && door !== via) return refused('--door and --via both say how to ask.')
  if (via === 'fhir' && system !== undefined) {
    return refused('Over FHIR a token says who asks.', 'Leave out --system, or choose another --via.')
  }
  if (via !== 'fhir' && token !== undefined) {
    return refused('Only over FHIR a token says who asks.', 'Say who asks with --as or --system.')
  }
  if (as !== undefined && system !== undefined) return refused('--as and --system both say who asks.')
  return via === 'smsp' && scheduled
    ? refused('A mini service is for unscheduled care alone.', 'Ask with --via fhir, soap or ebxml.')
    : undefined
}
