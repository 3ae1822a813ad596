import { type OdsCode, parseOdsCode } from '../domain/organisation.ts'
import { type DfeCode, type GssCode, parseDfeCode, parseGssCode } from '../domain/registration/authority.ts'
import { AUTHORITY_TABLE } from './authority-table.ts'

export interface SandboxAuthority {
  /** The authority's code at the Department for Education: no public list gives authorities' codes in the ODS. */
  readonly odsCode: OdsCode
  readonly dfeCode: DfeCode
  readonly gssCode: GssCode
  readonly name: string
  /** Numbers kept for drama, so that nobody is ever phoned. */
  readonly dutyPhone: string
  readonly officePhone?: string
  /** Children who live there: large authorities have more plans. */
  readonly children: number
}

export const AUTHORITY_COUNT = AUTHORITY_TABLE.length

/** The largest authorities of England in their sandbox shape; every one's name says that it is not the real one. */
export function sandboxAuthorities(count = 3): readonly SandboxAuthority[] {
  if (!Number.isInteger(count) || count < 1 || count > AUTHORITY_COUNT) {
    throw new RangeError(`There are ${AUTHORITY_COUNT} authorities, not ${count}`)
  }
  return AUTHORITY_TABLE.slice(0, count).map(([code, gss, name, children], index) => {
    const odsCode = parseOdsCode(code)
    const dfeCode = parseDfeCode(code)
    const gssCode = parseGssCode(gss)
    if (!odsCode || !dfeCode || !gssCode)
      throw new Error(`The table of authorities holds ${code} and ${gss}, one of which is no code`)
    const last = String(index).padStart(3, '0')
    // Every fifth has no office number: rule 3.3 leaves it open.
    const officePhone = index % 5 === 4 ? undefined : `02079460${last}`
    return {
      odsCode,
      dfeCode,
      gssCode,
      name: `${name} (sandbox)`,
      dutyPhone: `01632960${last}`,
      ...(officePhone && { officePhone }),
      children,
    }
  })
}
