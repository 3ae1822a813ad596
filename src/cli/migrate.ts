import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { counted } from './words.ts'

/** `cpis migrate`: brings the configured database to this version's schema, for those who do it before they start a service. */
export function addMigrateCommand({ program, perform, config }: CommandLine): void {
  program
    .command('migrate')
    .description('bring the configured database up to date; serve does so by itself')
    .action(() =>
      perform(async () => {
        const { createLogger } = await import('../main/logger.ts')
        const { openStore } = await import('../main/open-store.ts')
        const store = await openStore(config(), createLogger('silent'))
        await store.close()
        const { migrated, database } = store
        const words =
          migrated.length === 0
            ? 'The database was up to date.'
            : `${counted(migrated.length, 'step')} taken:`
        return done(
          { engine: database.engine, steps: migrated },
          [words, ...migrated.map(step => `  ${step}`)].join('\n'),
        )
      }),
    )
}
