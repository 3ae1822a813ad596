import { connectionProblem, connectionWords } from './connection-problem.ts'
import {
  type MissedAppointment,
  notKnown,
  readReportOutcome,
  writeMissedAppointment,
} from './missed-appointment.ts'
import type {
  AccessHistoryOutcome,
  CareTeamsOutcome,
  CouldNotLook,
  MetadataOutcome,
  MissedAppointmentOutcome,
  Refused,
} from './outcomes.ts'
import {
  readAccesses,
  readDiagnostics,
  readFailure,
  readMetadata,
  readPlans,
  readSupersededBy,
  saysUnchecked,
} from './read-answer.ts'
import { known } from './read-json.ts'
import { readJsonToEnd } from './read-to-end.ts'

export interface FhirClientSettings {
  /** For example `https://cp-is.example/cpis/FHIR/R4`. */
  readonly baseUrl: string
  /** A current access token of the clinician who asks, without `Bearer`. */
  readonly token: () => string | Promise<string>
  readonly fetch?: typeof globalThis.fetch
  /** How long to wait for an answer, in milliseconds; ten seconds unless told otherwise. */
  readonly timeoutMilliseconds?: number
}

export interface QueryOptions {
  /** An emergency look-up, which is listed and told to the authorities; true unless told otherwise, as in the service itself. */
  readonly unscheduled?: boolean
  /** The caller's own reference, up to 128 printable characters. */
  readonly traceId?: string
  readonly signal?: AbortSignal
}

export interface FhirClient {
  /** The visible plans of one person, by their ten-digit NHS number. */
  careTeams(nhsNumber: string, options?: QueryOptions): Promise<CareTeamsOutcome>
  /** Who viewed the record of a person with a visible plan: at most the 25 newest unscheduled accesses. */
  accessHistory(nhsNumber: string, options?: QueryOptions): Promise<AccessHistoryOutcome>
  /** Tells each authority with a visible plan that a person did not come to a booked appointment. */
  reportMissedAppointment(
    appointment: MissedAppointment,
    options?: Omit<QueryOptions, 'unscheduled'>,
  ): Promise<MissedAppointmentOutcome>
  /** What the server serves. Needs no sign-in. */
  metadata(): Promise<MetadataOutcome>
}

type Received =
  | { readonly kind: 'received'; readonly status: number; readonly body: unknown }
  | Refused
  | CouldNotLook

/**
 * A client of the CP-IS FHIR API. It never throws and never takes a failure for an answer: what cannot be reached, read or
 * understood in full is `could-not-look`. Searches are posted, which keeps NHS numbers out of addresses and so out of logs.
 */
export function fhirClient(settings: FhirClientSettings): FhirClient {
  const baseUrl = settings.baseUrl.replace(/\/+$/, '')
  return {
    careTeams: async (nhsNumber, options = {}) => {
      const received = await search(settings, `${baseUrl}/CareTeam/_search`, nhsNumber, options)
      if (received.kind !== 'received') return received
      const plans = readPlans(received.body, nhsNumber, new Date())
      if (!plans) return notUnderstood()
      const supersededBy = readSupersededBy(received.body, nhsNumber)
      if (plans.length > 0) return known({ kind: 'held' as const, plans, supersededBy })
      const kind = saysUnchecked(received.body) ? 'unchecked' : 'nothing-held'
      return known({ kind, supersededBy } as const)
    },
    accessHistory: async (nhsNumber, options = {}) => {
      const received = await search(settings, `${baseUrl}/AuditEvent/_search`, nhsNumber, options)
      if (received.kind !== 'received') return received
      const accesses = readAccesses(received.body, nhsNumber)
      if (!accesses) return notUnderstood()
      if (accesses.length > 0) return { kind: 'listed', accesses }
      return { kind: saysUnchecked(received.body) ? 'unchecked' : 'none-listed' }
    },
    reportMissedAppointment: async (appointment, options = {}) => {
      const received = await post(
        settings,
        `${baseUrl}/Appointment`,
        {
          headers: { 'Content-Type': 'application/fhir+json' },
          body: JSON.stringify(writeMissedAppointment(appointment)),
        },
        options,
        [200, 201, 422],
      )
      if (received.kind === 'refused') return received
      if (received.kind === 'could-not-look') {
        const { message, retryAfterSeconds, problem } = received
        return { ...notKnown(message, retryAfterSeconds), ...(problem && { problem }) }
      }
      return (
        readReportOutcome(received.status, received.body, appointment) ?? notKnown(notUnderstood().message)
      )
    },
    metadata: async () => {
      const received = await call(settings, `${baseUrl}/metadata`, { headers: ACCEPT })
      if (received.kind !== 'received') return received
      return readMetadata(received.body) ?? notUnderstood()
    },
  }
}

