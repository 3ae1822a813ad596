import { setTimeout } from 'node:timers/promises'
import { connectionProblem, connectionWords } from '../client/connection-problem.ts'
import { readToEnd } from '../client/read-to-end.ts'
import { backOff, retryAfterMs } from './back-off.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import type { PdsReply } from './pds-reply.ts'

/** In bytes; one person is about 10,000. */
const LONGEST_REPLY = 1024 * 1024

export interface PdsClientOptions {
  /** The FHIR base, for example `https://pds.example/personal-demographics/FHIR/R4`. */
  readonly baseUrl: string
  /** A bearer token for the next request; none where PDS asks for none. */
  readonly token?: () => Promise<string | undefined>
  /** How long one request may take with its body, in milliseconds. */
  readonly timeoutMs?: number
  /** How often a request without an answer is made again. */
  readonly retries?: number
  /** The longest wait before the first retry, in milliseconds. */
  readonly firstRetryMs?: number
  /** The longest wait before any retry, in milliseconds; a `Retry-After` beyond it ends the attempt. */
  readonly longestWaitMs?: number
  /** Requests without an answer in a row after which PDS is left alone, and for how many milliseconds. */
  readonly breaker?: { readonly failures: number; readonly coolDownMs: number }
  readonly newRequestId: () => string
  readonly now: () => Date
  readonly sleep?: (ms: number) => Promise<unknown>
  readonly random?: () => number
}

/** PDS did not answer. The reason holds nothing of the person. */
export interface PdsUnavailable {
  readonly kind: 'unavailable'
  readonly why: string
}

/** Asks PDS for what is under a path below its base; `read` says what a reply means. Never throws. */
export interface PdsRequests {
  ask<A>(path: string, read: (status: number, body: string) => PdsReply<A>): Promise<A | PdsUnavailable>
  /** Whether PDS is left alone for a while because it did not answer of late. */
  leftAlone(): boolean
}

/** Requests to PDS with their patience: a time limit, retries that back off, and a circuit breaker for all of them together. */
export function pdsRequests(options: PdsClientOptions): PdsRequests {
  const { timeoutMs = 5_000, retries = 3, now, sleep = setTimeout } = options
  const waits = {
    firstMs: options.firstRetryMs ?? 200,
    longestMs: options.longestWaitMs ?? 10_000,
    random: options.random ?? Math.random,
  }
  const breaker = circuitBreaker({ ...(options.breaker ?? { failures: 10, coolDownMs: 15_000 }), now })
  const baseUrl = options.baseUrl.replace(/\/+$/, '')

  return {
    leftAlone: breaker.isOpen,
    async ask(path, read) {
      // A retry carries the same request id, as the platform asks.
      const requestId = options.newRequestId()
      for (let retry = 0; ; retry++) {
        if (!breaker.tryEnter())
          return unavailable('PDS did not answer of late and is left alone for a while')
        const { reply, waitMs } = await request(path, requestId, read)
        if (reply.kind === 'none') breaker.failed()
        else breaker.succeeded()
        if (reply.kind === 'answer') return reply.answer
        const wait = backOff(retry, waitMs, waits)
        const again = reply.kind === 'busy' || reply.again
        if (!again || retry >= retries || wait === undefined) return unavailable(reply.why)
        await sleep(wait)
      }
    },
  }

  /** Makes one request; every failure on the way is a reply without an answer. */
  async function request<A>(
    path: string,
    requestId: string,
    read: (status: number, body: string) => PdsReply<A>,
  ): Promise<{ reply: PdsReply<A>; waitMs?: number }> {
    let token: string | undefined
    try {
      token = await options.token?.()
    } catch {
      return { reply: { kind: 'none', why: 'no access token for PDS could be had', again: true } }
    }
    let response: Response
    let body: string
    try {
      response = await fetch(baseUrl + path, {
        headers: {
          Accept: 'application/fhir+json',
          'X-Request-ID': requestId,
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        },
        // PDS never sends elsewhere; whoever does must not be told who is asked for.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      body = (await readToEnd(response.body, LONGEST_REPLY)).toString('utf8')
    } catch (error) {
      return { reply: { kind: 'none', why: whyNoReply(error, timeoutMs), again: true } }
    }
    const reply = read(response.status, body)
    const waitMs = retryAfterMs(response.headers.get('Retry-After'), now())
    return { reply, ...(waitMs !== undefined && { waitMs }) }
  }
}

function unavailable(why: string): PdsUnavailable {
  return { kind: 'unavailable', why }
}

/** The error's own text could hold the address, and with it the number: only its kind is told. */
function whyNoReply(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'no connection to PDS'
  if (error.name === 'TimeoutError') return `PDS did not answer within ${timeoutMs} ms`
  const problem = connectionProblem(error)
  return `no connection to PDS${problem ? `: ${connectionWords(problem)}` : ''}`
}
