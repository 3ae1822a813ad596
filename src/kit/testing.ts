import type { SheetSource } from './sheet-source.ts'
import { type SurveyedSheet, surveySheet } from './survey-sheet.ts'

export const NOW = new Date('2026-03-02T12:00:00Z')

/** A table in memory, handed out in pieces of so many bytes. */
export function sheetOf(content: string | Uint8Array, pieceSize = 7): SheetSource {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return {
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
    },
  }
}

export const HEADINGS = 'NHS number,Given name,Family name,Date of birth,Plan type,Start date,End date'

/** Looks through a table that is expected to be one. */
export async function surveyed(content: string | Uint8Array, pieceSize?: number): Promise<SurveyedSheet> {
  const survey = await surveySheet(sheetOf(content, pieceSize), { now: NOW })
  if (!survey.ok) throw new Error(JSON.stringify(survey.fault))
  return survey.value
}

/** The same for rows under the usual headings. */
export function surveyedRows(...rows: readonly string[]): Promise<SurveyedSheet> {
  return surveyed([HEADINGS, ...rows].join('\n'))
}
