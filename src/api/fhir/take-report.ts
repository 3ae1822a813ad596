import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Appointment } from 'fhir/r4.js'
import { type MissedAppointment, mayReport } from '../../domain/notification/missed-appointment.ts'
import type { Requester } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { FhirFault } from '../../formats/fhir/operation-outcome.ts'
import { readCondition, readMissedAppointment } from '../../formats/fhir/read-appointment.ts'
import { writeReportedAppointment } from '../../formats/fhir/write-appointment.ts'
import type { VerifyToken } from '../../identity/token-verifier.ts'
import { signIn } from './admit-caller.ts'
import type { FhirApiDeps } from './api-deps.ts'
import type { Exchange } from './exchange.ts'
import { UNAVAILABLE } from './fault-reply.ts'
import { acceptsFhirJson, readTraceId } from './request-headers.ts'

export interface TakenReport {
  /** 201 where the authorities are told, 200 where they had been told before. */
  readonly status: 200 | 201
  readonly appointment: Appointment
}

/** Bodies of resources, to be read by nobody but the routes that take resources: elsewhere what is posted is a form. */
export function readResources(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser(
    ['application/fhir+json', 'application/json'],
    { parseAs: 'buffer' },
    (_, body, done) => done(null, body),
  )
  fastify.addContentTypeParser('*', (_, body, done) => {
    body.resume()
    done(null)
  })
}

/** Who reports and whether they may, before anything of the report is read (rule 5.4). Either activity will do (rule 15.1). */
export async function admitReporter(
  request: FastifyRequest,
  exchange: Exchange,
  verifyToken: VerifyToken,
): Promise<Result<Requester, FhirFault>> {
  const signedIn = await signIn(request, exchange, verifyToken)
  if (!signedIn.ok) return signedIn
  const may = mayReport(signedIn.value)
  return may.ok ? signedIn : may
}

/** Takes the report of a caller who was admitted. That the service could not take it is a fault, whatever the reason (rule 4.3). */
export async function takeReport(
  deps: FhirApiDeps,
  request: FastifyRequest,
  exchange: Exchange,
): Promise<Result<TakenReport, FhirFault>> {
  const { requester, traceId, action } = exchange
  if (!requester) throw new Error('A report must not be taken before its caller is admitted')
  const trace = readTraceId(request.headers)
  if (!trace.ok) return trace
  if (!Buffer.isBuffer(request.body)) return failure({ kind: 'unsupported-media-type' })
  const format = new URLSearchParams(request.url.split('?')[1]).get('_format')
  if (!acceptsFhirJson(request.headers, format)) return failure({ kind: 'not-acceptable' })
  const text = readText(request.body)
  if (text === undefined) return failure({ kind: 'unreadable-request' })
  const appointment = readMissedAppointment(text)
  if (!appointment.ok) return appointment
  exchange.nhsNumber = appointment.value.nhsNumber
  const condition = readIfNoneExist(request, appointment.value)
  if (!condition.ok) return condition
  const outcome = await deps
    .reportMissedAppointment({
      requester,
      appointment: appointment.value,
      via: 'fhir',
      traceId,
      onlyIfNoneExists: condition.value,
    })
    .catch((error: unknown) => {
      deps.reportFailure(error, action)
      return undefined
    })
  if (!outcome) return failure(UNAVAILABLE)
  exchange.audited = true
  if (!outcome.ok) return outcome
  const { report, repeated } = outcome.value
  return success({ status: repeated ? 200 : 201, appointment: writeReportedAppointment(report) })
}

/** Whether nothing is to be done where the appointment was reported before; the header must name it as the resource does (rule 15.9). */
function readIfNoneExist(
  { headers }: FastifyRequest,
  { identifier, otherIdentifiers = [] }: MissedAppointment,
): Result<boolean, FhirFault> {
  const header = 'If-None-Exist'
  const written = headers['if-none-exist']
  if (written === undefined) return success(false)
  const named = readCondition(String(written))
  const isOne = [identifier, ...otherIdentifiers].some(
    ({ system, value }) => system === named?.system && value === named.value,
  )
  const rule = 'must be identifier={system}|{value}, as one identifier of the appointment that is sent'
  return isOne ? success(true) : failure({ kind: 'invalid-header', header, rule })
}

/** Undefined where the bytes are no UTF-8, which is all that JSON travels in. */
function readText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
