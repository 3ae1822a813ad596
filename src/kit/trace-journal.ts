import { type FileHandle, open, readFile } from 'node:fs/promises'
import type { TraceOutcome } from './trace-outcome.ts'
import type { TraceJournal } from './trace-people.ts'

/** An answer of PDS is good for a day; after that somebody may have been renumbered, or renamed. */
const GOOD_FOR_MS = 86_400_000

interface Line {
  readonly key: string
  readonly at: string
  readonly outcome: TraceOutcome
}

/** A journal in a file: one line for each answer, of which the last may have been cut off when the run died. */
export async function openTraceJournal(
  path: string,
  now: () => Date,
): Promise<TraceJournal & { close(): Promise<void> }> {
  const known = new Map<string, TraceOutcome>()
  for (const text of (await readText(path)).split('\n')) {
    const line = readLine(text)
    if (line && now().getTime() - Date.parse(line.at) < GOOD_FOR_MS) known.set(line.key, line.outcome)
  }
  const file: FileHandle = await open(path, 'a', 0o600)
  // Whatever was cut off ends here, so that the next answer has a line of its own.
  await file.appendFile('\n')
  return {
    known: key => known.get(key),
    add: async (key, outcome) => {
      const line: Line = { key, at: now().toISOString(), outcome }
      await file.appendFile(`${JSON.stringify(line)}\n`)
    },
    close: async () => {
      await file.sync()
      await file.close()
    },
  }
}

function readLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line
    return typeof line.key === 'string' && typeof line.outcome?.kind === 'string' ? line : undefined
  } catch {
    return undefined
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
