import { planState } from '../domain/plan/plan-state.ts'
import { englishDayOf, firstDayOf, lastDayOf } from './fhir-day.ts'
import type { HeldPlan, ListedAccess, MetadataOutcome, PlanKind } from './outcomes.ts'
import { readHours } from './read-hours.ts'
import { instant, type Json, known, object, objects, text } from './read-json.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

const PLAN_KINDS: Readonly<Record<string, PlanKind>> = {
  '342191000000101': 'CPP',
  '764841000000100': 'LAC',
  '818901000000100': 'UCPP',
}

/**
 * The plans in an answer about one person, without those entered in error, which are not held. Undefined where the answer is not wholly
 * understood, leaves something out or is about somebody else: half an answer is none. Their state is that of the English day of the
 * answer, as it says itself, or of `now` where it does not.
 */
export function readPlans(body: unknown, nhsNumber: string, now: Date): HeldPlan[] | undefined {
  const day = englishDayOf(instant(object(body)?.['timestamp']) ?? now)
  const plans = readMatches(body, 'CareTeam', resource =>
    resource['status'] === 'entered-in-error' ? 'not-held' : readPlan(resource, nhsNumber, day),
  )
  const hours = readHours(body)
  return plans
    ?.filter(plan => plan !== 'not-held')
    .map(plan => {
      const own = hours.get(plan.authority.odsCode ?? '')
      return own ? { ...plan, authority: { ...plan.authority, hours: own } } : plan
    })
}

/** The accesses in an answer about one person, newest first; undefined as for plans. */
export function readAccesses(body: unknown, nhsNumber: string): ListedAccess[] | undefined {
  // A reference may be relative, or absolute as the entry's own address.
  const roles = new Map(
    objects(object(body)?.['entry']).flatMap(entry => {
      const resource = object(entry['resource']) ?? {}
      return [`PractitionerRole/${resource['id']}`, text(entry['fullUrl']) ?? ''].map(
        address => [address, resource] as const,
      )
    }),
  )
  return readMatches(body, 'AuditEvent', resource => readAccess(resource, roles, nhsNumber))?.sort(
    (one, other) => other.at.getTime() - one.at.getTime(),
  )
}

/** The current number of the person, where an answer says that PDS has superseded the one asked for. */
export function readSupersededBy(body: unknown, nhsNumber: string): string | undefined {
  return objects(object(body)?.['entry'])
    .map(entry => object(entry['resource']) ?? {})
    .filter(({ resourceType }) => resourceType === 'Patient')
    .filter(patient => objects(patient['identifier']).some(identifier => namesNumber(identifier, nhsNumber)))
    .flatMap(patient => objects(patient['link']))
    .filter(link => link['type'] === 'replaced-by')
    .map(link => object(object(link['other'])?.['identifier']))
    .filter(identifier => identifier?.['system'] === NHS_NUMBER)
    .map(identifier => text(identifier?.['value']))
    .find(number => number !== undefined)
}

/** Whether an answer comes with a warning: "none" is then not the whole answer. */
export function saysUnchecked(body: unknown): boolean {
  return outcomesIn(body)
    .flatMap(outcome => objects(outcome['issue']))
    .some(issue => issue['severity'] !== 'information')
}

/** What went wrong, in words, where a searchset says that something did: whatever else it says, it is then no answer (rule 4.3). */
export function readFailure(body: unknown): string | undefined {
  const failed = outcomesIn(body).find(outcome =>
    objects(outcome['issue']).some(({ severity }) => severity === 'error' || severity === 'fatal'),
  )
  return failed && (readDiagnostics(failed) ?? 'The service could not answer in full')
}

/** The OperationOutcomes among the entries of a searchset. */
function outcomesIn(body: unknown): Json[] {
  return objects(object(body)?.['entry'])
    .map(entry => object(entry['resource']))
    .filter(resource => resource?.['resourceType'] === 'OperationOutcome')
    .filter(resource => resource !== undefined)
}

/**
 * Whether something in an answer may change its meaning in a way that this client cannot know: `modifierExtension` and `implicitRules`,
 * which R4 forbids a reader to ignore.
 */
export function isQualified(body: unknown): boolean {
  if (Array.isArray(body)) return body.some(isQualified)
  const known = object(body)
  if (!known) return false
  return 'modifierExtension' in known || 'implicitRules' in known || Object.values(known).some(isQualified)
}

/** What the server says it serves. */
export function readMetadata(body: unknown): Extract<MetadataOutcome, { kind: 'described' }> | undefined {
  const statement = object(body)
  const fhirVersion = text(statement?.['fhirVersion'])
  if (statement?.['resourceType'] !== 'CapabilityStatement' || !fhirVersion) return undefined
  return known({
    kind: 'described' as const,
    fhirVersion,
    softwareVersion: text(object(statement['software'])?.['version']),
    resources: objects(statement['rest'])
      .flatMap(rest => objects(rest['resource']))
      .map(resource => text(resource['type']))
      .filter(type => type !== undefined),
  })
}

