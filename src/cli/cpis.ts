#!/usr/bin/env node
import { readConfig } from '../main/config.ts'
import { runCommandLine } from './program.ts'
import { processTerminal } from './terminal.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  config: () => readConfig(),
  now: () => new Date(),
})
