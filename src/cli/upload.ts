import type { CommandLine } from './command-line.ts'
import { addMailboxOptions } from './mailbox-options.ts'
import type { UploadCheckOptions } from './upload-check.ts'
import type { UploadMakeOptions } from './upload-make.ts'
import type { UploadSendOptions } from './upload-send.ts'
import { wholeNumber } from './whole-number.ts'

const COLUMNS = 'JSON that says under which heading each field stands, where it is not understood'

/** `cpis upload`: an authority's side, from a table of people to what became of each of them. */
export function addUploadCommands(line: CommandLine): void {
  const { program, perform, terminal, config, now } = line
  const upload = program.command('upload').description("an authority's file of records")
  upload
    .command('make')
    .description('make a file out of a table of people (CSV)')
    .argument('<people.csv>')
    .requiredOption('--authority-file <authority.json>', 'odsCode, name, dutyPhone and officePhone')
    .requiredOption('-o, --output <upload.xml>', 'where the file is written')
    .option('--sequence <number>', 'the sequence number', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option('--state <directory>', "take the next sequence number of the authority's own state")
    .option('--columns <map.json>', COLUMNS)
    .action((path: string, options: UploadMakeOptions) =>
      perform(async () => {
        const { uploadMake } = await import('./upload-make.ts')
        return uploadMake(terminal, path, options, now())
      }),
    )
  upload
    .command('check')
    .description('say what would be refused and why, of a file or a table, without sending anything')
    .argument('<file>', 'an upload, or a table of people (.csv)')
    .option('--columns <map.json>', COLUMNS)
    .option('--every', 'name the good records too')
    .action((path: string, options: UploadCheckOptions) =>
      perform(async () => {
        const { uploadCheck } = await import('./upload-check.ts')
        return uploadCheck(terminal, path, options, now())
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
