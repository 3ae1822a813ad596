import type { CodeableConcept, PractitionerRole } from 'fhir/r4.js'
import { type Author, displayName, type JobRole } from '../../domain/query/requester.ts'
import { SYSTEM } from './codes.ts'

/** Whoever looked, as the access list shows them (producer guide, PractitionerRole). The id is that of an access of theirs. */
export function writePractitionerRole(
  author: Author,
  id: string,
): PractitionerRole & { readonly id: string } {
  const { odsCode, name } = author.organisation
  const identifier = identify(author)
  const code = (author.kind === 'person' ? [author] : author.responsible).map(({ jobRole }) =>
    writeJobRole(jobRole),
  )
  return {
    resourceType: 'PractitionerRole',
    id,
    ...(identifier && { identifier: [identifier] }),
    practitioner: { display: describe(author) },
    organization: { identifier: { system: SYSTEM.odsCode, value: odsCode }, display: `${name} (${odsCode})` },
    ...(code.length > 0 && { code }),
  }
}

function identify(author: Author): { system: string; value: string } | undefined {
  if (author.kind === 'system') return { system: SYSTEM.asid, value: author.asid }
  return author.roleProfileId === undefined
    ? undefined
    : { system: SYSTEM.roleProfile, value: author.roleProfileId }
}

/** A person by name; a system as a device that says so, with the people who answer for it. */
function describe(author: Author): string {
  if (author.kind === 'person') return displayName(author.name)
  const people = author.responsible.map(person => displayName(person.name)).join(', ')
  return people ? `System ${author.asid}, responsible: ${people}` : `System ${author.asid}`
}

/** The role itself, which is the last part where a code gives staff group and sub-group too (`S8000:G8000:R8001`). */
function writeJobRole(role: JobRole): CodeableConcept {
  const code = role.code.split(':').at(-1)?.trim()
  return {
    ...(code && { coding: [{ system: SYSTEM.jobRole, code, display: role.display }] }),
    text: role.display,
  }
}
