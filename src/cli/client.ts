import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { table } from './words.ts'

interface ClientShown {
  readonly asid: string
  readonly partyKey: string
  readonly organisation: { readonly odsCode: string; readonly name: string }
  readonly allows: readonly string[]
}

interface AddClientOptions {
  readonly partyKey: string
  readonly ods: string
  readonly name: string
  readonly allows: readonly string[]
}

/** `cpis client`: which clinical systems may ask over Spine messaging, through the operator's door of the running service. */
export function addClientCommands({ program, perform, config }: CommandLine): void {
  const client = program.command('client').description('clinical systems that may ask the running service')
  client
    .command('list')
    .description('every system, and the kinds of access it may ask for')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/clients')
        if (!answer.ok) return answer.fault
        const clients = answer.value as ClientShown[]
        const rows = clients.map(({ asid, partyKey, organisation, allows }) => [
          asid,
          partyKey,
          allows.join(' '),
          organisation.odsCode,
          organisation.name,
        ])
        return done(clients, table([['ASID', 'party key', 'may ask', 'code', 'organisation'], ...rows]))
      }),
    )
  client
    .command('add')
    .description('let a system ask, or change what is known of one')
    .argument('<asid>', 'its twelve digits')
    .requiredOption('--party-key <key>', 'the party it sends through')
    .requiredOption('--ods <code>', "its organisation's ODS code")
    .requiredOption('--name <name>', 'what the organisation is called')
    .requiredOption('--allows <access...>', 'unscheduled, scheduled or both, by the care it is used in')
    .action((asid: string, { partyKey, ods, name, allows }: AddClientOptions) =>
      perform(async () => {
        const body = { asid, partyKey, odsCode: ods, organisationName: name, allows }
        const answer = await askOperations(config(), '/clients', body)
        return answer.ok ? done(answer.value, `System ${asid} may ask: ${allows.join(', ')}.`) : answer.fault
      }),
    )
  client
    .command('remove')
    .description('let a system ask no longer')
    .argument('<asid>', 'its twelve digits')
    .action((asid: string) =>
      perform(async () => {
        const answer = await askOperations(config(), `/clients/${encodeURIComponent(asid)}/remove`, {})
        return answer.ok ? done(answer.value, `System ${asid} may no longer ask.`) : answer.fault
      }),
    )
}
