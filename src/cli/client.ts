import type { Command } from 'commander'
import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { wholeNumber } from './whole-number.ts'
import { table } from './words.ts'

interface ClientShown {
  readonly asid: string
  readonly partyKey: string
  readonly organisation: { readonly odsCode: string; readonly name: string }
  readonly allows: readonly string[]
  readonly exchanges: readonly string[]
}

interface UndeliveredShown {
  readonly system: string
  readonly messageId: string
  readonly askedAt: string
  readonly attempts: number
  readonly reason: string
}

interface AddClientOptions {
  readonly partyKey: string
  readonly ods: string
  readonly name: string
  readonly allows: readonly string[]
  readonly exchanges?: readonly string[]
  readonly certificate?: string
  readonly cpaId?: string
  readonly callback?: string
  readonly reliability?: string
  readonly retries?: number
  readonly retryInterval?: number
  readonly persist?: number
}

/** `cpis client`: which clinical systems may ask by HL7 v3, through the operations API of the running service. */
export function addClientCommands(commandLine: CommandLine): void {
  const { program, perform, config } = commandLine
  const client = program.command('client').description('clinical systems that may ask the running service')
  client
    .command('list')
    .description('every system, and the kinds of access it may ask for')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/clients')
        if (!answer.ok) return answer.fault
        const clients = answer.value as ClientShown[]
        const rows = clients.map(({ asid, partyKey, organisation, allows, exchanges }) => [
          asid,
          partyKey,
          allows.join(' '),
          exchanges.join(' '),
          organisation.odsCode,
          organisation.name,
        ])
        return done(
          clients,
          table([['ASID', 'party key', 'may ask', 'through', 'code', 'organisation'], ...rows]),
        )
      }),
    )
  client
    .command('add')
    .description('let a system ask, or change what is known of one')
    .argument('<asid>', 'its twelve digits')
    .requiredOption('--party-key <key>', 'the party it sends through')
    .requiredOption('--ods <code>', "its organisation's ODS code")
    .requiredOption('--name <name>', 'what the organisation is called')
    .requiredOption('--allows <access...>', 'unscheduled, scheduled or both, by the care it is used in')
    .option('--exchanges <exchange...>', 'synchronous (unless told otherwise), asynchronous, mini-service')
    .option('--certificate <fingerprint>', 'the SHA-256 fingerprint of the certificate it shows')
    .option('--cpa-id <id>', 'if asynchronous: what its ebXML agreement is called')
    .option('--callback <url>', 'if asynchronous: where answers are posted to')
    .option('--reliability <kind>', 'reliable (unless told otherwise) or express')
    .option('--retries <count>', 'how often an answer is posted again', wholeNumber(0, 20))
    .option('--retry-interval <seconds>', 'how long after', wholeNumber(1, 3600))
    .option('--persist <seconds>', 'how long a message id is remembered', wholeNumber(60, 604_800))
    .action((asid: string, options: AddClientOptions) =>
      perform(async () => {
        const answer = await askOperations(config(), '/clients', { asid, ...registration(options) })
        return answer.ok
          ? done(answer.value, `System ${asid} may ask: ${options.allows.join(', ')}.`)
          : answer.fault
      }),
    )
  client
    .command('remove')
    .description('let a system ask no longer')
    .argument('<asid>', 'its twelve digits')
    .action((asid: string) =>
      perform(async () => {
        const answer = await askOperations(config(), `/clients/${encodeURIComponent(asid)}/remove`, {})
        return answer.ok ? done(answer.value, `System ${asid} may no longer ask.`) : answer.fault
      }),
    )
  addAnswerCommands(commandLine, client)
}

/** What became of answers that are posted: those a system did not take are the operator's (rule 13.5). */
function addAnswerCommands({ perform, config }: CommandLine, client: Command): void {
  client
    .command('undelivered')
    .description('answers that their systems did not take')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/answers/undelivered')
        if (!answer.ok) return answer.fault
        const undelivered = answer.value as UndeliveredShown[]
        if (undelivered.length === 0) return done(undelivered, 'Every answer was taken.')
        const rows = undelivered.map(({ system, messageId, askedAt, attempts, reason }) => [
          system,
          messageId,
          askedAt,
          String(attempts),
          reason,
        ])
        return done(undelivered, table([['ASID', 'message id', 'asked', 'posted', 'reason'], ...rows]))
      }),
    )
  client
    .command('post-again')
    .description('post such an answer again')
    .argument('<asid>', 'the system that asked')
    .argument('<message-id>', 'the id of its message')
    .action((asid: string, messageId: string) =>
      perform(async () => {
        const answer = await askOperations(config(), '/answers/post-again', { asid, messageId })
        return answer.ok ? done(answer.value, 'The answer is on its way again.') : answer.fault
      }),
    )
}

/** What the operations API is told; whatever is not said there takes its default. */
function registration(options: AddClientOptions) {
  const { partyKey, ods, name, allows, exchanges, certificate, cpaId, callback } = options
  const { reliability, retries, retryInterval: retryIntervalSeconds, persist: persistSeconds } = options
  const contract = { cpaId, callback, reliability, retries, retryIntervalSeconds, persistSeconds }
  const answeredLater = Object.values(contract).some(term => term !== undefined)
  return {
    partyKey,
    odsCode: ods,
    organisationName: name,
    allows,
    exchanges,
    certificate,
    ...(answeredLater && { contract }),
  }
}
