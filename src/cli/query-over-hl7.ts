import type { QueryOutcome } from '../client/index.ts'
import type { Config } from '../main/config.ts'
import { sandboxSystem, systemInFile } from './asking-system.ts'
import { type CommandResult, done } from './command-result.ts'
import { type Hl7Interface, openQueryClient } from './open-query-client.ts'
import { type Asked, notAnswered, unchecked } from './query-result.ts'
import { accessWords, NONE_LISTED, NOTHING_HELD, OUT_OF_DATE, planWords } from './query-words.ts'

/** Asks as somebody before a clinical system. Over HL7 v3 one answer has both: what is held, and who has looked. */
export async function askOverHl7(
  asked: Asked,
  {
    via,
    as,
    systemFile,
    config,
  }: {
    readonly via: Hl7Interface
    readonly as: string
    /** Instead of somebody of the sandbox. */
    readonly systemFile: string | undefined
    readonly config: Config
  },
): Promise<CommandResult> {
  const { nhsNumber, unscheduled, url } = asked
  const access = unscheduled ? 'unscheduled' : 'scheduled'
  const system =
    systemFile === undefined
      ? await sandboxSystem(config, { via, access, as })
      : await systemInFile(systemFile)
  if (!system.ok) return system.fault
  const client = await openQueryClient(via, url, system.value)
  if (!client.ok) return client.fault
  try {
    return tell(asked, await client.value.query(nhsNumber, { unscheduled }))
  } finally {
    await client.value.close()
  }
}

function tell({ terminal, nhsNumber, history }: Asked, outcome: QueryOutcome): CommandResult {
  switch (outcome.kind) {
    case 'held': {
      const { plans, accesses, fromLocalStore } = outcome
      const text = history
        ? accesses.length > 0
          ? accessWords(terminal, nhsNumber, accesses)
          : NONE_LISTED
        : planWords(terminal, nhsNumber, plans)
      return done(outcome, fromLocalStore ? `${text}\n\n${terminal.style('yellow', OUT_OF_DATE)}` : text)
    }
    case 'nothing-held':
      return done(outcome, NOTHING_HELD)
    case 'unchecked':
      return unchecked()
    default:
      return notAnswered(outcome)
  }
}
