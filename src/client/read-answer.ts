import type { HeldPlan, ListedAccess, MetadataOutcome, PlanKind } from './outcomes.ts'
import { instant, type Json, known, object, objects, text } from './read-json.ts'

const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number'

const PLAN_KINDS: Readonly<Record<string, PlanKind>> = {
  '342191000000101': 'CPP',
  '764841000000100': 'LAC',
  '818901000000100': 'UCPP',
}

/**
 * The plans in an answer about one person. Undefined where the answer is not wholly understood, leaves something out or is
 * about somebody else: half an answer is none.
 */
export function readPlans(body: unknown, nhsNumber: string): HeldPlan[] | undefined {
  return readMatches(body, 'CareTeam', resource => readPlan(resource, nhsNumber))
}

/** The accesses in an answer about one person, newest first; undefined as for plans. */
export function readAccesses(body: unknown, nhsNumber: string): ListedAccess[] | undefined {
  const roles = new Map(
    objects(object(body)?.['entry'])
      .map(entry => object(entry['resource']) ?? {})
      .map(resource => [`PractitionerRole/${resource['id']}`, resource] as const),
  )
  return readMatches(body, 'AuditEvent', resource => readAccess(resource, roles, nhsNumber))
}

/** Whether an answer comes with a warning or an error: "none" is then not the whole answer. */
export function saysUnchecked(body: unknown): boolean {
  return objects(object(body)?.['entry'])
    .filter(entry => object(entry['search'])?.['mode'] === 'outcome')
    .flatMap(entry => objects(object(entry['resource'])?.['issue']))
    .some(issue => issue['severity'] !== 'information')
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

/** Every match of a searchset, each read; undefined unless all are there and all can be read. */
function readMatches<T>(
  body: unknown,
  type: string,
  read: (resource: Json) => T | undefined,
): T[] | undefined {
  const bundle = object(body)
  if (bundle?.['resourceType'] !== 'Bundle' || bundle['type'] !== 'searchset') return undefined
  const matches = objects(bundle['entry']).filter(entry => object(entry['search'])?.['mode'] === 'match')
  if (matches.length !== bundle['total']) return undefined
  const found = matches.map(({ resource }) => {
    const match = object(resource)
    return match?.['resourceType'] === type ? read(match) : undefined
  })
  return found.every(item => item !== undefined) ? found : undefined
}

function readPlan(resource: Json, nhsNumber: string): HeldPlan | undefined {
  const subject = object(resource['subject'])
  const coding = objects(objects(resource['category'])[0]?.['coding'])[0]
  const id = text(resource['id'])
  const name = text(resource['name'])
  const code = text(coding?.['code'])
  const status = resource['status']
  if (!id || !name || !code || !namesPerson(subject, nhsNumber)) return undefined
  const period = object(resource['period'])
  return known({
    id,
    type: PLAN_KINDS[code] ?? ('other' as const),
    description: text(coding?.['display']) ?? `SNOMED CT ${code}`,
    start: text(period?.['start']),
    end: text(period?.['end']),
    ended: status === 'inactive',
    subjectName: text(subject?.['display']),
    authority: known({
      odsCode: text(object(objects(resource['managingOrganization'])[0]?.['identifier'])?.['value']),
      name,
      ...readTelecom(resource),
    }),
    lastUploadedAt: instant(object(resource['meta'])?.['lastUpdated']),
  })
}

function readAccess(
  resource: Json,
  roles: ReadonlyMap<string, Json>,
  nhsNumber: string,
): ListedAccess | undefined {
  const agents = objects(resource['agent'])
  const patient = agents.find(agent => agent['requestor'] === false)
  const viewer = agents.find(agent => agent['requestor'] === true)
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
  const identifier = object(reference?.['identifier'])
  return identifier?.['system'] === NHS_NUMBER && identifier['value'] === nhsNumber
}
