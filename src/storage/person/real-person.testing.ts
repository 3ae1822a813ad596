import { v7 as newId } from 'uuid'
import { freshNhsNumber, nurse, queryFor, storedAuthority } from '../../../test/support/records.ts'
import { dayOf, type PlanTime } from '../../domain/english-time.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import type { NumberRegister } from '../../domain/person/number-register.ts'
import { type SettleDeps, settleAll } from '../../flows/person/settle.ts'
import type { StoredAnswer } from '../../flows/query/ports.ts'
import type { Database } from '../open-database.ts'
import { queryStore } from '../query/query-store.ts'
import { uploadStore } from '../upload/upload-store.ts'

import {
  AUTHORITIES,
  BEGIN,
  NUMBERS,
  PersonModel,
  type Said,
  STARTS,
  type Step,
} from './person-model.testing.ts'

const HOUR = 3_600_000
/** Numbers of files, which no two runs share. */
let sequences = 0

/** The real thing, driven by the same steps. */
export class RealPerson {
  readonly numbers = Array.from({ length: NUMBERS }, freshNhsNumber)
  readonly model = new PersonModel()
  private now = BEGIN.getTime()
  private readonly database: Database
  private readonly settling: SettleDeps

  constructor(database: Database, settling: SettleDeps) {
    this.database = database
    this.settling = settling
  }

  number(nth: number): NhsNumber {
    return this.numbers[nth] as NhsNumber
  }

  private versions: number[] = []

  async step(step: Step): Promise<void> {
    switch (step.does) {
      case 'says': {
        this.versions.push(await this.settling.storage.numbers.question())
        const version = this.versions.at(-1 - Math.min(step.late, this.versions.length - 1)) ?? 0
        await this.settle(step.of, version, step.says)
        this.model.says(step.of, version, step.says)
        return
      }
      case 'load':
        return this.load(step)
      case 'ask':
        return this.ask(step)
    }
  }

  async settle(of: number, version: number, says: Said): Promise<void> {
    await settleAll(this.settling, [
      { nhsNumber: this.number(of), version, at: new Date(this.now), says: this.register(of, says) },
    ])
  }

  /** PDS never names a number as its own replacement: that is what a number in use looks like. */
  private register(of: number, says: Said): NumberRegister {
    if (says.state === 'replaced') {
      return says.by === of
        ? { state: 'live', restricted: false }
        : { state: 'replaced', by: this.number(says.by) }
    }
    return says.state === 'live' ? { state: 'live', restricted: false } : { state: says.state }
  }

  async load({ under, authority, start, age, deleted }: Extract<Step, { does: 'load' }>): Promise<void> {
    const odsCode = AUTHORITIES[authority] as OdsCode
    const time = STARTS[start] as PlanTime
    const sequence = ++sequences
    await loadPlan(this.database, {
      odsCode,
      nhsNumber: this.number(under),
      start: time,
      sequence,
      age,
      deleted,
    })
    this.model.load({
      number: under,
      key: `${odsCode} ${time}`,
      authority: odsCode,
      written: [age, sequence],
      deleted,
    })
  }

  async ask({ by, author, silent, hours }: Extract<Step, { does: 'ask' }>): Promise<void> {
    this.now += hours * HOUR
    const query = queryFor({
      at: new Date(this.now),
      nhsNumber: this.number(by),
      author: nurse(String(author + 1).padStart(12, '0')),
      access: silent ? 'scheduled' : 'unscheduled',
    })
    const listed = !silent && this.model.isListed(by, author, this.now)
    const told = [...new Set(this.model.visible(by).map(({ authority }) => authority))].sort()
    const answer = await queryStore(this.database.statement).answer(query)
    if (listed) this.model.accesses.push({ id: query.id, number: by, author, at: this.now })
    compare(this.difference(by, answer), `asked by ${by}`)
    const notified = await this.database.kysely
      .selectFrom('notification')
      .select('authority')
      .where('access_id', '=', query.id)
      .orderBy('authority')
      .execute()
    compare([notified.map(row => row.authority), listed ? told : []], `told of the look by ${by}`)
  }

