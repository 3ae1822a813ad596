import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

interface Rule {
  readonly number: string
  readonly text: string
  readonly source: string
}

/** The rules in the order of the book. */
const RULES: readonly Rule[] = readFileSync(join(ROOT, 'docs', 'rules.md'), 'utf8')
  .split('\n')
  .flatMap(line => {
    const [, number, text, source] = /^\| (\d+\.\d+) \| (.*) \| ([^|]*) \|$/.exec(line) ?? []
    return number && text && source !== undefined ? [{ number, text, source: source.trim() }] : []
  })

/** `rule 4.3`, `rules 9.5 and 9.7`, `rules 2.1, 2.2 and 3.9`, `rules 2.3 to 2.6`. */
const CITATION = /\brules? (\d+\.\d+(?:(?:, | and | or | to |, and )\d+\.\d+)*)/gi

/** Every rule that is cited in a text, those between the ends of a span included. */
function citedIn(text: string): string[] {
  return [...text.matchAll(CITATION)].flatMap(([, numbers = '']) =>
    numbers.split(/, and |, | and | or /).flatMap(part => {
      const [first = '', last = first] = part.split(' to ')
      const [from, to] = [first, last].map(number => RULES.findIndex(rule => rule.number === number))
      return from === undefined || to === undefined || from < 0 || to < from
        ? [first, last]
        : RULES.slice(from, to + 1).map(({ number }) => number)
    }),
  )
}

/** The tests of the project but this one, which is about the book and holds no rule of it. */
const TESTS = ['src', 'test']
  .flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(path => join(folder, path)),
  )
  .filter(path => path.endsWith('.test.ts') && path !== join('test', 'rule-book.test.ts'))
  .map(path => ({ path, cited: citedIn(readFileSync(join(ROOT, path), 'utf8')) }))

const CITED: ReadonlySet<string> = new Set(TESTS.flatMap(({ cited }) => cited))

describe('the rule book', () => {
  test('is read whole', () => {
    const rows = readFileSync(join(ROOT, 'docs', 'rules.md'), 'utf8').match(/^\| \d+\.\d+/gm) ?? []
    expect(RULES).toHaveLength(rows.length)
    expect(RULES.length).toBeGreaterThan(200)
    expect(TESTS.length).toBeGreaterThan(150)
  })

  test('has each number once, in order', () => {
    const places = RULES.map(({ number }) => number.split('.').map(Number))
    const wrong = places.filter(([chapter = 0, nth = 0], index) => {
      const [before = 0, last = 0] = places[index - 1] ?? []
      return chapter === before ? nth <= last : chapter !== before + 1 || nth !== 1
    })
    expect(wrong).toEqual([])
  })

  test('says of each rule where it comes from, by a source whose title and date it gives', () => {
    const words = readFileSync(join(ROOT, 'docs', 'rules.md'), 'utf8').split('## 1.')[0] ?? ''
    const described = [...words.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', '))
    expect(described).toContain('HL7')
    // A source that is none of these carries its own title.
    const titled = /^(the |an |NHS |\d)/
    const unknown = RULES.filter(
      ({ source }) => !titled.test(source) && !described.some(name => new RegExp(`^${name}\\b`).test(source)),
    )
    expect(unknown.map(({ number, source }) => `${number}: ${source}`)).toEqual([])
  })

  test('is cited for each rule by a test that holds it', () => {
    const uncited = RULES.map(({ number }) => number).filter(number => !CITED.has(number))
    expect(uncited).toEqual([])
  })

  test('has every rule that a test cites', () => {
    const numbers = new Set(RULES.map(({ number }) => number))
    const wrong = TESTS.flatMap(({ path, cited }) =>
      cited.filter(number => !numbers.has(number)).map(number => `${path}: rule ${number}`),
    )
    expect(wrong).toEqual([])
  })

  test('is read in every form of citation', () => {
    expect(citedIn('(rules 2.3 to 2.6) rule 4.3: Rules 9.5 and 9.7, rules 3.8, 3.9 and 3.10')).toEqual([
      '2.3',
      '2.4',
      '2.5',
      '2.6',
      '4.3',
      '9.5',
      '9.7',
      '3.8',
      '3.9',
      '3.10',
    ])
  })
})
