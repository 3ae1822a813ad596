/**
 * National activities that carry others with them (rule 9.3). Registration authorities grant the first; whoever checks for
 * one of the second must find it all the same. Add a line for each further implication that is published.
 */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  B0825: ['B0820'],
}

/** Every activity a role grants: those it lists and, step by step, those they carry with them. Codes are folded to upper case. */
export function expandActivities(
  granted: Iterable<string>,
  implied: Readonly<Record<string, readonly string[]>> = IMPLIED,
): ReadonlySet<string> {
  const held = new Set<string>()
  const waiting = [...granted]
  for (let code = waiting.pop(); code !== undefined; code = waiting.pop()) {
    const activity = code.trim().toUpperCase()
    if (held.has(activity)) continue
    held.add(activity)
    waiting.push(...(implied[activity] ?? []))
  }
  return held
}
