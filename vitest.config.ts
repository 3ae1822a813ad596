import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const EVERY_FILE = ['src/**/*.test.ts', 'test/**/*.test.ts']

/** A test file that names one of these does more in the rest of the suite (test/support/suite.ts). */
const HAS_MORE =
  /\b(describeOnEachEngine|describeJourney|describePages|describeOn|expectAccessible|PART|rounds)\b/

const ofTheRest = globSync(EVERY_FILE).filter(path => HAS_MORE.test(readFileSync(path, 'utf8')))

/** One part of the suite, as a project of its own: `--project everyday`. */
const part = (name: 'everyday' | 'rest', include: string[]) => ({
  extends: true as const,
  test: {
    name,
    include,
    env: { CPIS_TEST_PART: name },
    globalSetup: ['test/support/say-what-is-skipped.ts'],
  },
})

export default defineConfig({
  test: {
    // Generous: what waits for something polls for it, and a busy machine is no fault of the code.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // One more than the two processors it is planned for: tests of the running service wait as much as they work.
    maxWorkers: 3,
    projects: [part('everyday', EVERY_FILE), part('rest', ofTheRest)],
  },
})
