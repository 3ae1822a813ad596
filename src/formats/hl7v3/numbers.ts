/** Reads a whole number (data type INT, sequence numbers): digits alone, and not beyond what a number holds exactly (rule 3.17). */
export function parseWholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) ? exact(Number(text)) : undefined
}

/** The same, with a minus sign before it where something is not known: −1 is such a number. */
export function parseInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,16}$/.test(text) ? exact(Number(text)) : undefined
}

function exact(number: number): number | undefined {
  return Number.isSafeInteger(number) ? number : undefined
}
