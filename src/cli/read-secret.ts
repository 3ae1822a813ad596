import { text } from 'node:stream/consumers'

/** A secret given as an option, where other users of the machine can see it; a single hyphen reads it from standard input. */
export async function readSecret(given: string): Promise<string> {
  return given === '-' ? (await text(process.stdin)).trim() : given
}
