import { z } from 'zod'

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine(value => value >= least && value <= most, `must lie between ${least} and ${most}`)

/** A whole address, handed on without a slash at its end. */
export const address = z
  .url('must be a whole address such as https://example.org')
  .transform(url => url.replace(/\/$/, ''))
