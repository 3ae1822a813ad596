import { failure, type Result, success } from '../../domain/result.ts'

/** The two published forms of the API; which one a caller gets is by its `Accept`. */
export type ApiVersion = 1 | 2

export const V2_JSON = 'application/vnd.mesh.v2+json'
export const PLAIN_JSON = 'application/json'

/**
 * The version a caller asks for: the first that an `application/vnd.mesh.vN+json` names, 2 standing for every later one; 1 where
 * nothing of the kind is named. A version that is no number is a fault.
 */
export function readAccept(accept: string | undefined): Result<ApiVersion, 'bad-accept'> {
  for (const range of (accept ?? '').split(',')) {
    const type = range.split(';')[0]?.trim().toLowerCase() ?? ''
    if (!type.startsWith('application/vnd.mesh.')) continue
    const named = /^application\/vnd\.mesh\.v([1-9]\d?)\+json$/.exec(type)
    if (!named) return failure('bad-accept')
    return success(Number(named[1]) === 1 ? 1 : 2)
  }
  return success(1)
}