/** In bytes; an answer with every plan and access is about 100,000. */
const LONGEST_ANSWER = 4 * 1024 * 1024

const ACCEPT = { Accept: 'application/fhir+json' }

async function search(
  settings: FhirClientSettings,
  url: string,
  nhsNumber: string,
  { unscheduled = true, ...options }: QueryOptions,
): Promise<Received> {
  const request = {
    headers: { IsUnscheduledAccessEvent: String(unscheduled) },
    body: new URLSearchParams({ 'patient:identifier': `https://fhir.nhs.uk/Id/nhs-number|${nhsNumber}` }),
  }
  const received = await post(settings, url, request, options)
  const failure = received.kind === 'received' ? readFailure(received.body) : undefined
  return failure === undefined ? received : couldNotLook(failure)
}

/** Posts something in the clinician's name; `answers` are the statuses that answer it. */
async function post(
  settings: FhirClientSettings,
  url: string,
  request: { readonly headers: Record<string, string>; readonly body: string | URLSearchParams },
  { traceId, signal }: QueryOptions,
  answers?: readonly number[],
): Promise<Received> {
  let token: string
  try {
    token = await settings.token()
  } catch {
    return couldNotLook('No access token could be had')
  }
  const headers = {
    ...ACCEPT,
    ...request.headers,
    Authorization: `Bearer ${token}`,
    ...(traceId !== undefined && { TraceID: traceId }),
  }
  return call(
    settings,
    url,
    { method: 'POST', headers, body: request.body, ...(signal && { signal }) },
    answers,
  )
}

async function call(
  settings: FhirClientSettings,
  url: string,
  request: RequestInit,
  answers: readonly number[] = [200],
): Promise<Received> {
  const { fetch = globalThis.fetch, timeoutMilliseconds = 10_000 } = settings
  const timeout = AbortSignal.timeout(timeoutMilliseconds)
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
  try {
    // A token must not follow a redirection to somewhere else.
    const response = await fetch(url, { ...request, signal, redirect: 'error' })
    const body = await readJsonToEnd(response.body, LONGEST_ANSWER).catch(() => undefined)
    return judge(response, body, answers)
  } catch (error) {
    return timeout.aborted ? couldNotLook('No answer came in time') : notConnected(error)
  }
}

/** Only what answers is an answer, and only the caller's own mistakes are refusals; 408 and 429 pass with time. */
function judge(response: Response, body: unknown, answers: readonly number[]): Received {
  const { status } = response
  if (answers.includes(status)) {
    return body === undefined ? notUnderstood() : { kind: 'received', status, body }
  }
  const message = readDiagnostics(body) ?? `HTTP status ${status}`
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { kind: 'refused', status, message }
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return { ...couldNotLook(message), ...(seconds >= 0 && { retryAfterSeconds: seconds }) }
}

function notConnected(error: unknown): CouldNotLook {
  const problem = connectionProblem(error)
  if (!problem) return couldNotLook('The service could not be reached')
  return { ...couldNotLook(`The service could not be reached: ${connectionWords(problem)}`), problem }
}

function couldNotLook(message: string): CouldNotLook {
  return { kind: 'could-not-look', message }
}

function notUnderstood(): CouldNotLook {
  return couldNotLook('The answer could not be understood')
}
