/** An expected outcome as a value: either what was asked for, or the fault that prevented it. */
export type Result<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: F }

export function success<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function failure<F>(fault: F): { readonly ok: false; readonly fault: F } {
  return { ok: false, fault }
}

/** Closes a switch over a union: a case that is forgotten does not compile. */
export function unreachable(value: never): never {
  throw new Error(`A case was forgotten: ${JSON.stringify(value)}`)
}
