import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Patient } from 'fhir/r4.js'
import { addDays, type CalendarDate } from '../domain/english-time.ts'
import { parseNhsNumber } from '../domain/nhs-number.ts'
import { unreachable } from '../domain/result.ts'
import {
  etagOf,
  patientResource,
  type Refusal,
  refusalResource,
  refusalStatus,
  searchBundle,
  tooManyMatches,
} from './pds-resource.ts'
import { readSearch, searchPeople } from './pds-search.ts'
import {
  birthRegister,
  type Country,
  type Group,
  groupOf,
  personAt,
  registrationOf,
  type SandboxPerson,
} from './people.ts'

/** How the made-up PDS behaves. Whoever holds the object may change it while the server runs. */
export interface PdsConduct {
  down: boolean
  /** Milliseconds before each answer. */
  delayMs: number
  /** How many requests are answered in any second; every other one is refused with 429. */
  requestsPerSecond?: number
}

export interface PdsServerOptions {
  readonly country: Country
  readonly conduct?: PdsConduct
}

/** What PDS asks callers to wait when it is down, in seconds. */
const RETRY_AFTER_SECONDS = '5'

/** Whoever asks as an application, and not as a person who has signed in, is shown one person at most. */
const SHOWN_TO_APPLICATIONS = 1

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The demographics service of the made-up England, a Fastify plugin: `GET /Patient/{number}` and the search
 * `GET /Patient?family=…&birthdate=…` as the published PDS FHIR API answers them, and `GET /_ping`. It keeps nothing: whom a
 * number belongs to follows from the country.
 */
export async function sandboxPds(app: FastifyInstance, options: PdsServerOptions): Promise<void> {
  const conduct = options.conduct ?? { down: false, delayMs: 0 }

  app.get('/_ping', async () => ({ status: conduct.down ? 'fail' : 'pass' }))

  let asked: number[] = []
  /** What stands in the way of an answer; undefined where nothing does. */
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (conduct.delayMs > 0) await setTimeout(conduct.delayMs)
    if (conduct.down) {
      return refuse(reply.header('Retry-After', RETRY_AFTER_SECONDS), 'SERVICE_UNAVAILABLE')
    }
    const now = Date.now()
    asked = asked.filter(time => time > now - 1000)
    if (conduct.requestsPerSecond !== undefined && asked.length >= conduct.requestsPerSecond) {
      return refuse(reply, 'TOO_MANY_REQUESTS')
    }
    asked.push(now)
    const requestId = request.headers['x-request-id']
    if (typeof requestId !== 'string' || requestId === '') {
      return refuse(reply, 'MISSING_VALUE', "Missing value in header 'X-Request-ID'")
    }
    if (!UUID.test(requestId)) {
      return refuse(reply, 'INVALID_VALUE', `Invalid value - '${requestId}' in header 'X-Request-ID'`)
    }
    reply.header('X-Request-ID', requestId)
    return undefined
  }

  // The person stands in the address, so these requests write no log lines (rule 8.2).
  app.get<{ Params: { number: string } }>(
    '/Patient/:number',
    { logLevel: 'silent' },
    async (request, reply) => {
      const refused = await admit(request, reply)
      if (refused) return refused
      const number = parseNhsNumber(request.params.number)
      return number.ok ? answer(reply, options.country, number.value) : refuse(reply, 'INVALID_RESOURCE_ID')
    },
  )

  const bornOn = birthRegister(options.country)
  app.get<{ Querystring: Record<string, unknown> }>(
    '/Patient',
    { logLevel: 'silent' },
    async (request, reply) => {
      const refused = await admit(request, reply)
      if (refused) return refused
      const search = readSearch(request.query)
      if (!search) return refuse(reply, 'INVALID_SEARCH_DATA')
      const { from, to, mostResults } = search
      const found = searchPeople(peopleBorn(options.country, bornOn, from, to), search)
      const body =
        found.length > Math.min(mostResults, SHOWN_TO_APPLICATIONS)
          ? tooManyMatches()
          : searchBundle(
              found.map(({ person, score }) => ({
                resource: patientResource(person, person.group === 'sensitive'),
                score,
              })),
            )
      return reply.type('application/fhir+json').send(body)
    },
  )
}

/** Everybody who can be found by who they are: a number that was replaced or made invalid leads to nobody. */
const NOT_FOUND: ReadonlySet<Group> = new Set(['superseded', 'invalidated', 'unknown'])

function* peopleBorn(
  country: Country,
  bornOn: (day: CalendarDate) => readonly number[],
  from: CalendarDate,
  to: CalendarDate,
): Generator<SandboxPerson> {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    for (const index of bornOn(day)) {
      if (!NOT_FOUND.has(groupOf(index))) yield personAt(country, index)
    }
  }
}

function answer(reply: FastifyReply, country: Country, number: string): FastifyReply {
  const registration = registrationOf(country, number)
  switch (registration.kind) {
    case 'person':
      return sendPatient(reply, patientResource(registration.person, registration.sensitive))
    case 'superseded':
      // PDS answers with the person's record under the number that holds now.
      return sendPatient(reply, patientResource(registration.by, false))
    case 'invalidated':
      return refuse(reply, 'INVALIDATED_RESOURCE')
    case 'unknown':
      return refuse(reply, 'RESOURCE_NOT_FOUND')
    default:
      return unreachable(registration)
  }
}

function sendPatient(reply: FastifyReply, patient: Patient): FastifyReply {
  return reply.type('application/fhir+json').header('ETag', etagOf(patient)).send(patient)
}

function refuse(reply: FastifyReply, code: Refusal, diagnostics?: string): FastifyReply {
  return reply
    .code(refusalStatus(code))
    .type('application/fhir+json')
    .send(refusalResource(code, diagnostics))
}
