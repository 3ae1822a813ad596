import { readFile } from 'node:fs/promises'
import { auditFindingWords } from '../domain/audit/audit-finding.ts'
import type { AuditVerdict } from '../flows/audit/verify-audit.ts'
import { checkpointJudge } from '../formats/audit-seal/seal-keys.ts'
import { readVerifierKey, verifierKey } from '../formats/audit-seal/verifier-key.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandFailure, type CommandResult, done, fault, refused } from './command-result.ts'
import { failureOf } from './failure-words.ts'
import { askOperationsByLine } from './operations.ts'
import { type Progress, startProgress } from './progress.ts'
import { counted, instantWords } from './words.ts'

interface VerifyOptions {
  readonly head?: readonly string[]
  readonly key?: readonly string[]
  readonly database?: true
}

interface Evidence {
  /** Checkpoints that were kept elsewhere. */
  readonly kept: readonly string[]
  /** Public keys to believe; none: the one of the service. */
  readonly keys: readonly string[]
  readonly onProgress: (looked: number, of: number) => void
}

type Looked = AuditVerdict | CommandFailure

/** Checks the whole log. Whatever keeps it from being looked at is exit code 2, since 1 would say that something was changed. */
export async function verifyAuditLog(line: CommandLine, options: VerifyOptions): Promise<CommandResult> {
  const progress = progressOf(line)
  try {
    const evidence = {
      kept: await readAll(options.head),
      keys: await readAll(options.key),
      onProgress: progress.update,
    }
    const looked = await (options.database ? byDatabase(line, evidence) : byService(line, evidence))
    progress.stop()
    return 'kind' in looked ? { ...looked, kind: 'fault' } : resultOf(looked)
  } catch (error) {
    return { ...failureOf(error), kind: 'fault' }
  } finally {
    progress.stop()
  }
}

async function byService({ config }: CommandLine, { kept, keys, onProgress }: Evidence): Promise<Looked> {
  let said: { readonly verdict?: AuditVerdict; readonly error?: string } | undefined
  const asked = await askOperationsByLine(config(), '/audit/verify', { kept, keys }, line => {
    const news = line as { readonly looked?: number; readonly of?: number } & NonNullable<typeof said>
    if (news.looked !== undefined && news.of !== undefined) onProgress(news.looked, news.of)
    else said = news
  })
  if (!asked.ok) return asked.fault
  return said?.verdict ?? fault(said?.error ?? 'The service broke off, so that nothing is known.')
}

/** For whoever does not want to believe the service: the same check, by this program, of what the database holds. */
async function byDatabase({ config }: CommandLine, { kept, keys, onProgress }: Evidence): Promise<Looked> {
  const { SEAL_HASHES, sealKey } = await import('../main/audit-seal.ts')
  const { createLogger } = await import('../main/logger.ts')
  const { openStore } = await import('../main/open-store.ts')
  const { verifyAudit } = await import('../flows/audit/verify-audit.ts')
  const settings = config()
  const trusted = keys.map(readVerifierKey)
  if (!trusted.every(key => key !== undefined))
    return fault('One of the keys is no public key as cpis audit key prints it.')
  const own = sealKey(settings)
  if (trusted.length === 0 && !own) {
    return fault('No key is known here to check the log with.', 'Name it with --key, or set CPIS_AUDIT_KEY.')
  }
  const judgeCheckpoint = checkpointJudge(origin =>
    trusted.length === 0 && own ? [verifierKey(origin, own)] : trusted,
  )
  const heads = kept.map(note => judgeCheckpoint(note))
  if (!heads.every(head => head !== undefined)) {
    return fault('One of the checkpoints is none: keep what cpis audit head prints as it is.')
  }
  const store = await openStore(settings, createLogger('silent'))
  try {
    return await verifyAudit(
      { storage: store.storage, hashes: SEAL_HASHES, judgeCheckpoint },
      { kept: heads, onProgress },
    )
  } finally {
    await store.close()
  }
}

function resultOf(verdict: AuditVerdict): CommandResult {
  const { size, waiting, newest, checkpoints, unknownKeys, found, findings } = verdict
  const seen = [
    `${counted(size, 'entry', 'entries')} and ${counted(checkpoints, 'checkpoint')} looked at${newest ? `, the newest of ${instantWords(new Date(newest.at))}` : ''}.`,
    ...(waiting > 0 ? [`${counted(waiting, 'entry', 'entries')} written just now and not sealed yet.`] : []),
    ...(unknownKeys > 0
      ? [
          `${counted(unknownKeys, 'checkpoint')} signed with another key; newer ones vouch for the same entries.`,
        ]
      : []),
  ]
  if (found === 0) return done(verdict, [...seen, 'Nothing was changed.'].join('\n'))
  const more = found > findings.length ? [`… and ${found - findings.length} more.`] : []
  return {
    ...refused(
      `The audit log is not as it was sealed: ${counted(found, 'finding')}.`,
      'Keep everything as it is, and tell whoever is responsible for security.',
    ),
    shown: { data: verdict, text: [...seen, ...findings.map(auditFindingWords), ...more].join('\n') },
  }
}

async function readAll(files: readonly string[] = []): Promise<string[]> {
  return Promise.all(files.map(file => readFile(file, 'utf8')))
}

/** How many entries there are is known with the first news. */
function progressOf({ terminal }: CommandLine): {
  readonly update: Evidence['onProgress']
  readonly stop: () => void
} {
  let bar: Progress | undefined
  return {
    update: (looked, of) => {
      bar ??= startProgress(terminal, 'checking', of)
      bar.update(looked)
    },
    stop: () => bar?.stop(),
  }
}
