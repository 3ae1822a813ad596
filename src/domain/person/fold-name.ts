/** Letters that Unicode does not take apart into a base letter and an accent. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
}

/** Cyrillic, Greek and phonetic letters that look like a Latin one in either case; the Latin one stands in the same place below. */
const LOOK_ALIKE = [...'авеёіјкмнорстухѕԁӏαβεικμορτχɑɡ']
const LATIN = [...'abeeijkmhopctyxsdlabeikmoptxag']
const FOLDED = new Map<string, string>([
  ...Object.entries(UNDECOMPOSED),
  ...LOOK_ALIKE.map((letter, at) => [letter, LATIN[at] ?? letter] as const),
])

/** Modifier letters such as `ʼ` and `ʻ`, and the saltillo: apostrophes, though Unicode calls them letters. */
const APOSTROPHE_LETTERS = /[\u02b0-\u02ff\ua78b\ua78c]/gu

/**
 * The letters and digits of a name, without case and accents (rule 3.7): hyphens, apostrophes, spaces and characters that cannot be
 * seen are dropped, and letters that look alike are the same.
 */
export function foldName(name: string): string {
  const letters = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(APOSTROPHE_LETTERS, '')
  return [...letters].map(letter => FOLDED.get(letter) ?? letter).join('')
}
