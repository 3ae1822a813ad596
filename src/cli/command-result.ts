/**
 * What came of a command. `data` is the JSON document that `--json` prints, `text` the same for people. A command that did not
 * do what it was asked says what was wrong and, where somebody can act on it, what to do.
 */
export type CommandResult =
  | { readonly kind: 'done'; readonly data: unknown; readonly text: string }
  | CommandFailure

export interface CommandFailure {
  /** The service, the rules or the usage said no; or the thing could not be done. */
  readonly kind: 'refused' | 'fault'
  readonly message: string
  readonly todo?: string
  /** What is to be shown all the same. */
  readonly shown?: { readonly data: object; readonly text: string }
}

/** What a shell sees (docs: 0 done, 1 refused, 2 fault). */
export const EXIT_CODES: Readonly<Record<CommandResult['kind'], number>> = { done: 0, refused: 1, fault: 2 }

export function done(data: unknown, text: string): CommandResult {
  return { kind: 'done', data, text }
}

export function refused(message: string, todo?: string): CommandFailure {
  return { kind: 'refused', message, ...(todo !== undefined && { todo }) }
}

export function fault(message: string, todo?: string): CommandFailure {
  return { kind: 'fault', message, ...(todo !== undefined && { todo }) }
}
