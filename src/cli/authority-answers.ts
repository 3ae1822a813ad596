import type { Command } from 'commander'
import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'

/** What an operator answers to an issue of `cpis watch` (rules 16.3 and 16.5). */
export function addAnswerCommands({ perform, config }: CommandLine, authority: Command): void {
  authority
    .command('confirm-phones')
    .description('say that the numbers which clinicians are shown were rung and are right')
    .argument('<ods>', 'its ODS code')
    .argument('<numbers...>', 'each number that clinicians are shown, and no other')
    .action((ods: string, phones: string[]) =>
      perform(async () => {
        const path = `/authorities/${encodeURIComponent(ods)}/confirm-phones`
        const answer = await askOperations(config(), path, { phones })
        return answer.ok ? done(answer.value, `The numbers of ${ods} are confirmed.`) : answer.fault
      }),
    )
  authority
    .command('accept-gaps')
    .description('look no longer for the files that are missing up to now')
    .argument('<ods>', 'its ODS code')
    .action((ods: string) =>
      perform(async () => {
        const path = `/authorities/${encodeURIComponent(ods)}/accept-gaps`
        const answer = await askOperations(config(), path, {})
        return answer.ok
          ? done(answer.value, `Files of ${ods} that are missing up to now are not looked for any more.`)
          : answer.fault
      }),
    )
}
