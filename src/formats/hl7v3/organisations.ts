import { type Organisation, parseOdsCode } from '../../domain/organisation.ts'
import { attributeOf, childrenOf, descend, textOf, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { OID } from './codes.ts'

/** An authority as a message has it: a number may be missing, and either may stand first. */
export interface ContactAsWritten extends Organisation {
  readonly dutyPhone?: string
  readonly officePhone?: string
  /** The duty number stands before the office number; as published, and where nothing is said, it stands after it. */
  readonly dutyPhoneFirst?: true
}

/** An organisation as a message writes it: `id`, `name` and, for an authority, its telephones. */
export function writeOrganisation(
  name: string,
  organisation: Organisation,
  ...telecoms: (XmlNode | undefined)[]
): XmlNode {
  return element(
    name,
    {},
    element('id', { root: OID.odsOrganisation, extension: organisation.odsCode }),
    element('name', {}, organisation.name),
    ...telecoms,
  )
}

/** An authority with the numbers clinicians may call; where none is known, the duty number that the schema needs is empty. */
export function writeContact(contact: ContactAsWritten): XmlNode {
  const office = contact.officePhone === undefined ? undefined : telecom('WP', contact.officePhone)
  const isNone = contact.dutyPhone === undefined && contact.officePhone === undefined
  const duty =
    isNone || contact.dutyPhone !== undefined ? telecom('EC', contact.dutyPhone ?? NO_PHONE) : undefined
  return writeOrganisation(
    'organisation',
    contact,
    ...(contact.dutyPhoneFirst ? [duty, office] : [office, duty]),
  )
}

/** An authority with its numbers; one that is no telephone number is left out. Undefined as for `readOrganisation`. */
export function readContact(element: XmlElement | undefined): ContactAsWritten | undefined {
  const organisation = readOrganisation(element)
  if (!organisation) return undefined
  const telecoms = readTelecoms(element).filter(({ phone }) => phone !== undefined)
  const phone = (wanted: string) => telecoms.find(({ use }) => use === wanted)?.phone
  const [dutyPhone, officePhone] = [phone('EC'), phone('WP')]
  return {
    ...organisation,
    ...(dutyPhone && { dutyPhone }),
    ...(officePhone && { officePhone }),
    ...orderOf(telecoms),
  }
}

/** Whether the duty number stands before an office number. */
export function orderOf(telecoms: readonly Telecom[]): Pick<ContactAsWritten, 'dutyPhoneFirst'> {
  const [duty, office] = ['EC', 'WP'].map(wanted => telecoms.findIndex(({ use }) => use === wanted))
  return duty !== undefined && office !== undefined && 0 <= duty && duty < office
    ? { dutyPhoneFirst: true }
    : {}
}

/** What the schema takes for a telephone and nobody can ring. */
const NO_PHONE = '+'

function telecom(use: 'EC' | 'WP', phone: string): XmlNode {
  return element('telecom', { use, value: `tel:${phone}` })
}

/** The code that identifies an organisation or a site: by its root, or the only one if that has no root. */
export function organisationId(organisation: XmlElement | undefined): string | undefined {
  const ids = childrenOf(organisation, 'id')
  const roots: readonly (string | undefined)[] = [OID.odsOrganisation, OID.odsSite]
  const known = ids.find(id => roots.includes(attributeOf(id, 'root')))
  const bare = ids.length === 1 && attributeOf(ids[0], 'root') === undefined ? ids[0] : undefined
  return attributeOf(known ?? bare, 'extension')
}

/** Undefined where the code is missing or none, or the name is missing. Codes come back in capitals (rule 1.2). */
export function readOrganisation(organisation: XmlElement | undefined): Organisation | undefined {
  const odsCode = parseOdsCode(organisationId(organisation) ?? '')
  const name = textOf(descend(organisation, 'name'))
  return odsCode && name !== undefined ? { odsCode, name } : undefined
}

/** One telephone as it stands: its use, and its number as digits with an optional `+`; undefined where it is not one. */
export interface Telecom {
  readonly use: string | undefined
  readonly value: string | undefined
  readonly phone: string | undefined
  readonly line: number
}

/** Accepts numbers with or without `tel:`, with spaces and the separators a telephone URI may have, brackets excepted. */
export function readTelecoms(organisation: XmlElement | undefined): readonly Telecom[] {
  return childrenOf(organisation, 'telecom').map(telecom => {
    const value = attributeOf(telecom, 'value')
      ?.replace(/^tel:/i, '')
      .replace(/[\s.-]/g, '')
    return {
      use: attributeOf(telecom, 'use'),
      value: value || undefined,
      phone: value !== undefined && /^\+?\d{1,20}$/.test(value) ? value : undefined,
      line: telecom.line,
    }
  })
}
