import type { NhsNumber } from '../domain/nhs-number.ts'
import type { PersonItem } from '../domain/person/same-person.ts'

/** What PDS says of a person in a table. Nothing of what PDS holds is told but numbers. */
export type TraceOutcome =
  /** The number belongs to this person. */
  | { readonly kind: 'match' }
  /** The number may be theirs, or their twin's: these items are not the same. */
  | { readonly kind: 'possible-match'; readonly items: readonly PersonItem[] }
  /** The number belongs to somebody else, who differs in these items. */
  | { readonly kind: 'different-person'; readonly items: readonly PersonItem[] }
  | { readonly kind: 'superseded'; readonly by: NhsNumber }
  | { readonly kind: 'invalidated' | 'unknown' | 'sensitive' }
  /** Without a number that could be asked for: exactly one person is called and born like this. */
  | { readonly kind: 'found'; readonly nhsNumber: NhsNumber }
  /** Without such a number: one person may be meant, who differs in these items. */
  | { readonly kind: 'possibly-found'; readonly nhsNumber: NhsNumber; readonly items: readonly PersonItem[] }
  | { readonly kind: 'several' | 'not-found' }
  | { readonly kind: 'could-not-ask'; readonly why: string }
