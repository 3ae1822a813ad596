import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type MeshClient, meshClient, streamingFetch } from '../client/index.ts'
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
  readonly certificate?: string
  readonly key?: string
  readonly ca?: string
}

/** A connection on which nothing moves for so long is given up. */
const IDLE_MS = 60_000

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
    .option('--certificate <file>', 'PEM, to show to a mailbox service that wants to see one')
    .option('--key <file>', 'PEM, of that certificate')
    .option('--ca <file>', 'PEM, of the authority that issued the certificate of the service')
}

/** Opens the mailbox that the options name; a sandbox authority's password is looked up. */
export async function openMailbox(
  config: Config,
  options: MailboxOptions,
): Promise<Result<OpenedMailbox, CommandFailure>> {
  const credentials = await credentialsOf(config, options)
  if (!credentials.ok) return credentials
  const tls = readTls(options)
  if (!tls.ok) return tls
  const { mailboxId } = credentials.value
  const baseUrl = serviceUrl(config, options.url)
  const wire = tls.value && streamingFetch({ tls: tls.value, idleMs: IDLE_MS })
  const settings = { baseUrl, ...credentials.value, ...(wire && { fetch: wire.fetch }) }
  return success({ mailboxId, mesh: meshClient(settings) })
}

/** What is shown to the service and whom to believe; undefined where the platform's own way will do. */
function readTls({
  certificate,
  key,
  ca,
}: MailboxOptions): Result<{ cert?: string; key?: string; ca?: string } | undefined, CommandFailure> {
  if (!certificate !== !key) {
    return failure(refused('A certificate and its key belong together.', 'Give --certificate and --key.'))
  }
  if (!certificate && !ca) return success(undefined)
  try {
    const read = (path: string) => readFileSync(path, 'utf8')
    return success({
      ...(certificate && key && { cert: read(certificate), key: read(key) }),
      ...(ca && { ca: read(ca) }),
    })
  } catch {
    return failure(refused('A file of the certificate cannot be read.', 'Check the paths given.'))
  }
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
