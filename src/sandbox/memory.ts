import type { JWK } from 'jose'
import { type CalendarDate, localDay } from '../domain/english-time.ts'
import type { Database } from '../storage/open-database.ts'
import { newIssuerKey } from './token-issuer.ts'

/** What the sandbox fixed at its first start: another day or seed would move every birth date, another key end every token. */
export interface SandboxMemory {
  readonly country: {
    readonly seed: number
    readonly referenceDay: CalendarDate
    readonly authorities: number
    readonly children: number
  }
  readonly issuerKey: JWK
}

/** What was remembered, or what is remembered from now on. Several processes that start at once agree. */
export async function remember(
  database: Database,
  settings: { readonly seed: number; readonly authorities: number; readonly children: number },
  now: Date,
): Promise<SandboxMemory> {
  const fresh = { country: { ...settings, referenceDay: localDay(now) }, issuerKey: await newIssuerKey() }
  await keep(database, 'memory', fresh)
  return recall<SandboxMemory>(database, 'memory').then(kept => kept ?? fresh)
}

/** Whether the files of the population were all acknowledged. */
export async function isSettled(database: Database): Promise<boolean> {
  return (await recall(database, 'settled')) !== undefined
}

export function markSettled(database: Database, at: Date): Promise<void> {
  return keep(database, 'settled', { at })
}

async function keep(database: Database, name: string, value: object): Promise<void> {
  await database.kysely
    .insertInto('sandbox_memory')
    .values({ name, value: JSON.stringify(value) })
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

async function recall<T>(database: Database, name: string): Promise<T | undefined> {
  const row = await database.kysely
    .selectFrom('sandbox_memory')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.value as T | undefined
}
