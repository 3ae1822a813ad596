import { CsvError, parse } from 'csv-parse'
import { detectEncoding, type SheetSource, textOf } from './sheet-source.ts'

/** A row as a spreadsheet counts it: from 1, headings and blank rows included, however many lines it is written on. */
export interface SheetRow {
  readonly row: number
  readonly cells: readonly string[]
}

/** Rows in order; or, at any point, why the rest cannot be read, after which nothing comes. */
export type RowItem =
  | ({ readonly kind: 'row' } & SheetRow)
  | { readonly kind: 'fault'; readonly fault: RowsFault }

/** Why a table cannot be read on, at the row given. */
export type RowsFault =
  | { readonly kind: 'quotation-not-closed'; readonly row: number }
  | { readonly kind: 'row-too-long'; readonly row: number }
  | { readonly kind: 'not-text' }

const DELIMITERS = [',', ';', '\t', '|'] as const

/** The longest row in characters: a quotation mark that is never closed would otherwise take the rest of the file in. */
const LONGEST_ROW = 65_536
/** How far is looked for the row that shows what stands between the cells, in characters. */
const LOOK_AHEAD = 8_192

/**
 * Reads comma-separated values as spreadsheets write them, in flat memory: with commas, semicolons, tabs or bars between the
 * cells, whichever the first rows have most of; quotation marks round cells, doubled inside; line breaks inside cells.
 */
export async function* readRows(source: SheetSource): AsyncGenerator<RowItem> {
  const text = textOf(source, await detectEncoding(source))
  const start = await takeStart(text)
  if (start.includes('\0')) return yield { kind: 'fault', fault: { kind: 'not-text' } }
  const parser = parse({
    delimiter: delimiterOf(start),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: LONGEST_ROW,
    record_delimiter: ['\r\n', '\n', '\r'],
  })
  let row = 0
  const feed = feedInto(parser, start, text)
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1
      yield { kind: 'row', row, cells }
    }
    await feed
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const kind = error.code === 'CSV_MAX_RECORD_SIZE' ? 'row-too-long' : 'quotation-not-closed'
    yield { kind: 'fault', fault: { kind, row: row + 1 } }
  } finally {
    parser.destroy()
    await feed.catch(() => undefined)
  }
}

/** Writes the text into the parser as fast as it takes it, and ends early where nobody reads on. */
async function feedInto(
  parser: ReturnType<typeof parse>,
  start: string,
  rest: AsyncGenerator<string>,
): Promise<void> {
  const write = async (text: string) => {
    if (parser.destroyed || text === '' || parser.write(text)) return
    await new Promise<void>(resolve => {
      const go = () => {
        parser.off('drain', go).off('close', go)
        resolve()
      }
      parser.on('drain', go).on('close', go)
    })
  }
  try {
    await write(start)
    for await (const text of rest) {
      if (parser.destroyed) return
      await write(text)
    }
    if (!parser.destroyed) parser.end()
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

async function takeStart(text: AsyncGenerator<string>): Promise<string> {
  let start = ''
  while (start.length < LOOK_AHEAD) {
    const next = await text.next()
    if (next.done) break
    start += next.value
  }
  return start
}

/** What stands most often outside quotation marks in the first lines; a comma where nothing does. */
function delimiterOf(start: string): string {
  const unquoted = start.slice(0, LOOK_AHEAD).replace(/"(?:[^"]|"")*"/g, '')
  const counts = DELIMITERS.map(sign => ({ sign, count: unquoted.split(sign).length }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).sign
}
