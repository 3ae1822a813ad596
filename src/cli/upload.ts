import type { CommandLine } from './command-line.ts'
import { addMailboxOptions } from './mailbox-options.ts'
import type { UploadSendOptions } from './upload-send.ts'

/** `cpis upload`: an authority's file, checked before it is sent, and sent. */
export function addUploadCommands({ program, perform, terminal, config, now }: CommandLine): void {
  const upload = program.command('upload').description("an authority's file of records")
  upload
    .command('check')
    .description('say what would be refused and why, without sending anything')
    .argument('<file>')
    .action((path: string) =>
      perform(async () => {
        const { uploadCheck } = await import('./upload-check.ts')
        return uploadCheck(terminal, path, now())
      }),
    )
  const send = upload
    .command('send')
    .description('send a file through a mailbox, wait for its acknowledgement and say what it says')
    .argument('<file>')
  addMailboxOptions(send)
    .option('--gzip', 'compress what travels')
    .option('--no-wait', 'do not wait for the acknowledgement')
    .option('--keep', 'leave the acknowledgement in the mailbox')
    .action((path: string, options: UploadSendOptions) =>
      perform(async () => {
        const { uploadSend } = await import('./upload-send.ts')
        return uploadSend(terminal, config(), path, options)
      }),
    )
}
