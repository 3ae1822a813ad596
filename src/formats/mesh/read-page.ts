import { failure, type Result, success } from '../../domain/result.ts'
import { readContinueToken } from './continue-token.ts'
import { invalid, lengthFault } from './invalid-part.ts'
import { INBOX_LIMITS } from './limits.ts'
import type { InvalidPart, MeshFault } from './mesh-fault.ts'

/** Which page of a mailbox's messages is asked for. */
export interface PageQuery {
  readonly limit: number
  readonly after?: string
  readonly workflowFilter?: string
  readonly since?: Date
}

/** Reads `max_results`, `continue_from` and either `workflow_filter` or, for the rich lists, `start_time`. */
export function readPageQuery(query: URLSearchParams, kind: 'plain' | 'rich'): Result<PageQuery, MeshFault> {
  const wrong: InvalidPart[] = []
  const checked = <T>(name: string, read: (text: string, loc: ['query', string]) => T | InvalidPart) => {
    const text = query.get(name)
    if (text === null) return undefined
    const value = read(text, ['query', name])
    if (!isInvalid(value)) return value
    wrong.push(value)
    return undefined
  }
  const limit = checked('max_results', readLimit) ?? INBOX_LIMITS.results.usual
  const after = checked('continue_from', readContinuation)
  const workflowFilter = kind === 'plain' ? checked('workflow_filter', readFilter) : undefined
  const since = kind === 'rich' ? checked('start_time', readTime) : undefined
  if (wrong.length > 0) return failure({ invalid: wrong })
  return success({
    limit,
    ...(after !== undefined && { after }),
    ...(workflowFilter !== undefined && { workflowFilter }),
    ...(since && { since }),
  })
}

function isInvalid(value: unknown): value is InvalidPart {
  return typeof value === 'object' && value !== null && 'loc' in value
}

function readLimit(text: string, loc: ['query', string]): number | InvalidPart {
  const { least, most } = INBOX_LIMITS.results
  if (!/^-?\d{1,15}$/.test(text)) return invalid.notWhole(loc)
  if (Number(text) < least) return invalid.tooSmall(loc, least)
  return Number(text) > most ? invalid.tooLarge(loc, most) : Number(text)
}

function readContinuation(text: string, loc: ['query', string]): string | InvalidPart {
  const wrong = lengthFault(loc, text, INBOX_LIMITS.continuation)
  return wrong ?? readContinueToken(text) ?? invalid.notOneOf(loc, 'the values given in links.next')
}

/** A filter in one of its six forms: a workflow id with `!` before it or not, and a star after it, around it or nowhere (rule 7.7). */
function readFilter(text: string, loc: ['query', string]): string | InvalidPart {
  const wrong = lengthFault(loc, text, INBOX_LIMITS.filter)
  if (wrong) return wrong
  return /^!?(\*[^*]+\*|[^*]+\*?)$/.test(text) ? text : invalid.notOneOf(loc, 'X, !X, X*, !X*, *X*, !*X*')
}

function readTime(text: string, loc: ['query', string]): Date | InvalidPart {
  const at = new Date(text)
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(at.getTime()) ? at : invalid.notTime(loc)
}
