import { z } from 'zod'
import { localDay } from '../domain/english-time.ts'
import { type NhsNumber, parseNhsNumber } from '../domain/nhs-number.ts'
import type { KnownDemographics } from '../domain/person/demographics.ts'
import type { RegisteredPerson } from '../domain/person/same-person.ts'
import { isRestricted, pdsPatient, registeredPerson } from './pds-patient.ts'

/** What one HTTP reply means: an answer; that PDS is there but busy; or no answer, and whether asking again may bring one. */
export type PdsReply<A = KnownDemographics> =
  | { readonly kind: 'answer'; readonly answer: A }
  | { readonly kind: 'busy'; readonly why: string }
  | { readonly kind: 'none'; readonly why: string; readonly again: boolean }

const operationOutcome = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z.array(
    z.object({
      details: z.object({ coding: z.array(z.object({ code: z.string().optional() })).optional() }).optional(),
    }),
  ),
})

/** Spine's error codes by which PDS says something about the number itself, with the status each comes under. */
const ABOUT_THE_NUMBER: Readonly<Record<string, { status: number; answer: KnownDemographics }>> = {
  RESOURCE_NOT_FOUND: { status: 404, answer: { kind: 'unknown' } },
  INVALIDATED_RESOURCE: { status: 404, answer: { kind: 'invalidated' } },
  // The number passed our check digit and PDS still refuses it as one. That is an answer about this number, and to ask again
  // would not change it: were it an outage, this one record would hold up its authority's whole file for good.
  INVALID_RESOURCE_ID: { status: 400, answer: { kind: 'invalidated' } },
}

/** Below 500, what may be answered a little later: 401 with a fresh token, 404 once whatever is in between finds PDS again. */
const WORTH_ASKING_AGAIN = new Set([401, 404, 408])

/**
 * Reads PDS's reply to `GET /Patient/{number}`. Only PDS's own words make a number unknown: a 404 that is not its
 * OperationOutcome comes from something in between, and is no answer (rule 3.12).
 */
export function readPdsReply(asked: NhsNumber, status: number, body: string, now: Date): PdsReply {
  if (status === 200) return readPatient(asked, body, now)
  for (const code of spineCodes(body)) {
    const known = ABOUT_THE_NUMBER[code]
    if (known?.status === status) return { kind: 'answer', answer: known.answer }
  }
  const why = `PDS answered ${status}`
  if (status === 429) return { kind: 'busy', why }
  return { kind: 'none', why, again: status >= 500 || WORTH_ASKING_AGAIN.has(status) }
}

/** A person whom a search found, and how sure PDS is of them: 1 where everything that was asked for is equal. */
export interface PdsCandidate {
  readonly nhsNumber: NhsNumber
  readonly restricted: boolean
  readonly person: RegisteredPerson
  readonly score: number
}

/** What a search found. `several` are more than PDS shows to who asks; a search that PDS does not allow is `refused`. */
export type PdsSearchAnswer =
  | { readonly kind: 'found'; readonly people: readonly PdsCandidate[] }
  | { readonly kind: 'several' | 'none' | 'refused' }

const searchset = z.object({
  resourceType: z.literal('Bundle'),
  type: z.literal('searchset'),
  total: z.number(),
  entry: z
    .array(z.object({ resource: pdsPatient, search: z.object({ score: z.number().optional() }).optional() }))
    .optional(),
})

/** Reads PDS's reply to `GET /Patient?…`: nobody is found only where PDS says that nobody is. */
export function readPdsSearchReply(status: number, body: string, now: Date): PdsReply<PdsSearchAnswer> {
  const answer = (answer: PdsSearchAnswer) => ({ kind: 'answer', answer }) as const
  const why = `PDS answered ${status}`
  if (status === 429) return { kind: 'busy', why }
  if (status === 400 && spineCodes(body).length > 0) return answer({ kind: 'refused' })
  if (status !== 200) return { kind: 'none', why, again: status >= 500 || WORTH_ASKING_AGAIN.has(status) }
  if (spineCodes(body).includes('TOO_MANY_MATCHES')) return answer({ kind: 'several' })
  const bundle = searchset.safeParse(parseJson(body))
  if (!bundle.success) return { kind: 'none', why: 'PDS answered no readable search', again: true }
  const { total, entry = [] } = bundle.data
  if (total === 0 && entry.length === 0) return answer({ kind: 'none' })
  if (total > entry.length) return answer({ kind: 'several' })
  const people: PdsCandidate[] = []
  for (const { resource, search } of entry) {
    const nhsNumber = parseNhsNumber(resource.id)
    if (!nhsNumber.ok) return { kind: 'none', why: 'PDS answered no readable patient', again: true }
    const person = registeredPerson(resource, localDay(now))
    const restricted = isRestricted(resource)
    people.push({ nhsNumber: nhsNumber.value, restricted, person, score: search?.score ?? 1 })
  }
  return answer({ kind: 'found', people })
}

function readPatient(asked: NhsNumber, body: string, now: Date): PdsReply {
  const patient = pdsPatient.safeParse(parseJson(body))
  const id = patient.success ? parseNhsNumber(patient.data.id) : undefined
  if (!patient.success || !id?.ok)
    return { kind: 'none', why: 'PDS answered no readable patient', again: true }
  if (id.value !== asked) return { kind: 'answer', answer: { kind: 'superseded', by: id.value } }
  if (isRestricted(patient.data)) return { kind: 'answer', answer: { kind: 'restricted' } }
  const person = registeredPerson(patient.data, localDay(now))
  return { kind: 'answer', answer: { kind: 'found', person } }
}

function spineCodes(body: string): string[] {
  const outcome = operationOutcome.safeParse(parseJson(body))
  if (!outcome.success) return []
  const codings = outcome.data.issue.flatMap(issue => issue.details?.coding ?? [])
  return codings.flatMap(coding => (coding.code ? [coding.code] : []))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
