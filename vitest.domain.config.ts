import { defineConfig } from 'vitest/config'

/** The tests of the rules alone: what mutation testing runs, which changes nothing but the rules (docs/testing.md). */
export default defineConfig({
  test: { include: ['src/domain/**/*.test.ts'], testTimeout: 60_000 },
})