/** The words of an OperationOutcome, for whoever must put the request right. */
export function readDiagnostics(body: unknown): string | undefined {
  const [issue] = objects(object(body)?.['issue'])
  const [coding] = objects(object(issue?.['details'])?.['coding'])
  return text(issue?.['diagnostics']) ?? text(coding?.['display'])
}

/** The national code of an error. */
export function readErrorCode(body: unknown): string | undefined {
  const [issue] = objects(object(body)?.['issue'])
  return text(objects(object(issue?.['details'])?.['coding'])[0]?.['code'])
}

/** Whom to phone by night and by day. */
export function readTelecom(resource: Json): {
  dutyPhone: string | undefined
  officePhone: string | undefined
} {
  const phone = (use: string) =>
    text(objects(resource['telecom']).find(point => point['use'] === use)?.['value'])
  return { dutyPhone: phone('mobile'), officePhone: phone('work') }
}

/**
 * Every match of a searchset, each read; undefined unless all are there, whole, and all can be read. How many there are, and the mode of
 * an entry, are optional: not every server says so.
 */
function readMatches<T>(
  body: unknown,
  type: string,
  read: (resource: Json) => T | undefined,
): T[] | undefined {
  const bundle = object(body)
  if (isQualified(bundle)) return undefined
  if (bundle?.['resourceType'] !== 'Bundle' || bundle['type'] !== 'searchset') return undefined
  if (objects(bundle['link']).some(({ relation }) => relation === 'next')) return undefined
  const matches = objects(bundle['entry']).filter(entry => {
    const mode = object(entry['search'])?.['mode']
    return mode === undefined ? object(entry['resource'])?.['resourceType'] === type : mode === 'match'
  })
  // That there are none is believed only where it is said.
  if (matches.length !== (bundle['total'] ?? (matches.length || undefined))) return undefined
  const found = matches.map(({ resource }) => {
    const match = object(resource)
    return match?.['resourceType'] === type && !isCutDown(match) ? read(match) : undefined
  })
  return found.every(item => item !== undefined) ? found : undefined
}

/** Whether elements were left out, of which the end of a plan may be one (R4, `SUBSETTED`). */
function isCutDown(resource: Json): boolean {
  return objects(object(resource['meta'])?.['tag']).some(({ code }) => code === 'SUBSETTED')
}

function readPlan(resource: Json, nhsNumber: string, day: string): HeldPlan | undefined {
  const subject = object(resource['subject'])
  const coding = objects(objects(resource['category'])[0]?.['coding'])[0]
  const id = text(resource['id'])
  const name = text(resource['name'])
  const code = text(coding?.['code'])
  const period = readPeriod(object(resource['period']))
  if (!id || !name || !code || !period || !namesPerson(subject, nhsNumber)) return undefined
  return known({
    id,
    type: PLAN_KINDS[code] ?? ('other' as const),
    description: text(coding?.['display']) ?? `SNOMED CT ${code}`,
    ...period,
    // The status is optional, and not every server sends it.
    state: planState(period, day),
    subjectName: text(subject?.['display']),
    authority: known({
      odsCode: text(object(objects(resource['managingOrganization'])[0]?.['identifier'])?.['value']),
      name,
      ...readTelecom(resource),
    }),
    lastUploadedAt: instant(object(resource['meta'])?.['lastUpdated']),
  })
}

/** The days of a period, the last one included; undefined where one of them cannot be read. */
function readPeriod(period: Json | undefined) {
  const [from, to] = [period?.['start'], period?.['end']]
  const start = from === undefined ? undefined : firstDayOf(text(from) ?? '')
  const end = to === undefined ? undefined : lastDayOf(text(to) ?? '')
  const understood =
    (from === undefined) === (start === undefined) && (to === undefined) === (end === undefined)
  return understood ? { start, end } : undefined
}

function readAccess(
  resource: Json,
  roles: ReadonlyMap<string, Json>,
  nhsNumber: string,
): ListedAccess | undefined {
  const agents = objects(resource['agent'])
  // The guide's own example writes it as text.
  const patient = agents.find(agent => String(agent['requestor']) === 'false')
  const viewer = agents.find(agent => String(agent['requestor']) === 'true')
  const role = roles.get(text(object(viewer?.['who'])?.['reference']) ?? '')
  const id = text(resource['id'])
  const at = instant(resource['recorded'])
  const name = text(object(role?.['practitioner'])?.['display'])
  if (!id || !at || !role || !name || !namesPerson(object(patient?.['who']), nhsNumber)) return undefined
  const code = objects(role['code'])[0]
  return known({
    id,
    at,
    viewer: name,
    role: text(code?.['text']) ?? text(objects(code?.['coding'])[0]?.['display']),
    organisation: text(object(role['organization'])?.['display']),
  })
}

function namesPerson(reference: Json | undefined, nhsNumber: string): boolean {
  return namesNumber(object(reference?.['identifier']), nhsNumber)
}

function namesNumber(identifier: Json | undefined, nhsNumber: string): boolean {
  return identifier?.['system'] === NHS_NUMBER && identifier['value'] === nhsNumber
}
