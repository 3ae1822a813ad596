import type { TestProject } from 'vitest/node'
import { NO_BROWSER } from './browser.ts'
import { ZEEP_MISSING } from './soap-toolkits.ts'
import { TEST_SERVER } from './suite.ts'

/** Says once, before the first test, what this machine lacks and which tests are skipped for it. */
export function setup({ name }: TestProject): void {
  const missing =
    name === 'everyday'
      ? [
          ...(NO_BROWSER ? [`Journeys through the pages are skipped. ${NO_BROWSER}`] : []),
          ...(ZEEP_MISSING ? ['The tests of zeep are skipped: apt-get install python3-zeep'] : []),
        ]
      : name === 'rest' && !TEST_SERVER
        ? ['The tests on PostgreSQL are skipped: set CPIS_TEST_DATABASE_URL to a server (CONTRIBUTING.md)']
        : []
  for (const line of missing) process.stderr.write(`${line}\n`)
}
