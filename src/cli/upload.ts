import type { CommandLine } from './command-line.ts'
import { addMailboxOptions } from './mailbox-options.ts'
import type { UploadCheckOptions } from './upload-check.ts'
import type { UploadCollectOptions } from './upload-collect.ts'
import type { UploadDayOptions } from './upload-day.ts'
import type { UploadMakeOptions } from './upload-make.ts'
import type { UploadSendOptions } from './upload-send.ts'
import type { UploadTraceOptions } from './upload-trace.ts'
import { wholeNumber } from './whole-number.ts'

const STATE = "the authority's own state: sequence numbers, files sent, messages received"
const USUAL_PATIENCE_SECONDS = 600
const PDS_URL = "the FHIR address of PDS, if it is not this configuration's"
const PDS_TOKEN = 'an access token for PDS; - reads it from standard input'
const AFTER = 'with --state: sequence numbers up to this one were used by an earlier system'
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
    .option('--after <number>', AFTER, wholeNumber(0, Number.MAX_SAFE_INTEGER))
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
  upload
    .command('trace')
    .description('ask PDS about everybody in a table: whether the number is theirs, or which one is')
    .argument('<people.csv>')
    .option('--pds-url <url>', PDS_URL)
    .option('--pds-token <token>', PDS_TOKEN)
    .option('--concurrency <count>', 'questions under way at once, 8 by itself', wholeNumber(1, 64))
    .option('--per-second <count>', 'questions begun in a second, 5 by itself', wholeNumber(1, 1000))
    .option('--decisions <decisions.csv>', 'which possible matches are the same person, decided by somebody')
    .option('--journal <file>', 'keep the answers, so that a trace that breaks off goes on where it stopped')
    .option('--columns <map.json>', COLUMNS)
    .action((path: string, options: UploadTraceOptions) =>
      perform(async () => {
        const { uploadTrace } = await import('./upload-trace.ts')
        return uploadTrace(terminal, config(), path, options, now)
      }),
    )
  upload
    .command('diff')
    .description('say what a later file says otherwise than an earlier one, by person and plan')
    .argument('<earlier.xml>')
    .argument('<later.xml>')
    .action((earlier: string, later: string) =>
      perform(async () => {
        const { uploadDiff } = await import('./upload-diff.ts')
        return uploadDiff(terminal, earlier, later)
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
    .option('--state <directory>', "the authority's own state: a file is never sent twice, nor lost sight of")
    .action((path: string, options: UploadSendOptions) =>
      perform(async () => {
        const { uploadSend } = await import('./upload-send.ts')
        return uploadSend(terminal, config(), path, options)
      }),
    )
  const collect = upload
    .command('collect')
    .description('take everything out of the mailbox and keep it: acknowledgements, notifications, reports')
    .requiredOption('--state <directory>', STATE)
  addMailboxOptions(collect).action((options: UploadCollectOptions) =>
    perform(async () => {
      const { uploadCollect } = await import('./upload-collect.ts')
      return uploadCollect(terminal, config(), options)
    }),
  )
  const day = upload
    .command('day')
    .description('a whole working day: make, check, send, wait for the acknowledgement, collect')
    .argument('<people.csv>')
    .requiredOption('--authority-file <authority.json>', 'odsCode, name, dutyPhone and officePhone')
    .requiredOption('--state <directory>', STATE)
    .option('--after <number>', AFTER, wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option('--columns <map.json>', COLUMNS)
    .option('--trace', 'ask PDS about everybody before the file is sent, and say whose number does not match')
    .option('--pds-url <url>', PDS_URL)
    .option('--pds-token <token>', PDS_TOKEN)
    .option('--gzip', 'compress what travels')
    .option(
      '--patience <seconds>',
      'how long the acknowledgement is waited for',
      wholeNumber(0, 86_400),
      USUAL_PATIENCE_SECONDS,
    )
  addMailboxOptions(day).action((path: string, options: UploadDayOptions) =>
    perform(async () => {
      const { uploadDay } = await import('./upload-day.ts')
      return uploadDay(terminal, config(), path, options, now)
    }),
  )
}
