import { readFileSync } from 'node:fs'
import type { Reason } from './reason.ts'

/** What must not reach somebody who has to put a record right: codes, marks of a template, values of nothing. */
const NOT_FOR_PEOPLE = /CP[RF]0|\b(?:EC|WP|XML|HL7|ODS|YYYY\w*)\b|undefined|null|NaN|\[object|[{}$]| {2}/

/** What a remedy tells somebody to do, as its first word or after a comma or full stop. */
const ACTS =
  /(?:^|[.,] |\band )(?:[Ss]end|[Ll]ook|[Aa]dd|[Cc]orrect|[Cc]heck|[Tt]ell|[Ww]rite|[Kk]eep|[Aa]sk|[Tt]alk|[Tt]ake|[Hh]ave|[Ss]et)\b/

/** What keeps a reason from being one that somebody can act on without a manual; empty where nothing does. */
export function complaintsAbout({ wrong, remedy }: Reason): string[] {
  const complaints: string[] = []
  if (!/^[A-Z][^:]*: \S.*\.$/s.test(wrong)) complaints.push('does not begin with the thing that is wrong')
  if (!/^[A-Z].*\.$/s.test(remedy) || !ACTS.test(remedy)) complaints.push('says nothing to do')
  if (NOT_FOR_PEOPLE.test(`${wrong} ${remedy}`)) complaints.push('has a code or a gap in it')
  const longest = longestSentence(`${wrong} ${remedy}`)
  if (longest > 24) complaints.push(`has a sentence of ${longest} words`)
  return complaints
}

/**
 * The American school grade that a text asks for, by the Automated Readability Index of 1967: from the letters of a word and the
 * words of a sentence. Five years more are the reader's age.
 */
export function gradeOf(text: string): number {
  const all = sentences(text)
  const words = all.flat()
  const letters = words.join('').replace(/[^\p{L}\p{N}]/gu, '').length
  return (4.71 * letters) / words.length + (0.5 * words.length) / all.length - 21.43
}

/** How many words the longest sentence of a text has. */
export function longestSentence(text: string): number {
  return Math.max(...sentences(text).map(words => words.length))
}

function sentences(text: string): string[][] {
  return text
    .split(/[.?:](?:\s|$)/)
    .map(sentence => sentence.split(/\s+/).filter(Boolean))
    .filter(words => words.length > 0)
}

/** One row of docs/rules.md, for example `3.9`. */
export function ruleText(number: string): string {
  const rules = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8')
  const row = rules.split('\n').find(line => line.startsWith(`| ${number} |`))
  if (!row) throw new Error(`docs/rules.md has no rule ${number}`)
  return row
}
