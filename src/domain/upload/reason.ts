/**
 * Why something was refused, for the person who has to put it right. Plain English that somebody of ten can read, in short
 * sentences; no code, nothing of a person, and never what PDS holds (rule 3.14).
 */
export interface Reason {
  /** Which thing, a colon, and what is wrong with it. */
  readonly wrong: string
  /** What to do now. */
  readonly remedy: string
}

/** A reason for every kind of fault: one that is forgotten does not compile. */
export type ReasonTable<Fault extends { readonly kind: string }> = {
  readonly [Kind in Fault['kind']]: (fault: Extract<Fault, { readonly kind: Kind }>) => Reason
}

/** The reason of one fault of those a table is for. */
export function reasonFrom<Fault extends { readonly kind: string }>(
  table: ReasonTable<Fault>,
  fault: Fault,
): Reason {
  // Each entry takes the faults of its own kind, which the compiler cannot follow through the look-up.
  const reason = table[fault.kind as Fault['kind']] as (fault: Fault) => Reason
  return reason(fault)
}

/** Both halves as one text, as an acknowledgement carries it. */
export function reasonText({ wrong, remedy }: Reason): string {
  return `${wrong} ${remedy}`
}

/** A list as people write it: `given name and date of birth`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
