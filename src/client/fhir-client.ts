import type {
  AccessHistoryOutcome,
  CareTeamsOutcome,
  CouldNotLook,
  MetadataOutcome,
  Refused,
} from './outcomes.ts'
import { readAccesses, readDiagnostics, readMetadata, readPlans } from './read-answer.ts'

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
  /** What the server serves. Needs no sign-in. */
  metadata(): Promise<MetadataOutcome>
}

type Received = { readonly kind: 'received'; readonly body: unknown } | Refused | CouldNotLook

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
      const plans = readPlans(received.body, nhsNumber)
      if (!plans) return notUnderstood()
      return plans.length > 0 ? { kind: 'held', plans } : { kind: 'nothing-held' }
    },
    accessHistory: async (nhsNumber, options = {}) => {
      const received = await search(settings, `${baseUrl}/AuditEvent/_search`, nhsNumber, options)
      if (received.kind !== 'received') return received
      const accesses = readAccesses(received.body, nhsNumber)
      if (!accesses) return notUnderstood()
      return accesses.length > 0 ? { kind: 'listed', accesses } : { kind: 'none-listed' }
    },
    metadata: async () => {
      const received = await call(settings, `${baseUrl}/metadata`, { headers: ACCEPT })
      if (received.kind !== 'received') return received
      return readMetadata(received.body) ?? notUnderstood()
    },
  }
}

const ACCEPT = { Accept: 'application/fhir+json' }

async function search(
  settings: FhirClientSettings,
  url: string,
  nhsNumber: string,
  { unscheduled = true, traceId, signal }: QueryOptions,
): Promise<Received> {
  let token: string
  try {
    token = await settings.token()
  } catch {
    return couldNotLook('No access token could be had')
  }
  return call(settings, url, {
    method: 'POST',
    headers: {
      ...ACCEPT,
      Authorization: `Bearer ${token}`,
      IsUnscheduledAccessEvent: String(unscheduled),
      ...(traceId !== undefined && { TraceID: traceId }),
    },
    body: new URLSearchParams({ 'patient:identifier': `https://fhir.nhs.uk/Id/nhs-number|${nhsNumber}` }),
    ...(signal && { signal }),
  })
}

async function call(settings: FhirClientSettings, url: string, request: RequestInit): Promise<Received> {
  const { fetch = globalThis.fetch, timeoutMilliseconds = 10_000 } = settings
  const timeout = AbortSignal.timeout(timeoutMilliseconds)
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
  try {
    // A token must not follow a redirection to somewhere else.
    const response = await fetch(url, { ...request, signal, redirect: 'error' })
    const body: unknown = await response.json().catch(() => undefined)
    return judge(response, body)
  } catch {
    return couldNotLook(timeout.aborted ? 'No answer came in time' : 'The service could not be reached')
  }
}

/** Only a 200 is an answer, and only the caller's own mistakes are refusals; 408 and 429 pass with time. */
function judge(response: Response, body: unknown): Received {
  const { status } = response
  if (status === 200) return body === undefined ? notUnderstood() : { kind: 'received', body }
  const message = readDiagnostics(body) ?? `HTTP status ${status}`
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { kind: 'refused', status, message }
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return { ...couldNotLook(message), ...(seconds >= 0 && { retryAfterSeconds: seconds }) }
}

function couldNotLook(message: string): CouldNotLook {
  return { kind: 'could-not-look', message }
}

function notUnderstood(): CouldNotLook {
  return couldNotLook('The answer could not be understood')
}
