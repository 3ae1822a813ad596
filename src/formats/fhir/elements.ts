import type { FhirResource } from 'fhir/r4.js'

/** The parts of a resource that a search may be cut down to (R4, search, `_summary` and `_elements`). */
export type Part =
  | { readonly kind: 'summary'; readonly of: 'true' | 'text' | 'data' }
  | { readonly kind: 'elements'; readonly names: readonly string[] }

interface Elements {
  /** Whatever is asked for: elements that are mandatory or may change the meaning of others. */
  readonly needed: readonly string[]
  /** Elements that R4 marks as summary. */
  readonly summary: readonly string[]
  /** Further elements that R4 has. */
  readonly others: readonly string[]
}

const list = (names: string) => names.split(' ')

const OF_EVERY_RESOURCE = list('language text contained extension')

/** StructureDefinitions of R4: the elements at the top of what is found and what comes along with it. */
export const ELEMENTS: Readonly<Record<string, Elements>> = {
  CareTeam: {
    needed: list('status'),
    summary: list('identifier status category name subject encounter period managingOrganization'),
    others: list('participant reasonCode reasonReference telecom note'),
  },
  AuditEvent: {
    needed: list('type recorded agent source'),
    summary: list('type subtype action recorded outcome outcomeDesc purposeOfEvent'),
    others: list('period entity'),
  },
  PractitionerRole: {
    needed: [],
    summary: list('identifier active period practitioner organization code specialty location telecom'),
    others: list('healthcareService availableTime notAvailable availabilityExceptions endpoint'),
  },
  Flag: {
    needed: list('status code subject'),
    summary: list('identifier status category code subject period encounter author'),
    others: [],
  },
  CarePlan: {
    needed: list('status intent subject'),
    summary: list(
      'identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status intent category title description subject encounter period created author addresses',
    ),
    others: list('contributor careTeam supportingInfo goal activity note'),
  },
}

const ALWAYS = ['resourceType', 'id', 'meta', 'implicitRules', 'modifierExtension']

/** Whether R4 has an element of this name at the top of a type. */
export function hasElement(type: string, name: string): boolean {
  const { needed = [], summary = [], others = [] } = ELEMENTS[type] ?? {}
  return [ALWAYS.slice(1), OF_EVERY_RESOURCE, needed, summary, others].flat().includes(name)
}

/** The resource cut down to what was asked for, and marked as such. What is always answered whole has no elements here. */
export function cutTo<R extends FhirResource>(resource: R, part: Part): R {
  const elements = ELEMENTS[resource.resourceType]
  if (!elements) return resource
  const kept = new Set([...ALWAYS, ...elements.needed, ...wanted(part, elements)])
  const keepsAll = part.kind === 'summary' && part.of === 'data'
  const cut = Object.entries(resource).filter(([name]) => (keepsAll ? name !== 'text' : kept.has(name)))
  return { ...Object.fromEntries(cut), meta: { ...resource.meta, tag: [SUBSETTED] } } as unknown as R
}

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
}

function wanted(part: Part, { summary }: Elements): readonly string[] {
  if (part.kind === 'elements') return part.names
  return part.of === 'text' ? ['text'] : summary
}
