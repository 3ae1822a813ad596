const TRUE = ['y', 'yes', 't', 'true', 'on', '1']
const FALSE = ['n', 'no', 'f', 'false', 'off', '0']

/** Reads `mex-content-encrypted` or `mex-content-compressed` in any form that clients send; undefined where it says neither (rule 7.15). */
export function readFlag(sent: string | undefined): boolean | undefined {
  const said = sent?.trim().toLowerCase() ?? ''
  if (TRUE.includes(said)) return true
  return FALSE.includes(said) ? false : undefined
}
