import type { OdsCode } from '../../domain/organisation.ts'

/**
 * Tells each authority that waits, a message at a time; answers of how many things. `tell` answers how many went into a message,
 * and is called again while its messages are full. What keeps one authority from being told keeps no other; the first such
 * failure is thrown when all the others have been told.
 */
export async function notifyInTurn(
  waiting: readonly OdsCode[],
  inMessage: number,
  tell: (authority: OdsCode) => Promise<number>,
): Promise<number> {
  let told = 0
  const failures: unknown[] = []
  for (const authority of waiting) {
    try {
      for (let sent = inMessage; sent === inMessage; told += sent) sent = await tell(authority)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return told
}
