import { readFile } from 'node:fs/promises'
import { checkEntry, readProofFile } from '../formats/audit-seal/proof-file.ts'
import { checkpointJudge } from '../formats/audit-seal/seal-keys.ts'
import { readVerifierKey, type VerifierKey } from '../formats/audit-seal/verifier-key.ts'
import { addProveCommand } from './audit-prove.ts'
import { verifyAuditLog } from './audit-verify.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandResult, done, refused } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted } from './words.ts'

interface SealShown {
  readonly publicKey: string
  readonly newest?: { readonly note: string }
}

/** `cpis audit`: what was sealed, proofs of it, and whether it is still as it was (chapter 22 of the rules). */
export function addAuditCommands(line: CommandLine): void {
  const { program, perform, config } = line
  const audit = program.command('audit').description('the sealed audit log of the running service')
  const seal = async () => askOperations(config(), '/audit/seal')
  audit
    .command('head')
    .description(
      'the newest checkpoint: keep it where the database is not, to find out if entries go missing',
    )
    .action(() =>
      perform(async () => {
        const answer = await seal()
        if (!answer.ok) return answer.fault
        const { newest } = answer.value as SealShown
        return newest ? done(newest, newest.note.trimEnd()) : refused('Nothing is sealed yet.')
      }),
    )
  audit
    .command('key')
    .description('the public key that checkpoints and proofs are checked with')
    .action(() =>
      perform(async () => {
        const answer = await seal()
        if (!answer.ok) return answer.fault
        const { publicKey } = answer.value as SealShown
        return done({ publicKey }, publicKey)
      }),
    )
  audit
    .command('verify')
    .description('whether anything of the whole log was changed, taken out or slipped in')
    .option('--head <file...>', 'checkpoints that were kept elsewhere')
    .option('--key <file...>', 'public keys to believe, in place of the one of the service')
    .option('--database', 'read the database itself, by this configuration, and not through the service')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing was changed, 1 something was, 2 it could not be looked at.',
    )
    .action(options => perform(() => verifyAuditLog(line, options)))
  addProveCommand(line, audit)
  audit
    .command('check')
    .description('whether a file of entries with proof holds; needs no service')
    .argument('<file>', 'as prove or the page of the audit log saves it')
    .requiredOption('--key <file>', 'the public key of the log, as cpis audit key printed it')
    .action((file: string, { key }: { readonly key: string }) => perform(() => checkProof(file, key)))
}

async function checkProof(file: string, keyFile: string): Promise<CommandResult> {
  const key = await readKeyFile(keyFile)
  if (!key) return refused(`${keyFile} is no public key as cpis audit key prints it.`)
  const read = readProofFile(await readFile(file, 'utf8'))
  if (!read.ok) return refused(`${file} is no file of entries with proof. ${read.fault}`)
  const { checkpoint, entries } = read.value
  const head = checkpointJudge(() => [key])(checkpoint)
  if (head?.signed !== 'trusted') {
    return refused('The checkpoint in it is not signed with this key: nothing is proved.')
  }
  const outcomes = entries.map(entry => ({ id: entry.entry.id, outcome: checkEntry(entry, head) }))
  const count = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length
  const shown = {
    data: { origin: head.origin, size: head.size, entries: outcomes },
    text: outcomes
      .filter(({ outcome }) => outcome !== 'proved')
      .map(({ id, outcome }) => `${id}: ${outcome === 'wrong' ? 'not as it was sealed' : 'not sealed yet'}`)
      .join('\n'),
  }
  if (count('wrong') > 0)
    return { ...refused(`${counted(count('wrong'), 'entry', 'entries')} not as sealed.`), shown }
  const open = count('not-yet') > 0 ? `; ${count('not-yet')} not sealed yet` : ''
  const words = `${counted(count('proved'), 'entry', 'entries')} proved to be in the log ${head.origin}${open}.`
  return done(shown.data, [shown.text, words].filter(Boolean).join('\n'))
}

export async function readKeyFile(path: string): Promise<VerifierKey | undefined> {
  return readVerifierKey(await readFile(path, 'utf8'))
}
