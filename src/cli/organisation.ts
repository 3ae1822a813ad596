import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { table } from './words.ts'

interface OrganisationShown {
  readonly odsCode: string
  readonly name: string
  readonly settings: readonly string[]
  readonly wave?: string
  readonly systems: readonly string[]
}

interface AddOptions {
  readonly name: string
  readonly settings: readonly string[]
  readonly wave?: string
}

/**
 * `cpis organisation`: the organisations of health that use the service, through its operations API. They inform: what somebody
 * may see follows from their token, or from the register of systems (rule 19.7).
 */
export function addOrganisationCommands({ program, perform, config }: CommandLine): void {
  const organisation = program
    .command('organisation')
    .description('organisations of health that use the running service; they inform, they open nothing')
  organisation
    .command('list')
    .description('every organisation, its settings and the systems it asks through')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/organisations')
        if (!answer.ok) return answer.fault
        const organisations = answer.value as OrganisationShown[]
        const rows = organisations.map(({ odsCode, settings, wave, systems, name }) => [
          odsCode,
          wave ?? '-',
          settings.join(' '),
          systems.join(' ') || '-',
          name,
        ])
        return done(organisations, table([['code', 'wave', 'settings', 'systems', 'name'], ...rows]))
      }),
    )
  organisation
    .command('add')
    .description('make an organisation known, or change what is known of one')
    .argument('<ods>', 'its ODS code')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--settings <setting...>', 'where it looks people up, for example emergency-department')
    .option('--wave <name>', 'with whom it is taken on')
    .action((ods: string, options: AddOptions) =>
      perform(async () => {
        const answer = await askOperations(config(), '/organisations', { odsCode: ods, ...options })
        return answer.ok ? done(answer.value, `Organisation ${ods} added.`) : answer.fault
      }),
    )
  organisation
    .command('remove')
    .description('forget an organisation; its systems must have been removed')
    .argument('<ods>', 'its ODS code')
    .action((ods: string) =>
      perform(async () => {
        const answer = await askOperations(config(), `/organisations/${encodeURIComponent(ods)}/remove`, {})
        return answer.ok ? done(answer.value, `Organisation ${ods} removed.`) : answer.fault
      }),
    )
}
