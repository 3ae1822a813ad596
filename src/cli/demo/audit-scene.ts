import { table } from '../words.ts'
import type { DemoWorld } from './play-demo.ts'

interface AuditCount {
  readonly door: string
  readonly action: string
  readonly outcome: string
  readonly count: number
}

/** Everything that happened is on record, refusals as well as answers. */
export async function tellAudit({ stage, service }: DemoWorld): Promise<void> {
  await stage.scene(
    'All of it is on record',
    'One entry for every request at every door, allowed or refused. The database itself refuses to change or delete one.',
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
