import type { CommandLine } from './command-line.ts'
import type { PopulationCommandOptions } from './population-make.ts'
import { wholeNumber } from './whole-number.ts'

/** The largest seed, as the configuration has it. */
const LARGEST_SEED = 2 ** 31
const EVERY_AUTHORITY = 153

/** `cpis population`: files of made-up records, of any size. */
export function addPopulationCommands({ program, perform, terminal, config, now }: CommandLine): void {
  program
    .command('population')
    .description('made-up people')
    .command('make')
    .description('write an upload file for each of a number of made-up authorities')
    .requiredOption('--children <count>', 'how many people have a record, all authorities together', Number)
    .requiredOption('--out <directory>', 'where the files go')
    .option(
      '--authorities <count>',
      'how many authorities, the largest first',
      wholeNumber(1, EVERY_AUTHORITY),
      3,
    )
    .option(
      '--seed <number>',
      "of the made-up country; the configuration's unless told",
      wholeNumber(0, LARGEST_SEED),
    )
    .option('--sequence <number>', 'the sequence number of the files', wholeNumber(0, LARGEST_SEED), 1)
    .option('--day <day>', 'the day ages and plans are counted from, YYYY-MM-DD; today unless told')
    .action((options: PopulationCommandOptions) =>
      perform(async () => {
        const { populationMake } = await import('./population-make.ts')
        return populationMake(terminal, { ...options, seed: options.seed ?? config().sandbox.seed }, now())
      }),
    )
}
