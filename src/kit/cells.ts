import { failure, type Result, success } from '../domain/result.ts'

/** Why the text of a cell is not taken. */
export type CellFault = 'formula' | 'spreadsheet-error' | 'control-character'

export interface Cell {
  readonly text: string
  /** It was written as a formula that is nothing but quoted text, as spreadsheets do to keep leading zeros. */
  readonly unwrapped: boolean
}

/** Spaces of every kind and marks that cannot be seen, which copying from other programs leaves behind. */
const UNSEEN = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]/g
const QUOTED_TEXT = /^="((?:[^"]|"")*)"$/
const FORMULA = /^[=+@]/
const SPREADSHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|#+)$/i

/**
 * The text of a cell, without what surrounds it. A formula is never worked out: one that is plain quoted text (`="0123"`) is
 * unwrapped, every other one is refused (rule 17.4).
 */
export function readCell(raw: string): Result<Cell, CellFault> {
  const text = clean(raw)
  const quoted = QUOTED_TEXT.exec(text)
  const inner = quoted ? clean((quoted[1] ?? '').replaceAll('""', '"')) : text
  if (FORMULA.test(inner)) return failure('formula')
  if (SPREADSHEET_ERROR.test(inner)) return failure('spreadsheet-error')
  if (/[\p{Cc}\ufffd]/u.test(inner)) return failure('control-character')
  return success({ text: inner, unwrapped: quoted !== null })
}

/** Whether a row says nothing: every cell is empty or white space. */
export function isBlank(cells: readonly string[]): boolean {
  return cells.every(cell => clean(cell) === '')
}

const TOTAL =
  /^(?:grand |sub-?)?totals?\b|^(?:number|count|no\.?) of (?:rows|records|children|people|plans)\b|^sum\b/i
const FIGURE = /^[\d,. %]*$/

/** Whether a row is a total beyond doubt: one cell says so, and all others are empty or plain figures of at most seven digits. */
export function isTotal(cells: readonly string[]): boolean {
  const texts = cells.map(clean)
  const words = texts.filter(text => !FIGURE.test(text))
  const figures = texts.filter(text => FIGURE.test(text))
  const [only, ...others] = words
  return (
    only !== undefined &&
    others.length === 0 &&
    TOTAL.test(only) &&
    figures.every(text => text.replace(/\D/g, '').length <= 7)
  )
}

function clean(raw: string): string {
  return raw.replace(UNSEEN, '').replace(/\s+/g, ' ').trim()
}
