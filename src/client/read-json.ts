/** Reading JSON that somebody else wrote: each answers undefined for what is not what it should be. */

export type Json = Readonly<Record<string, unknown>>

export function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

/** The objects of a list; none where there is no list. */
export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object).filter(item => item !== undefined) : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

export function instant(value: unknown): Date | undefined {
  const date = new Date(text(value) ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** An object whose properties that may be undefined may be absent instead. */
export type Known<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The object without the properties that are undefined. */
export function known<T extends object>(value: T): Known<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Known<T>
}
