import type { Command } from 'commander'
import type { CommandLine } from './command-line.ts'
import { done, refused } from './command-result.ts'
import { askOperations } from './operations.ts'

/** `cpis authority hours`: says or takes away when an authority's office is open (rule 16.11). */
export function addHoursCommand({ perform, config }: CommandLine, authority: Command): void {
  authority
    .command('hours')
    .description(
      'say when the office of an authority is open and its duty team answers, by the English clock',
    )
    .argument('<ods>', 'its ODS code')
    .argument(
      '[hours]',
      'for example “Mon-Thu 08:30-16:30; Fri 08:30-16:00; 2026-12-24 08:30-12:00; duty at all hours”',
    )
    .option('--none', 'take the hours away: both numbers are shown without a claim')
    .addHelpText(
      'after',
      '\nBank holidays are closed unless “bank holidays 10:00-12:00” is said. The duty team answers whenever the office is closed,\nunless “duty at all hours” or hours of its own are said: “duty Mon-Fri 00:00-08:30, 17:00-24:00; duty Sat-Sun all day”.',
    )
    .action((ods: string, hours: string | undefined, { none }: { none?: true }) =>
      perform(async () => {
        if ((hours === undefined) === (none === undefined))
          return refused(
            'Say the hours, or --none.',
            'cpis authority hours --help shows how hours are written.',
          )
        const path = `/authorities/${encodeURIComponent(ods)}/settings`
        const answer = await askOperations(config(), path, { hours: hours ?? null })
        if (!answer.ok) return answer.fault
        return done(
          answer.value,
          none
            ? `Nothing is said of the hours of ${ods} from now on.`
            : `The hours of ${ods} are: ${(answer.value as { hours?: string }).hours}`,
        )
      }),
    )
}
