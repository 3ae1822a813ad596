import { Command, CommanderError } from 'commander'
import { addAppointmentCommands } from './appointment.ts'
import { addAuditCommands } from './audit.ts'
import { addAuthorityCommands } from './authority.ts'
import { addClientCommands } from './client.ts'
import type { CliContext, CommandLine } from './command-line.ts'
import { type CommandFailure, type CommandResult, EXIT_CODES, refused } from './command-result.ts'
import { addDemoCommand } from './demo.ts'
import { failureOf } from './failure-words.ts'
import { addHolidayCommands } from './holidays.ts'
import { addInboxCommand } from './inbox.ts'
import { addLaunchCommand } from './launch.ts'
import { addMailboxCommands } from './mailbox.ts'
import { addMigrateCommand } from './migrate.ts'
import { addOnboardCommand } from './onboard.ts'
import { addOrganisationCommands } from './organisation.ts'
import { addPopulationCommands } from './population.ts'
import { addQueryCommand } from './query.ts'
import { addRelayCommand } from './relay.ts'
import { addRetentionCommands } from './retention.ts'
import { addSandboxCommand } from './sandbox.ts'
import { addServeCommand } from './serve.ts'
import type { Terminal } from './terminal.ts'
import { addTokenCommand } from './token.ts'
import { addUploadCommands } from './upload.ts'
import { addWatchCommand } from './watch.ts'
import { addWorkflowCommands } from './workflow.ts'

/** Runs one command line, given without the names of node and the script; answers the exit code. Never throws. */
export async function runCommandLine(args: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context
  const json = args.includes('--json')
  let exitCode = EXIT_CODES.done
  const finish = (result: CommandResult) => {
    print(terminal, json, result)
    exitCode = EXIT_CODES[result.kind]
  }
  const program = cpisProgram({
    ...context,
    perform: async work => {
      try {
        finish(await work())
      } catch (error) {
        finish(failureOf(error))
        if (wantsStack(context)) terminal.err(error instanceof Error ? (error.stack ?? '') : String(error))
      }
    },
  })
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) finish(usageFailure(error))
  }
  return exitCode
}

/** The whole command line, unparsed. */
function cpisProgram(context: Omit<CommandLine, 'program'>): Command {
  const { terminal } = context
  const program = new Command('cpis')
    .description(
      'Child Protection - Information Sharing: the service, a made-up England, and tools for both.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      // What is wrong with the usage is printed by `print`, in the form that was asked for.
      writeErr: () => undefined,
    })
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', '\nEvery command takes --json. Exit codes: 0 done, 1 refused, 2 could not be done.')
  const line: CommandLine = { ...context, program }
  addServeCommand(line)
  addDemoCommand(line)
  addSandboxCommand(line)
  addTokenCommand(line)
  addLaunchCommand(line)
  addQueryCommand(line)
  addAppointmentCommands(line)
  addUploadCommands(line)
  addInboxCommand(line)
  addMailboxCommands(line)
  addWorkflowCommands(line)
  addAuthorityCommands(line)
  addWatchCommand(line)
  addAuditCommands(line)
  addRetentionCommands(line)
  addClientCommands(line)
  addOrganisationCommands(line)
  addHolidayCommands(line)
  addOnboardCommand(line)
  addPopulationCommands(line)
  addRelayCommand(line)
  addMigrateCommand(line)
  for (const leaf of leavesOf(program)) leaf.option('--json', 'answer with one JSON document')
  return program
}

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

function usageFailure(error: CommanderError): CommandFailure {
  if (error.code === 'commander.help') return refused('Which command?', 'cpis --help lists them.')
  const said = error.message.replace(/^error: /, '')
  return refused(
    `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
    'cpis COMMAND --help tells how it is used.',
  )
}

/** People read results on standard output and failures on standard error; machines read one document. */
function print(terminal: Terminal, json: boolean, result: CommandResult): void {
  if (json) {
    const document = documentOf(result)
    if (document !== undefined) terminal.out(JSON.stringify(document, undefined, 2))
  } else if (result.kind === 'done') {
    if (result.text !== '') terminal.out(result.text)
  } else {
    if (result.shown) terminal.out(result.shown.text)
    terminal.err(`cpis: ${result.message}`)
    if (result.todo) terminal.err(`      ${result.todo}`)
  }
}

function documentOf(result: CommandResult): unknown {
  if (result.kind === 'done') return result.data
  const { kind, message, todo, shown } = result
  return { ...shown?.data, error: { kind, message, ...(todo && { whatToDo: todo }) } }
}

function wantsStack({ config }: CliContext): boolean {
  try {
    return config().logLevel === 'debug'
  } catch {
    return false
  }
}
