import { parseOdsCode } from '../../domain/organisation.ts'
import type { Author, JobRole, PersonAuthor, PersonName, SystemAuthor } from '../../domain/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { ASSIGNED_AUTHOR, OID, SYSTEM } from './codes.ts'
import { inTemplate, templated } from './message.ts'
import { organisationId, readOrganisation, writeOrganisation } from './organisations.ts'

/** What an author cannot do without. */
export type AuthorField =
  | 'user id'
  | 'system id'
  | 'job role code'
  | 'job role name'
  | 'name'
  | 'organisation code'
  | 'organisation name'

/** All that is missing of an author, or that there is none. */
export type AuthorFault =
  | { readonly kind: 'no-author' }
  | { readonly kind: Author['kind']; readonly missing: readonly AuthorField[] }

/** Who asked: a person (COCT_TP145102) or a system with those responsible for it (COCT_TP145104). */
export function writeAuthor(author: Author): XmlNode {
  return author.kind === 'person' ? writePerson(author) : writeSystem(author)
}

/** The author held by a relationship, or what is missing of it. */
export function readAuthor(relationship: XmlElement | undefined): Result<Author, AuthorFault> {
  const person = inTemplate(relationship, ASSIGNED_AUTHOR)
  if (person) return readPerson(person)
  const system = inTemplate(relationship, SYSTEM)
  return system ? readSystem(system) : failure({ kind: 'no-author' })
}

function writePerson(author: PersonAuthor): XmlNode {
  return templated(
    'author',
    ASSIGNED_AUTHOR,
    writeJobRole(author.jobRole),
    element('id', { root: OID.sdsUser, extension: author.userId }),
    author.roleProfileId === undefined
      ? undefined
      : element('id', { root: OID.sdsRoleProfile, extension: author.roleProfileId }),
    element('assignedAuthorPerson', {}, writeName(author.name)),
    writeOrganisation('representedOrganization', author.organisation),
  )
}

function readPerson(person: XmlElement): Result<PersonAuthor, AuthorFault> {
  const id = (root: string) =>
    attributeOf(
      childrenOf(person, 'id').find(id => attributeOf(id, 'root') === root),
      'extension',
    )
  const userId = id(OID.sdsUser)
  const roleProfileId = id(OID.sdsRoleProfile)
  const jobRole = readJobRole(person)
  const name = readName(descend(person, 'assignedAuthorPerson', 'name'))
  const represented = descend(person, 'representedOrganization')
  const organisation = readOrganisation(represented)
  if (userId === undefined || !jobRole || !name || !organisation) {
    const missing = [...missingOfJobRole(person), ...missingOfOrganisation(represented)]
    if (userId === undefined) missing.push('user id')
    if (!name) missing.push('name')
    return failure({ kind: 'person', missing })
  }
  return success({
    kind: 'person',
    userId,
    ...(roleProfileId !== undefined && { roleProfileId }),
    name,
    jobRole,
    organisation,
  })
}

function writeSystem(author: SystemAuthor): XmlNode {
  return templated(
    'author',
    SYSTEM,
    element('id', { root: OID.asid, extension: author.asid }),
    ...author.responsible.map(({ name, jobRole }) =>
      element(
        'indirectAuthority',
        {},
        element(
          'superiorAssignedEntity',
          {},
          writeJobRole(jobRole),
          element('assignedPerson', {}, writeName(name)),
        ),
      ),
    ),
    writeOrganisation('maintainingOrganization', author.organisation),
  )
}

function readSystem(system: XmlElement): Result<SystemAuthor, AuthorFault> {
  const asid = attributeOf(descend(system, 'id'), 'extension')
  const maintaining = descend(system, 'maintainingOrganization')
  const organisation = readOrganisation(maintaining)
  const missing: AuthorField[] = asid === undefined ? ['system id'] : []
  missing.push(...missingOfOrganisation(maintaining))
  const responsible: { name: PersonName; jobRole: JobRole }[] = []
  for (const authority of childrenOf(system, 'indirectAuthority')) {
    const entity = descend(authority, 'superiorAssignedEntity')
    const jobRole = readJobRole(entity)
    const name = readName(descend(entity, 'assignedPerson', 'name'))
    missing.push(...missingOfJobRole(entity))
    if (!name) missing.push('name')
    if (jobRole && name) responsible.push({ name, jobRole })
  }
  return asid !== undefined && organisation && missing.length === 0
    ? success({ kind: 'system', asid, organisation, responsible })
    : failure({ kind: 'system', missing: [...new Set(missing)] })
}

function writeJobRole({ code, display }: JobRole): XmlNode {
  return element('code', { code, codeSystem: OID.jobRole, displayName: display })
}

function readJobRole(author: XmlElement | undefined): JobRole | undefined {
  const role = descend(author, 'code')
  const code = attributeOf(role, 'code')
  const display = attributeOf(role, 'displayName')
  return code !== undefined && display !== undefined ? { code, display } : undefined
}

function missingOfJobRole(author: XmlElement | undefined): AuthorField[] {
  const role = descend(author, 'code')
  const missing: AuthorField[] = []
  if (attributeOf(role, 'code') === undefined) missing.push('job role code')
  if (attributeOf(role, 'displayName') === undefined) missing.push('job role name')
  return missing
}

/** A code that is none counts as missing, as it does when an organisation is read. */
function missingOfOrganisation(organisation: XmlElement | undefined): AuthorField[] {
  const missing: AuthorField[] = []
  if (!parseOdsCode(organisationId(organisation) ?? '')) missing.push('organisation code')
  if (textOf(descend(organisation, 'name')) === undefined) missing.push('organisation name')
  return missing
}

function writeName({ prefix, given, family, suffix }: PersonName): XmlNode {
  return element(
    'name',
    {},
    prefix === undefined ? undefined : element('prefix', {}, prefix),
    ...given.map(name => element('given', {}, name)),
    element('family', {}, family),
    suffix === undefined ? undefined : element('suffix', {}, suffix),
  )
}

/** A name in parts, or one written as plain text, which then stands as the family name. */
function readName(name: XmlElement | undefined): PersonName | undefined {
  const part = (which: string) => childrenOf(name, which).flatMap(one => textOf(one) ?? [])
  const family = part('family').join(' ') || textOf(name)
  if (family === undefined) return undefined
  const [prefix, suffix] = [part('prefix').join(' '), part('suffix').join(' ')]
  return { ...(prefix && { prefix }), given: part('given'), family, ...(suffix && { suffix }) }
}
