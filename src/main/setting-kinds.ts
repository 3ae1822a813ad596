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

/** Origins of pages with commas between them, as browsers send them: scheme, host and port where there is one. */
export const origins = z
  .string()
  .transform(text => text.split(',').map(origin => origin.trim()))
  .refine(
    list => list.every(origin => URL.canParse(origin) && new URL(origin).origin === origin),
    'must be origins such as https://records.example, with commas between them and nothing after the host',
  )
