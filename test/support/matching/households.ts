import { addDays, type CalendarDate } from '../../../src/domain/english-time.ts'
import type { RegisteredPerson, Sex } from '../../../src/domain/person/same-person.ts'
import { between, chance } from '../../../src/sandbox/chance.ts'
import { capitalised, wordFor } from './made-up-words.ts'

/** A child of a made-up household, as PDS holds them and as people call them. */
export interface HouseholdChild {
  readonly sex: Sex
  readonly birthDate: CalendarDate
  readonly given: readonly string[]
  readonly family: string
  readonly formerFamily?: string
  /** A name of theirs that PDS does not hold: the other parent's, or that of new guardians. */
  readonly otherFamily: string
  /** What PDS holds in place of a given name, soon after the birth. */
  readonly standIn?: 'Baby'
}

/** The day that the children of every household are younger than 18 on. */
const TODAY = '2026-12-01' as CalendarDate

/**
 * A household whose first two children are twins, with a third of another age. Names are drawn as families choose them: some twins'
 * begin alike or differ by a letter, some siblings share a second name, and in some families every son has the same first name.
 */
export function householdAt(
  seed: number,
  index: number,
): readonly [HouseholdChild, HouseholdChild, HouseholdChild] {
  const draw = (what: number) => chance(seed, index, what)
  const single = wordFor('family', draw(0))
  const other = wordFor('family', draw(1))
  const former = draw(2) < 0.05
  const family = {
    family: draw(3) < 0.08 ? `${single}-${other}` : single,
    ...(former && { formerFamily: wordFor('family', draw(4)) }),
    otherFamily: other,
  }
  const born = addDays(TODAY, -between(20, 6500, draw(5)))
  const shared = draw(6) < 0.15
  const oneFirstName = draw(7) < 0.02 ? 'Muhammad' : undefined
  const child = (nth: number, birthDate: CalendarDate, twinOf?: HouseholdChild): HouseholdChild => {
    const own = (what: number) => chance(seed, index, 100 * (nth + 1), what)
    const sex = twinOf && own(0) < 0.66 ? twinOf.sex : own(1) < 0.49 ? 'female' : 'male'
    const kind = sex === 'female' ? 'girl' : 'boy'
    const standsFirst = sex === 'male' && oneFirstName !== undefined
    const usual = twinOf ? besideTwin(twinOf, kind, own) : wordFor(kind, own(2))
    const first = standsFirst ? oneFirstName : usual
    const name = shared && !standsFirst ? wordFor('girl', draw(9)) : wordFor(kind, own(3))
    const second = standsFirst && name === twinOf?.given[1] ? wordFor(kind, own(11)) : name
    const hasSecond = own(4) < 0.75 || standsFirst
    const double = own(5) < 0.06 && !standsFirst ? `${first}-${wordFor(kind, own(6))}` : first
    const standIn = birthDate > addDays(TODAY, -60) && own(7) < 0.3
    const given = hasSecond ? [double, second] : [double]
    return { sex, birthDate, given, ...family, ...(standIn && { standIn: 'Baby' }) }
  }
  const first = child(0, born)
  const twin = child(1, born, first)
  const years = between(1, 9, draw(10)) * (draw(11) < 0.5 ? 1 : -1)
  return [first, twin, child(2, addDays(born, years * 365 + between(-150, 150, draw(12))))]
}

/** The name of a twin: one in four begins as the other one does, one in twenty is a letter away or the same with an ending. */
function besideTwin(twin: HouseholdChild, kind: 'girl' | 'boy', own: (what: number) => number): string {
  const beside = twin.given[0]?.split('-')[0] ?? ''
  const way = own(8)
  const drawn = wordFor(kind, own(2))
  const names = [
    ...(way < 0.02 ? [capitalised(`${'bdhjklmnt'[Math.floor(own(9) * 9)]}${beside.slice(1)}`)] : []),
    ...(way < 0.035 ? [`${beside}a`] : []),
    ...(way < 0.05 ? [`${beside.slice(0, -1)}${'aeinosty'[Math.floor(own(9) * 8)]}`] : []),
    ...(way < 0.25 ? [capitalised(beside.charAt(0) + drawn.slice(1))] : []),
    drawn,
    wordFor(kind, own(10)),
    wordFor(kind, own(12)),
  ]
  // Nobody calls a child as its twin is called.
  return names.find(name => name !== beside && !twin.given.includes(name)) ?? drawn
}

/** The child as PDS answers. */
export function registeredAs(child: HouseholdChild): RegisteredPerson {
  const { birthDate, family, formerFamily, given, standIn, sex } = child
  const names = standIn ? [standIn] : [...given]
  return {
    birthDate,
    familyNames: formerFamily ? [family, formerFamily] : [family],
    givenNames: formerFamily ? [names, names] : [names],
    sex,
  }
}
