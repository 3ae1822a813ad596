import type { InvalidPart } from './mesh-fault.ts'

type Place = InvalidPart['loc']

/** The ways in which a part of a request can be invalid, worded as the published API words them. */
export const invalid = {
  missing: (loc: Place): InvalidPart => ({ loc, msg: 'field required', type: 'value_error.missing' }),
  tooShort: (loc: Place, least: number): InvalidPart => ({
    loc,
    msg: `ensure this value has at least ${least} characters`,
    type: 'value_error.any_str.min_length',
  }),
  tooLong: (loc: Place, most: number): InvalidPart => ({
    loc,
    msg: `ensure this value has at most ${most} characters`,
    type: 'value_error.any_str.max_length',
  }),
  tooSmall: (loc: Place, least: number): InvalidPart => ({
    loc,
    msg: `ensure this value is greater than or equal to ${least}`,
    type: 'value_error.number.not_ge',
  }),
  tooLarge: (loc: Place, most: number): InvalidPart => ({
    loc,
    msg: `ensure this value is less than or equal to ${most}`,
    type: 'value_error.number.not_le',
  }),
  notWhole: (loc: Place): InvalidPart => ({
    loc,
    msg: 'value is not a valid integer',
    type: 'type_error.integer',
  }),
  notTime: (loc: Place): InvalidPart => ({
    loc,
    msg: 'invalid datetime format',
    type: 'value_error.datetime',
  }),
  notOneOf: (loc: Place, allowed: string): InvalidPart => ({
    loc,
    msg: `value is not one of ${allowed}`,
    type: 'value_error.const',
  }),
}

/** What is wrong with a text's length, if anything. */
export function lengthFault(
  loc: Place,
  text: string,
  limit: { readonly shortest?: number; readonly longest: number },
): InvalidPart | undefined {
  if (text.length > limit.longest) return invalid.tooLong(loc, limit.longest)
  return text.length < (limit.shortest ?? 0) ? invalid.tooShort(loc, limit.shortest ?? 0) : undefined
}
