#!/usr/bin/env node
import { readConfig } from '../main/config.ts'
import { runCommandLine } from './program.ts'
import { processTerminal } from './terminal.ts'

/** What a command leaves open, such as a connection that nobody closes at the other end, keeps the process no longer (milliseconds). */
const LEFT_OPEN_MS = 3_000

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  config: () => readConfig(),
  now: () => new Date(),
})
setTimeout(() => process.exit(), LEFT_OPEN_MS).unref()
