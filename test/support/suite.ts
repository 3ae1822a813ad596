import { describe } from 'vitest'

/**
 * The suite has two parts (vitest.config.ts). `npm test` runs the everyday part: on the embedded database, every test in its short
 * form, but for three long journeys (vitest.config.ts). The rest adds what takes longer: the tests of the database on PostgreSQL, every rule for pages, and more rounds.
 */
export const PART: 'everyday' | 'rest' = process.env['CPIS_TEST_PART'] === 'rest' ? 'rest' : 'everyday'

/** A PostgreSQL server on which databases may be made and dropped. Without one the tests on PostgreSQL are skipped. */
export const TEST_SERVER = process.env['CPIS_TEST_DATABASE_URL']

export type Engine = 'embedded' | 'postgresql'

/** The engines of a test that is the same in both parts: the rest does not repeat what the everyday part did. */
export const ENGINES: readonly Engine[] = PART === 'everyday' ? ['embedded'] : ['postgresql']

/** The engines of a test that does more in the rest, and does it on each. */
export const ENGINES_OF_LONG_TESTS: readonly Engine[] =
  PART === 'everyday' ? ['embedded'] : ['embedded', 'postgresql']

/** The engine of journeys through pages. Every rule for pages is also checked where there is no PostgreSQL server. */
export const ENGINES_OF_PAGES: readonly Engine[] =
  PART === 'rest' && TEST_SERVER ? ['postgresql'] : ['embedded']

/** Describes the same tests on each engine. They are skipped where there is no server, or for another reason that is given. */
export function describeOn(
  engines: readonly Engine[],
  name: string,
  tests: (engine: Engine) => void,
  missing?: string,
): void {
  for (const engine of engines) {
    const isSkipped = missing !== undefined || (engine === 'postgresql' && !TEST_SERVER)
    describe.skipIf(isSkipped)(`${name} on ${engine}`, () => tests(engine))
  }
}

/** How often something is tried: fewer times in the everyday part. */
export function rounds({ everyday, rest }: { readonly everyday: number; readonly rest: number }): number {
  return PART === 'everyday' ? everyday : rest
}
