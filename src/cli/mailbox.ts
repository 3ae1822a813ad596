import { newPassword } from '../api/common/registration/new-password.ts'
import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { table } from './words.ts'

interface MailboxShown {
  readonly id: string
  readonly name: string
  readonly odsCode: string
}

/** `cpis mailbox`: who has a mailbox, through the operations API of the running service. */
export function addMailboxCommands({ program, perform, config }: CommandLine): void {
  const mailbox = program.command('mailbox').description('mailboxes of the running service')
  mailbox
    .command('list')
    .description('every mailbox; passwords are never shown')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/mailboxes')
        if (!answer.ok) return answer.fault
        const mailboxes = answer.value as MailboxShown[]
        const rows = mailboxes.map(({ id, odsCode, name }) => [id, odsCode, name])
        return done(mailboxes, table([['mailbox', 'organisation', 'name'], ...rows]))
      }),
    )
  mailbox
    .command('add')
    .description('add a mailbox, or change the name, organisation and password of one')
    .argument('<id>', 'letters, digits, - and _')
    .requiredOption('--ods <code>', "the organisation's ODS code")
    .requiredOption('--name <name>', 'what the mailbox is called')
    .option('--password <password>', 'at least 8 characters; without it one is made and shown this once')
    .action((id: string, options: { ods: string; name: string; password?: string }) =>
      perform(async () => {
        const password = options.password ?? newPassword()
        const body = { id, name: options.name, odsCode: options.ods, password }
        const answer = await askOperations(config(), '/mailboxes', body)
        if (!answer.ok) return answer.fault
        const made = options.password === undefined
        return done(
          { ...(answer.value as object), ...(made && { password }) },
          made ? `Mailbox ${id} added. Its password: ${password}` : `Mailbox ${id} added.`,
        )
      }),
    )
}
