import type { SubjectAsSent } from '../../domain/upload/upload.ts'
import { attributeOf, childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlContent, type XmlNode } from '../xml/xml-writer.ts'
import { CHILD, OID, UNBORN_CHILD } from './codes.ts'
import { inTemplate, templated, valued } from './message.ts'

/** The subject of a record: a child (COCT_TP145101) or the mother of an unborn one (COCT_TP145100). */
export function writeSubject(subject: SubjectAsSent): XmlNode {
  return subject.kind === 'child'
    ? templated(
        'subject',
        CHILD,
        ...writePersonIds(subject, 'id'),
        element('childPerson', {}, ...writePerson(subject)),
      )
    : templated(
        'subject',
        UNBORN_CHILD,
        element(
          'parentMotherPerson',
          {},
          ...writePerson(subject),
          element('playedMother', {}, ...writePersonIds(subject, 'id')),
        ),
      )
}

/** The numbers a person is known by: the NHS number first, then the authority's own. */
export function writePersonIds(
  person: Pick<SubjectAsSent, 'nhsNumber' | 'localId' | 'localIdAuthority'>,
  name: string,
): readonly XmlContent[] {
  return [
    person.nhsNumber === undefined
      ? undefined
      : element(name, { root: OID.nhsNumber, extension: person.nhsNumber }),
    person.localId === undefined
      ? undefined
      : element(name, {
          root: OID.localId,
          extension: person.localId,
          assigningAuthorityName: person.localIdAuthority,
        }),
  ]
}

/** What stands for the given name of somebody who has none. */
const NO_GIVEN_NAME = '-'

function writePerson({ birthTime, given, family }: SubjectAsSent): readonly XmlContent[] {
  const named = given !== undefined || family !== undefined
  // A name has both parts: a hyphen says that there is no given name (rule 3.7).
  const givenAsWritten = given || (family === undefined ? undefined : NO_GIVEN_NAME)
  return [
    birthTime === undefined ? undefined : valued('birthTime', birthTime),
    named
      ? element(
          'name',
          {},
          givenAsWritten === undefined ? undefined : element('given', {}, givenAsWritten),
          family === undefined ? undefined : element('family', {}, family),
        )
      : undefined,
  ]
}

/** The subjects of one relationship; none where its kind is unknown or it gives two NHS numbers. */
export function readSubjects(relationship: XmlElement): readonly SubjectAsSent[] {
  const child = inTemplate(relationship, CHILD)
  const mother = descend(inTemplate(relationship, UNBORN_CHILD), 'parentMotherPerson')
  return [
    ...(child ? readSubject('child', child, descend(child, 'childPerson')) : []),
    ...(mother ? readSubject('mother', descend(mother, 'playedMother'), mother) : []),
  ]
}

function readSubject(
  kind: SubjectAsSent['kind'],
  numbered: XmlElement | undefined,
  person: XmlElement | undefined,
): readonly SubjectAsSent[] {
  const ids = readPersonIds(childrenOf(numbered, 'id'))
  if (!ids) return []
  const birthTime = attributeOf(descend(person, 'birthTime'), 'value')
  const name = descend(person, 'name')
  const written = joinedText(name, 'given')
  const given = written === NO_GIVEN_NAME ? undefined : written
  const family = joinedText(name, 'family')
  return [
    {
      kind,
      ...ids,
      ...(birthTime !== undefined && { birthTime }),
      ...(given !== undefined && { given }),
      ...(family !== undefined && { family }),
    },
  ]
}

/**
 * Numbers are told apart by their roots; one without a root is what the others leave over, the NHS number first, as published.
 * Undefined where two different NHS numbers stand side by side: nobody can say whose record it is.
 */
export function readPersonIds(
  ids: readonly XmlElement[],
): Pick<SubjectAsSent, 'nhsNumber' | 'localId' | 'localIdAuthority'> | undefined {
  const rooted = (root: string | undefined) => ids.filter(id => attributeOf(id, 'root') === root)
  const numbers = rooted(OID.nhsNumber)
  if (new Set(numbers.map(id => attributeOf(id, 'extension'))).size > 1) return undefined
  const bare = [...rooted(undefined)]
  const number = numbers[0] ?? bare.shift()
  const local = rooted(OID.localId)[0] ?? bare.shift()
  const nhsNumber = attributeOf(number, 'extension')
  const localId = attributeOf(local, 'extension')
  const localIdAuthority = attributeOf(local, 'assigningAuthorityName')
  return {
    ...(nhsNumber !== undefined && { nhsNumber }),
    ...(localId !== undefined && { localId }),
    ...(localId !== undefined && localIdAuthority !== undefined && { localIdAuthority }),
  }
}

/** Name parts in the order in which they stand, with a space between. */
function joinedText(name: XmlElement | undefined, part: string): string | undefined {
  return (
    childrenOf(name, part)
      .flatMap(given => textOf(given) ?? [])
      .join(' ') || undefined
  )
}
