import type { Command } from 'commander'
import { type MeshClient, meshClient } from '../client/index.ts'
import { failure, type Result, success } from '../domain/result.ts'
import type { Config } from '../main/config.ts'
import { serviceUrl } from './addresses.ts'
import { type CommandFailure, refused } from './command-result.ts'
import { readSecret } from './read-secret.ts'
import { askSandbox } from './sandbox-guide.ts'

/** How a command is told whose mailbox it is to open. */
export interface MailboxOptions {
  readonly authority?: string
  readonly mailbox?: string
  readonly password?: string
  readonly sharedKey?: string
  readonly url?: string
}

export interface OpenedMailbox {
  readonly mailboxId: string
  readonly mesh: MeshClient
}

export function addMailboxOptions(command: Command): Command {
  return command
    .option('--authority <ods>', 'an authority of the running sandbox, by its code')
    .option('--mailbox <id>', 'or any mailbox')
    .option('--password <password>', 'of that mailbox; - reads it from standard input')
    .option('--shared-key <key>', "of the mailbox service, if it is not this configuration's")
    .option('--url <url>', 'the service, if it is not the one of this configuration')
}

/** Opens the mailbox that the options name; a sandbox authority's password is looked up. */
export async function openMailbox(
  config: Config,
  options: MailboxOptions,
): Promise<Result<OpenedMailbox, CommandFailure>> {
  const credentials = await credentialsOf(config, options)
  if (!credentials.ok) return credentials
  const { mailboxId } = credentials.value
  const baseUrl = serviceUrl(config, options.url)
  return success({ mailboxId, mesh: meshClient({ baseUrl, ...credentials.value }) })
}

async function credentialsOf(
  config: Config,
  { authority, mailbox, password, sharedKey = config.mesh.sharedKey }: MailboxOptions,
): Promise<Result<{ mailboxId: string; password: string; sharedKey: string }, CommandFailure>> {
  if (mailbox && password)
    return success({ mailboxId: mailbox, password: await readSecret(password), sharedKey })
  if (!authority) {
    return failure(
      refused(
        'Whose mailbox?',
        'Give --authority ODS for one of the sandbox, or --mailbox ID and --password PASSWORD.',
      ),
    )
  }
  const sandbox = await askSandbox(config)
  if (!sandbox.ok) return sandbox
  const { authorities } = sandbox.value.guide
  const found = authorities.find(({ odsCode }) => odsCode === authority.toUpperCase())
  if (found) return success({ mailboxId: found.mailboxId, password: found.password, sharedKey })
  const known = authorities.map(({ odsCode }) => odsCode).join(', ')
  return failure(refused(`The sandbox has no authority ${authority}.`, `It has ${known}.`))
}
