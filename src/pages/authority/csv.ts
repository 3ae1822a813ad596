/** What a spreadsheet would take for a formula at the beginning of a cell, and work out. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * A table as spreadsheets open it: UTF-8 with its mark, commas and CRLF. A cell that begins like a formula gets an apostrophe
 * before it, so that nobody's free text is ever worked out (rule 21.13).
 */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map(row => `${row.map(cell).join(',')}\r\n`).join('')}`
}

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
