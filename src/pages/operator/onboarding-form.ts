import { onboardingFile } from '../../api/common/registration/onboarding-file.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { OnboardingFile } from '../../flows/registration/onboard.ts'

/** Sealed, it still fits a form: all of England is a third of it. */
const LONGEST_FILE = 1024 * 1024

export interface ReadOnboardingFile {
  readonly text: string
  readonly file: OnboardingFile
}

/** Reads a file as it was chosen, or says in words where it is wrong. */
export function readOnboardingFile(chosen: unknown): Result<ReadOnboardingFile, readonly string[]> {
  if (!(chosen instanceof Uint8Array) || chosen.length === 0) return failure(['Choose a file'])
  if (chosen.length > LONGEST_FILE) return failure(['The file is longer than 1 MB. Use cpis onboard'])
  const text = Buffer.from(chosen).toString('utf8')
  const said = parsed(text)
  if (said === undefined) return failure(['The file is not JSON'])
  const read = onboardingFile.safeParse(said)
  if (read.success) return success({ text, file: read.data })
  return failure(
    read.error.issues.map(({ path, message }) => [placeOf(path), message].filter(Boolean).join(': ')),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As somebody counts who looks into the file: from 1. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.map(part => (typeof part === 'number' ? `number ${part + 1}` : String(part))).join(', ')
}
