import type { Command } from 'commander'
import type { Config } from '../main/config.ts'
import type { CommandResult } from './command-result.ts'
import type { Terminal } from './terminal.ts'

/** Everything a command has of the world around it. */
export interface CliContext {
  readonly terminal: Terminal
  /** The configuration, the same as the server's. Throws `ConfigError`. */
  readonly config: () => Config
  readonly now: () => Date
}

/** What each command file adds itself to. */
export interface CommandLine extends CliContext {
  readonly program: Command
  /** Does the work of a command, prints what came of it and keeps the exit code. */
  perform(work: () => Promise<CommandResult>): Promise<void>
}
