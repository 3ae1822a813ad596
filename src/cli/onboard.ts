import { readFile } from 'node:fs/promises'
import type { CommandLine } from './command-line.ts'
import { done, refused } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted, table } from './words.ts'

interface Onboarded {
  readonly dryRun: boolean
  readonly lines: readonly {
    readonly kind: string
    readonly id: string
    readonly outcome: 'added' | 'changed' | 'unchanged'
    readonly password?: string
  }[]
}

/** `cpis onboard`: takes on whoever a file names, all of them or nobody (rule 19.8). */
export function addOnboardCommand({ program, perform, config }: CommandLine): void {
  program
    .command('onboard')
    .description('take on the mailboxes, authorities, organisations and systems that a JSON file names')
    .argument('<file>', 'like docs/examples/onboarding.json')
    .option('--dry-run', 'only say what would change', false)
    .action((path: string, { dryRun }: { dryRun: boolean }) =>
      perform(async () => {
        const file = parsed(await readFile(path, 'utf8'))
        if (file === undefined)
          return refused(`${path} is not JSON.`, 'Look at docs/examples/onboarding.json.')
        const answer = await askOperations(config(), '/onboarding', { file, dryRun })
        if (!answer.ok) return answer.fault
        return done(answer.value, onboardedWords(answer.value as Onboarded))
      }),
    )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function onboardedWords({ dryRun, lines }: Onboarded): string {
  const rows = lines.map(({ kind, id, outcome, password }) => [
    kind,
    id,
    outcome,
    ...(password ? [`password: ${password}`] : []),
  ])
  const changed = counted(lines.filter(({ outcome }) => outcome !== 'unchanged').length, 'entry', 'entries')
  const sum = dryRun ? `${changed} would be added or changed; nothing was.` : `${changed} added or changed.`
  return rows.length === 0 ? sum : [table(rows), sum].join('\n\n')
}
