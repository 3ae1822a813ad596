declare const brand: unique symbol

/** A value that has been parsed: inside the service a bare `string` is never an NHS number or an ODS code. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name }
