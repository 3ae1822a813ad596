import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { newPassword } from './mailbox.ts'
import { askOperations } from './operations.ts'
import { table } from './words.ts'

interface AuthorityShown {
  readonly odsCode: string
  readonly name: string
  readonly mailbox: string
  readonly contact?: { readonly dutyPhone: string; readonly officePhone?: string }
}

/** `cpis authority`: which local authorities use the service, through its operator's door. */
export function addAuthorityCommands({ program, perform, config }: CommandLine): void {
  const authority = program.command('authority').description('local authorities that use the running service')
  authority
    .command('list')
    .description('every authority, with the numbers its newest file gave')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/authorities')
        if (!answer.ok) return answer.fault
        const authorities = answer.value as AuthorityShown[]
        const rows = authorities.map(({ odsCode, mailbox, contact, name }) => [
          odsCode,
          mailbox,
          contact?.officePhone ?? '-',
          contact?.dutyPhone ?? 'no file yet',
          name,
        ])
        return done(authorities, table([['code', 'mailbox', 'by day', 'by night', 'name'], ...rows]))
      }),
    )
  authority
    .command('add')
    .description('make an authority a user of the service, with its mailbox')
    .argument('<ods>', 'its ODS code')
    .requiredOption('--name <name>', 'its name, as clinicians are to see it')
    .requiredOption('--mailbox <id>', 'its mailbox, which is added or changed')
    .option('--password <password>', 'of the mailbox; without it one is made and shown this once')
    .action((ods: string, options: { name: string; mailbox: string; password?: string }) =>
      perform(async () => {
        const password = options.password ?? newPassword()
        const body = { odsCode: ods, name: options.name, mailboxId: options.mailbox, password }
        const answer = await askOperations(config(), '/authorities', body)
        if (!answer.ok) return answer.fault
        const made = options.password === undefined
        const added = `Authority ${ods} added with mailbox ${options.mailbox}.`
        return done(
          { ...(answer.value as object), ...(made && { password }) },
          made ? `${added} Its password: ${password}` : added,
        )
      }),
    )
  authority
    .command('restart-sequence')
    .description('let an authority count its files from 1 again, on record (rule 3.8)')
    .argument('<ods>', 'its ODS code')
    .action((ods: string) =>
      perform(async () => {
        const answer = await askOperations(
          config(),
          `/authorities/${encodeURIComponent(ods)}/restart-sequence`,
          {},
        )
        return answer.ok ? done(answer.value, `${ods} may count its files from 1 again.`) : answer.fault
      }),
    )
}
