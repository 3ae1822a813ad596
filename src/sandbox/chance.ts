/** Where in the made-up country a choice is made: the same place always falls out the same way. */
export type Place = readonly number[]

/** A number from 0 up to, not including, 1 that depends on the seed and the place alone. */
export function chance(seed: number, ...place: Place): number {
  let state = seed | 0
  for (const step of place) state = mixed(Math.imul(state, 0x9e3779b1) ^ (step + 0x7f4a7c15))
  return (mixed(state) >>> 0) / 2 ** 32
}

/** A whole number from `from` to `to`, both possible. */
export function between(from: number, to: number, drawn: number): number {
  return from + Math.floor(drawn * (to - from + 1))
}

export function oneOf<T>(choices: readonly [T, ...T[]], drawn: number): T {
  return choices[Math.floor(drawn * choices.length)] ?? choices[0]
}

/** The finaliser of MurmurHash3: every bit of the state decides about every bit of the result. */
function mixed(state: number): number {
  let bits = state | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