  /** Everything, asked silently by every number. */
  async check(): Promise<void> {
    for (const by of this.numbers.keys()) {
      const query = queryFor({ at: new Date(this.now), nhsNumber: this.number(by), access: 'scheduled' })
      compare(
        this.difference(by, await queryStore(this.database.statement).answer(query)),
        `looked up by ${by}`,
      )
    }
    await checkDerived(this.database, this.numbers, new Date(this.now))
  }

  private difference(by: number, answer: StoredAnswer): [unknown, unknown] {
    if (answer.kind !== 'answered') return [answer.kind, 'answered']
    const found = {
      plans: answer.plans
        .map(
          ({ nhsNumber, authority, start }) =>
            `${this.numbers.indexOf(nhsNumber)} ${authority.odsCode} ${start}`,
        )
        .sort(),
      accesses: answer.accesses.map(({ id }) => id).sort(),
    }
    const expected = {
      plans: this.model
        .visible(by)
        .map(({ number, key }) => `${number} ${key}`)
        .sort(),
      accesses: this.model
        .listed(by)
        .map(({ id }) => id)
        .sort()
        .slice(-25),
    }
    return [found, expected]
  }
}

/** What is derived equals what it derives from (P7); `now` is the time of the last look. */
export async function checkDerived(
  database: Database,
  numbers: readonly NhsNumber[],
  now: Date,
): Promise<void> {
  const list = numbers.map(number => `'${number}'`).join()
  const wrong = await database.statement<{ what: string }>(
    `derived ${numbers[0]}`,
    `select 'access' as what from access a left join person_number n on n.nhs_number = a.nhs_number
      where a.nhs_number in (${list}) and a.person is distinct from n.person
    union all
    select 'plan' from plan p join person_number n on n.nhs_number = p.nhs_number
      where p.nhs_number in (${list}) and p.person <> n.person
    union all
    select 'last_listed' from (
      select person, author_key, max(accessed_at) as at from access where nhs_number in (${list}) group by 1, 2
    ) a full join (select * from last_listed where person in (${list})) l using (person, author_key)
      where case when l.listed_at is null then a.at > $1::timestamptz - interval '24 hours'
        else l.listed_at is distinct from a.at end`,
    [now],
  )
  compare([wrong, []], 'derived')
}

function compare([found, expected]: readonly [unknown, unknown], what: string): void {
  const [left, right] = [found, expected].map(value => JSON.stringify(value))
  if (left !== right) throw new Error(`${what}: ${left} instead of ${right}`)
}

export async function loadPlan(
  database: Database,
  plan: {
    readonly odsCode: OdsCode
    readonly nhsNumber: NhsNumber
    readonly start: PlanTime
    readonly sequence: number
    readonly age: number
    readonly deleted: boolean
  },
): Promise<void> {
  const { odsCode, nhsNumber, start, sequence, age, deleted } = plan
  const id = newId()
  const subject = { given: 'Pippin', family: 'Applecore', birthDate: dayOf('201905010000' as PlanTime) }
  const plans = [{ type: 'CPP', start, ...(deleted && { delete: start }) }] as const
  const checked = { position: 1, nhsNumber, subject, plans }
  await uploadStore(database.kysely).stage(id, [
    { sent: { position: 1, plans: [], subjects: [] }, outcome: { checked } },
  ])
  await database.kysely.transaction().execute(trx =>
    uploadStore(trx).apply({
      id,
      authority: odsCode,
      header: {
        createdAt: new Date(BEGIN.getTime() - age * 24 * HOUR),
        sequence,
        recordCount: 1,
        authority: { odsCode, name: 'COUNCIL', dutyPhone: '01632960001' },
      },
      series: 'system',
      messageId: id,
      digest: id,
      receivedAt: BEGIN,
    }),
  )
}

export async function storeAuthorities(database: Database): Promise<void> {
  for (const code of AUTHORITIES) await storedAuthority(database, code)
}
