import type { PersonName } from '../../domain/query/requester.ts'

/** What an author is made of. */
export type AuthorField =
  | 'user id'
  | 'role profile id'
  | 'system id'
  | 'job role code'
  | 'job role name'
  | 'name'
  | 'organisation code'
  | 'organisation name'
  | 'people responsible'

/** A field that an author cannot do without, or one that is not fit to be shown to others. */
export interface AuthorFieldFault {
  readonly field: AuthorField
  readonly problem: 'missing' | 'unfit'
}

/**
 * How much an author may say of himself, in UTF-16 code units where it is text: it is kept with the access, listed to everybody
 * who looks later and told to the authority.
 */
export const AUTHOR_LIMITS = { id: 64, namePart: 100, givenNames: 5, text: 255, people: 10 } as const

/** Notes what is wrong with an author while it is read; `bounded` where the limits hold, which an answer is not refused for. */
export function authorNotes(bounded: boolean) {
  const faults: AuthorFieldFault[] = []
  function note(field: AuthorField, problem: AuthorFieldFault['problem']): void {
    if (!faults.some(known => known.field === field && known.problem === problem))
      faults.push({ field, problem })
  }
  return {
    bounded,
    faults: faults as readonly AuthorFieldFault[],
    /** Hands the value on, and notes the fault where there is none or it is not fit. */
    needed<T>(field: AuthorField, value: T | undefined, fits: (value: T) => boolean = () => true) {
      if (value === undefined) note(field, 'missing')
      else if (bounded && !fits(value)) note(field, 'unfit')
      return value
    },
    /** The same of a value that may be missing. */
    fitting<T>(field: AuthorField, value: T | undefined, fits: (value: T) => boolean) {
      if (value !== undefined && bounded && !fits(value)) note(field, 'unfit')
      return value
    },
  }
}

export type AuthorNotes = ReturnType<typeof authorNotes>

/** An identifier: printable characters of ASCII. */
export function fitsId(text: string): boolean {
  return text.length <= AUTHOR_LIMITS.id && /^[\x20-\x7e]*$/.test(text)
}

/** A code of HL7 has no white space (type `cs`): one that has would make every message invalid that names its author. */
export function fitsCode(text: string): boolean {
  return fits(text, AUTHOR_LIMITS.id) && !/\s/.test(text)
}

export function fitsText(text: string): boolean {
  return fits(text, AUTHOR_LIMITS.text)
}

export function fitsName({ prefix = '', given, family, suffix = '' }: PersonName): boolean {
  return (
    given.length <= AUTHOR_LIMITS.givenNames &&
    [prefix, ...given, family, suffix].every(part => fits(part, AUTHOR_LIMITS.namePart))
  )
}

/** Control characters, white space excepted. */
const CONTROL = /[^\P{Cc}\s]/u

function fits(text: string, most: number): boolean {
  return text.length <= most && !CONTROL.test(text)
}
