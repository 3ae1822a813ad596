import { z } from 'zod'
import { authorityEntry, settingsBody } from '../../api/common/registration/authority-body.ts'
import { DEFAULT_INTERVAL_HOURS, type SettingsChange } from '../../domain/registration/authority.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Authority } from '../../flows/registration/ports.ts'
import { type FormProblem, problemsOf } from '../form-problems.ts'
import type { Tile } from './england-tiles.ts'

/** What an operator typed of an authority's settings. */
export const settingsFields = z.object({
  gssCode: z.string(),
  dfeCode: z.string(),
  intervalHours: z.string(),
  mode: z.string(),
  toldAt: z.string(),
  wave: z.string(),
  children: z.string(),
})
export type SettingsFields = z.infer<typeof settingsFields>

/** What an operator typed of a new authority. */
export const authorityFields = settingsFields.extend({
  odsCode: z.string(),
  name: z.string(),
  mailboxId: z.string(),
})
export type AuthorityFields = z.infer<typeof authorityFields>

/** The empty form, or that of an authority of the map. */
export function newAuthority(tile?: Tile): AuthorityFields {
  return {
    odsCode: '',
    name: tile?.name ?? '',
    mailboxId: '',
    gssCode: '',
    dfeCode: tile?.dfeCode ?? '',
    intervalHours: String(DEFAULT_INTERVAL_HOURS),
    mode: 'delta',
    toldAt: 'mailbox',
    wave: '',
    children: '',
  }
}

/** Reads a new authority, or everything that is wrong with what was typed. */
export function readAuthorityForm(
  fields: AuthorityFields,
): Result<z.infer<typeof authorityEntry>, readonly FormProblem[]> {
  const { odsCode, name, mailboxId } = fields
  const read = authorityEntry.safeParse({ odsCode, name, mailboxId, ...settingsOf(fields) })
  return read.success ? success(read.data) : failure(problemsOf(read.error))
}

export function settingsOfAuthority(authority: Authority): SettingsFields {
  const { gssCode = '', dfeCode = '', intervalHours, mode, toldAt, wave = '', children = '' } = authority
  return {
    gssCode,
    dfeCode,
    intervalHours: String(intervalHours),
    mode,
    toldAt,
    wave,
    children: String(children),
  }
}

/** Reads what an authority is to be like; a code or label that was emptied is taken away. */
export function readSettingsForm(fields: SettingsFields): Result<SettingsChange, readonly FormProblem[]> {
  const read = settingsBody.safeParse(settingsOf(fields))
  if (!read.success) return failure(problemsOf(read.error))
  return success({ gssCode: null, dfeCode: null, wave: null, children: null, ...read.data })
}

/** As the command line says it: what is empty is not said. An interval of no number is said, and found wrong. */
function settingsOf({ gssCode, dfeCode, intervalHours, mode, toldAt, wave, children }: SettingsFields) {
  const said = (text: string) => (text === '' ? undefined : text)
  return {
    gssCode: said(gssCode),
    dfeCode: said(dfeCode),
    intervalHours: numberOf(intervalHours),
    children: children === '' ? undefined : numberOf(children),
    mode,
    toldAt,
    wave: said(wave),
  }
}

/** What is no number is said all the same, and found wrong. */
function numberOf(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
}
