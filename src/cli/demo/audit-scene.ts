import { sql } from 'kysely'
import { auditFindingWords } from '../../domain/audit/audit-finding.ts'
import { sealAudit } from '../../flows/audit/seal-audit.ts'
import { verifyAudit } from '../../flows/audit/verify-audit.ts'
import { openAuditSeal } from '../../main/audit-seal.ts'
import { table } from '../words.ts'
import type { DemoWorld } from './stage.ts'

interface AuditCount {
  readonly door: string
  readonly action: string
  readonly outcome: string
  readonly count: number
}

/** Everything that happened is on record, refusals as well as answers. */
export async function showAudit({ stage, service }: DemoWorld): Promise<void> {
  await stage.scene(
    'All of it is on record',
    'One entry for every request at every interface, allowed or refused. The database itself refuses to change or delete one.',
  )
  const { kysely } = service.store.database
  const counts: readonly AuditCount[] = await kysely
    .selectFrom('audit')
    .select(['door', 'action', 'outcome', eb => eb.fn.countAll<number>().as('count')])
    .groupBy(['door', 'action', 'outcome'])
    .orderBy('door')
    .orderBy('action')
    .execute()
  const rows = counts.map(({ door, action, outcome, count }) => [String(count), door, action, outcome])
  await stage.excerpt(table([['entries', 'door', 'action', 'outcome'], ...rows]).split('\n'))
  const asked = counts.filter(({ door }) => ['fhir', 'spine', 'smsp'].includes(door))
  const total = (of: readonly AuditCount[]) => of.reduce((sum, { count }) => sum + count, 0)
  stage.claim('every question was recorded: eight were asked, one was refused', total(asked) === 8)
  stage.claim('the refusal is among them', total(asked.filter(({ outcome }) => outcome === 'refused')) === 1)
  const changed = await kysely
    .deleteFrom('audit')
    .execute()
    .then(
      () => true,
      () => false,
    )
  stage.claim('nothing can be deleted from it', !changed)
}

/** What the seal is for: whoever owns the database can still change it, but not without being found. */
export async function showSeal({ stage, service }: DemoWorld): Promise<void> {
  const { store, config } = service
  const { kysely } = store.database
  await stage.scene(
    'And nobody can change it unseen',
    'Entries are sealed within seconds: one hash over all of them, signed with a key that is not in the database.',
    'Whoever owns the database can still turn a refusal into an answer. The next check of the log then names the entry.',
  )
  const seal = openAuditSeal(config)
  await sealAudit({ storage: store.storage, clock: { now: () => new Date() }, ...seal })
  const { newest } = await store.storage.sealedLog.status()
  await stage.excerpt(newest?.note.trimEnd().split('\n') ?? [])
  const check = () => verifyAudit({ storage: store.storage, ...seal })
  stage.claim('a check of the whole log finds nothing', (await check()).found === 0)
  const entry = await kysely
    .selectFrom('audit')
    .select('id')
    .where('outcome', '=', 'refused')
    .where('door', '=', 'fhir')
    .executeTakeFirstOrThrow()
  const asOwner = [
    'alter table audit disable trigger user',
    `update audit set outcome = 'allowed', reason = null where id = '${entry.id}'`,
    'alter table audit enable trigger user',
  ]
  await stage.excerpt(asOwner.map(statement => `${statement};`))
  for (const statement of asOwner) await sql.raw(statement).execute(kysely)
  const { findings } = await check()
  await stage.excerpt(findings.map(auditFindingWords))
  const [found, ...others] = findings
  stage.claim(
    'the next check names the entry',
    found?.kind === 'altered' && found.entryId === entry.id && others.length === 0,
  )
}
