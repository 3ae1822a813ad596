import { type OdsCode, parseOdsCode } from '../domain/organisation.ts'

/** Of NHS England, which runs the national service. */
export function ownOdsCode(): OdsCode {
  const code = parseOdsCode('X26')
  if (!code) throw new Error('X26 is a code')
  return code
}
