import type { Command } from 'commander'
import { newPassword } from '../api/common/registration/new-password.ts'
import { matchPercent, type NumberMatch } from '../domain/registration/authority.ts'
import { addAnswerCommands } from './authority-answers.ts'
import { addHoursCommand } from './authority-hours.ts'
import { addStageCommands } from './authority-stages.ts'
import { addSuccessionCommands } from './authority-succession.ts'
import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { wholeNumber } from './whole-number.ts'
import { table } from './words.ts'

interface AuthorityShown {
  readonly odsCode: string
  readonly name: string
  readonly mailbox: string
  readonly stage: string
  readonly wave?: string
  readonly matchRate?: NumberMatch
  readonly contact?: { readonly dutyPhone: string; readonly officePhone?: string }
}

interface SettingsOptions {
  readonly gss?: string
  readonly dfe?: string
  readonly interval?: number
  readonly mode?: string
  readonly toldAt?: string
  readonly wave?: string
  readonly hours?: string
  readonly children?: number
}

interface AddOptions extends SettingsOptions {
  readonly name: string
  readonly mailbox: string
  readonly password?: string
  readonly sharedMailbox?: boolean
}

/** `cpis authority`: which local authorities use the service and how, through its operations API. */
export function addAuthorityCommands(line: CommandLine): void {
  const { program, perform, config } = line
  const authority = program.command('authority').description('local authorities that use the running service')
  authority
    .command('list')
    .description('every authority, where it stands and the numbers its newest file gave')
    .option('--stage <stage>', 'only those that are onboarding, live, suspended or passed-on')
    .option('--wave <name>', 'only those of a wave')
    .action((only: { stage?: string; wave?: string }) =>
      perform(async () => {
        const answer = await askOperations(config(), '/authorities')
        if (!answer.ok) return answer.fault
        const authorities = (answer.value as AuthorityShown[]).filter(
          ({ stage, wave }) => stage === (only.stage ?? stage) && wave === (only.wave ?? wave),
        )
        const rows = authorities.map(({ odsCode, stage, wave, mailbox, contact, name, matchRate }) => [
          odsCode,
          stage,
          wave ?? '-',
          mailbox,
          matchRate ? `${matchPercent(matchRate) ?? 0} %` : '-',
          contact?.officePhone ?? '-',
          contact?.dutyPhone ?? 'no file yet',
          name,
        ])
        const head = ['code', 'stage', 'wave', 'mailbox', 'match', 'by day', 'by night', 'name']
        return done(authorities, table([head, ...rows]))
      }),
    )
  settingsOptions(
    authority
      .command('add')
      .description('take an authority on, with its mailbox; its files are tests until it goes live')
      .argument('<ods>', 'its ODS code')
      .requiredOption('--name <name>', 'its name, until a file of its own gives one')
      .requiredOption('--mailbox <id>', 'its mailbox, which is added or changed')
      .option('--password <password>', 'of the mailbox; without it one is made and shown this once')
      .option('--shared-mailbox', 'the mailbox is that of another authority, and serves both from now on'),
  ).action((ods: string, options: AddOptions) =>
    perform(async () => {
      const { name, mailbox: mailboxId, sharedMailbox = false } = options
      const password = sharedMailbox ? undefined : (options.password ?? newPassword())
      const body = { odsCode: ods, name, mailboxId, password, sharedMailbox, ...settingsOf(options) }
      const answer = await askOperations(config(), '/authorities', body)
      if (!answer.ok) return answer.fault
      const made = options.password === undefined && !sharedMailbox
      const added = `Authority ${ods} added with mailbox ${mailboxId}.`
      return done(
        { ...(answer.value as object), ...(made && { password }) },
        made ? `${added} Its password: ${password}` : added,
      )
    }),
  )
  settingsOptions(
    authority
      .command('set')
      .description('change what is known of an authority; what is not said stays')
      .argument('<ods>', 'its ODS code'),
  ).action((ods: string, options: SettingsOptions) =>
    perform(async () => {
      const path = `/authorities/${encodeURIComponent(ods)}/settings`
      const answer = await askOperations(config(), path, settingsOf(options))
      return answer.ok ? done(answer.value, `Authority ${ods} changed.`) : answer.fault
    }),
  )
  authority
    .command('restart-sequence')
    .description('let an authority count its files from 1 again, on record (rule 3.8)')
    .argument('<ods>', 'its ODS code')
    .action((ods: string) =>
      perform(async () => {
        const path = `/authorities/${encodeURIComponent(ods)}/restart-sequence`
        const answer = await askOperations(config(), path, {})
        return answer.ok ? done(answer.value, `${ods} may count its files from 1 again.`) : answer.fault
      }),
    )
  addStageCommands(line, authority)
  addAnswerCommands(line, authority)
  addHoursCommand(line, authority)
  addSuccessionCommands(line, authority)
}

/** What an operator may say of an authority (rule 19.1). */
function settingsOptions(command: Command): Command {
  return command
    .option('--gss <code>', 'its code at the Office for National Statistics')
    .option('--dfe <code>', 'its code at the Department for Education')
    .option('--interval <hours>', 'how long it may be silent (48 unless told otherwise)', wholeNumber(1, 744))
    .option('--mode <mode>', 'delta: it sends what changed; snapshot: all that it holds')
    .option(
      '--told-at <place>',
      'mailbox: it is told there (unless told otherwise); desk: on the pages alone',
    )
    .option('--wave <name>', 'with whom it is taken on')
    .option(
      '--children <number>',
      'how many children it holds: its match rate is counted over them',
      wholeNumber(1, 100_000),
    )
    .option('--hours <hours>', 'when its office is open, for example “Mon-Thu 08:30-16:30; Fri 08:30-16:00”')
}

function settingsOf(options: SettingsOptions) {
  const { gss: gssCode, dfe: dfeCode, interval: intervalHours, mode, toldAt, wave, hours, children } = options
  return { gssCode, dfeCode, intervalHours, mode, toldAt, wave, hours, children }
}
