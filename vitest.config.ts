import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const EVERY_FILE = ['src/**/*.test.ts', 'test/**/*.test.ts']

/** A test file that names one of these does more in the rest of the suite (test/support/suite.ts). */
const HAS_MORE =
  /\b(describeOnEachEngine|describeJourney|describePages|describeOn|expectAccessible|PART|rounds)\b/

/** Long journeys through what shorter tests of the everyday part hold already. They are of the rest alone. */
const TOO_LONG_FOR_EVERY_DAY = [
  'test/connected-kit.test.ts',
  'test/pages-operator-succession.test.ts',
  'test/year-of-a-split.test.ts',
]

const ofTheRest = globSync(EVERY_FILE).filter(path => HAS_MORE.test(readFileSync(path, 'utf8')))

/**
 * Tests beside the code share their processes: most of their time was loading the same modules again. They are a project of their own.
 * Left out is what listens to the process itself, and what measures its memory.
 */
const SHARED = globSync('src/**/*.test.ts', {
  exclude: ['src/main/**', 'src/identity/**', 'src/api/mesh/mesh-streams.test.ts'],
})

/** One part of the suite, as a project of its own: `--project everyday`. */
const part = (
  name: 'everyday' | 'rest',
  { include, exclude = [], isShared = false }: { include: string[]; exclude?: string[]; isShared?: boolean },
) => ({
  extends: true as const,
  test: {
    name: isShared ? `${name}-shared` : name,
    include,
    exclude,
    isolate: !isShared,
    env: { CPIS_TEST_PART: name },
    globalSetup: ['test/support/say-what-is-skipped.ts'],
    // Only where they are wanted: the setup puts itself between the writers and those who call them.
    setupFiles: process.env['CPIS_KEEP_MESSAGES'] ? ['test/support/keep-messages.ts'] : [],
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
    projects: [
      part('everyday', { include: EVERY_FILE, exclude: [...SHARED, ...TOO_LONG_FOR_EVERY_DAY] }),
      part('everyday', { include: SHARED, isShared: true }),
      part('rest', { include: ofTheRest }),
    ],
  },
})
