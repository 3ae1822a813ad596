import { parseOdsCode } from '../../domain/organisation.ts'
import type { Author, JobRole, PersonName } from '../../domain/query/requester.ts'

/** Who asks, in plain words: everybody who looks later is shown it, and the authority told. */
export type AskingAuthor =
  | {
      readonly kind: 'person'
      /** Of the Spine Directory Service. */
      readonly userId: string
      readonly roleProfileId?: string
      readonly name: PersonName
      readonly jobRole: JobRole
      readonly organisation: AskingOrganisation
    }
  | {
      /** The system that sends, asking by itself. */
      readonly kind: 'system'
      readonly asid: string
      readonly organisation: AskingOrganisation
      readonly responsible: readonly { readonly name: PersonName; readonly jobRole: JobRole }[]
    }

export interface AskingOrganisation {
  readonly odsCode: string
  readonly name: string
}

/** The author as messages are written of it. Throws `TypeError` where its organisation has no ODS code. */
export function authorOf(author: AskingAuthor): Author {
  const { name } = author.organisation
  const odsCode = parseOdsCode(author.organisation.odsCode)
  if (!odsCode) throw new TypeError('The organisation of the author needs an ODS code')
  const organisation = { odsCode, name }
  return author.kind === 'person' ? { ...author, organisation } : { ...author, organisation }
}
