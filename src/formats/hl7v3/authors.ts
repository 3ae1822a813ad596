import { type Organisation, parseOdsCode } from '../../domain/organisation.ts'
import type { Author, JobRole, PersonAuthor, PersonName, SystemAuthor } from '../../domain/query/requester.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import { attributeOf, childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import {
  AUTHOR_LIMITS,
  type AuthorFieldFault,
  type AuthorNotes,
  authorNotes,
  fitsCode,
  fitsId,
  fitsName,
  fitsText,
} from './author-fields.ts'
import { ASSIGNED_AUTHOR, OID, SYSTEM } from './codes.ts'
import { inTemplate, templated } from './message.ts'
import { organisationId, writeOrganisation } from './organisations.ts'

/** All that is wrong with an author, or that there is none. */
export type AuthorFault =
  | { readonly kind: 'no-author' }
  | { readonly kind: Author['kind']; readonly faults: readonly AuthorFieldFault[] }

/** Who asked: a person (COCT_TP145102) or a system with those responsible for it (COCT_TP145104). */
export function writeAuthor(author: Author): XmlNode {
  return author.kind === 'person' ? writePerson(author) : writeSystem(author)
}

/** The author of an access in an answer or a notification, however much of it there is; or what is missing of it. */
export function readAuthor(relationship: XmlElement | undefined): Result<Author, AuthorFault> {
  return readNoting(relationship, authorNotes(false))
}

/** The author of a query, who is shown to others: what is missing of it, and what is not fit for that. */
export function readAskingAuthor(relationship: XmlElement | undefined): Result<Author, AuthorFault> {
  return readNoting(relationship, authorNotes(true))
}

function readNoting(relationship: XmlElement | undefined, notes: AuthorNotes): Result<Author, AuthorFault> {
  const person = inTemplate(relationship, ASSIGNED_AUTHOR)
  const system = inTemplate(relationship, SYSTEM)
  const author = person ? readPerson(person, notes) : system && readSystem(system, notes)
  if (author && notes.faults.length === 0) return success(author)
  if (!person && !system) return failure({ kind: 'no-author' })
  return failure({ kind: person ? 'person' : 'system', faults: notes.faults })
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

function readPerson(person: XmlElement, notes: AuthorNotes): PersonAuthor | undefined {
  const jobRole = readJobRole(person, notes)
  const organisation = readAuthorsOrganisation(descend(person, 'representedOrganization'), notes)
  const userId = notes.needed('user id', idOf(person, OID.sdsUser), fitsId)
  const roleProfileId = notes.fitting('role profile id', idOf(person, OID.sdsRoleProfile), fitsId)
  const name = readName(descend(person, 'assignedAuthorPerson', 'name'), notes)
  if (userId === undefined || !jobRole || !name || !organisation) return undefined
  return {
    kind: 'person',
    userId,
    ...(roleProfileId !== undefined && { roleProfileId }),
    name,
    jobRole,
    organisation,
  }
}

/** The first id of one kind. */
function idOf(author: XmlElement, root: string): string | undefined {
  const found = childrenOf(author, 'id').find(id => attributeOf(id, 'root') === root)
  return attributeOf(found, 'extension')
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

function readSystem(system: XmlElement, notes: AuthorNotes): SystemAuthor | undefined {
  // Of a query an id of another kind is none: the national service looks for the ASID by its root. An answer is not refused for it.
  const anyId = notes.bounded ? undefined : attributeOf(descend(system, 'id'), 'extension')
  const asid = notes.needed('system id', idOf(system, OID.asid) ?? anyId, fitsId)
  const organisation = readAuthorsOrganisation(descend(system, 'maintainingOrganization'), notes)
  const responsible: { name: PersonName; jobRole: JobRole }[] = []
  const authorities = childrenOf(system, 'indirectAuthority')
  notes.fitting('people responsible', authorities.length, count => count <= AUTHOR_LIMITS.people)
  for (const authority of authorities) {
    const entity = descend(authority, 'superiorAssignedEntity')
    const jobRole = readJobRole(entity, notes)
    const name = readName(descend(entity, 'assignedPerson', 'name'), notes)
    if (jobRole && name) responsible.push({ name, jobRole })
  }
  return asid !== undefined && organisation ? { kind: 'system', asid, organisation, responsible } : undefined
}

/** A token may say anything for a code, and a code of HL7 has no white space (type `cs`). */
function writeJobRole({ code, display }: JobRole): XmlNode {
  return element('code', { code: code.replace(/\s+/g, ''), codeSystem: OID.jobRole, displayName: display })
}

function readJobRole(author: XmlElement | undefined, notes: AuthorNotes): JobRole | undefined {
  const role = descend(author, 'code')
  const code = notes.needed('job role code', attributeOf(role, 'code'), fitsCode)
  const display = notes.needed('job role name', attributeOf(role, 'displayName'), fitsText)
  return code !== undefined && display !== undefined ? { code, display } : undefined
}

/** A code that is none counts as missing, as it does when any organisation is read. */
function readAuthorsOrganisation(
  organisation: XmlElement | undefined,
  notes: AuthorNotes,
): Organisation | undefined {
  const odsCode = notes.needed('organisation code', parseOdsCode(organisationId(organisation) ?? ''))
  const name = notes.needed('organisation name', textOf(descend(organisation, 'name')), fitsText)
  return odsCode && name !== undefined ? { odsCode, name } : undefined
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

/** A name in parts, in whatever order they stand, or one written as plain text, which then stands as the family name. */
function readName(name: XmlElement | undefined, notes: AuthorNotes): PersonName | undefined {
  const part = (which: string) => childrenOf(name, which).flatMap(one => textOf(one) ?? [])
  const family = part('family').join(' ') || textOf(name)
  const [prefix, suffix] = [part('prefix').join(' '), part('suffix').join(' ')]
  const read = family === undefined ? undefined : { given: part('given'), family }
  return notes.needed(
    'name',
    read && { ...(prefix && { prefix }), ...read, ...(suffix && { suffix }) },
    fitsName,
  )
}
