import type { Result } from '../../src/domain/result.ts'

/** The value of an outcome that a test counts on. */
export function expectValue<T, F>(result: Result<T, F>): T {
  if (!result.ok) throw new Error(`Expected a value, got the fault ${JSON.stringify(result.fault)}`)
  return result.value
}
