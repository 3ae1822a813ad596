import type { ConnectionProblem } from './connection-problem.ts'
import { readJsonToEnd } from './read-to-end.ts'

/** In bytes. */
const LONGEST_ERROR = 64 * 1024

/** What the mailbox service said no to, or could not do. Never holds a secret or anything of a message's content. */
export class MeshError extends Error {
  /** The HTTP status; absent when no answer came at all. */
  readonly status: number | undefined
  /** The service's code, for example `12` for an address that nobody registered. */
  readonly code: string | undefined
  readonly event: string | undefined
  /** The service's own words. */
  readonly description: string | undefined
  /** When the service wants to be asked again, where it says so. */
  readonly retryAfterSeconds: number | undefined
  /** Why there was no connection, where there was none and the platform says why. */
  readonly problem: ConnectionProblem | undefined

  constructor(
    message: string,
    answer: {
      status?: number
      code?: string
      event?: string
      description?: string
      retryAfterSeconds?: number
      problem?: ConnectionProblem
      cause?: unknown
    } = {},
  ) {
    super(message, answer.cause === undefined ? undefined : { cause: answer.cause })
    this.name = 'MeshError'
    this.status = answer.status
    this.code = answer.code
    this.event = answer.event
    this.description = answer.description
    this.retryAfterSeconds = answer.retryAfterSeconds
    this.problem = answer.problem
  }
}

/** Reads a refusal in either of the two published forms. */
export async function readMeshError(action: string, response: Response): Promise<MeshError> {
  const { status } = response
  const retryAfterSeconds = secondsToWait(response.headers.get('retry-after'))
  const body = await readJsonToEnd(response.body, LONGEST_ERROR).catch(() => undefined)
  const { detail, errorEvent, errorCode, errorDescription } = asObject(body)
  const first = asObject(Array.isArray(detail) ? detail[0] : detail)
  const code = asText(first['code'] ?? errorCode)
  const event = asText(first['event'] ?? errorEvent)
  const said = asText(first['msg'] ?? errorDescription) ?? response.statusText
  return new MeshError(`${action}: ${status}${code ? ` (code ${code})` : ''} ${said}`.trimEnd(), {
    status,
    ...(code !== undefined && { code }),
    ...(event !== undefined && { event }),
    ...(said !== '' && { description: said }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  })
}

/** Reads `Retry-After`: seconds, or an HTTP date. */
function secondsToWait(header: string | null): number | undefined {
  if (header === null) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
