import { generateKeyPairSync } from 'node:crypto'
import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import { checkAuditWhenDue } from '../../../src/flows/audit/check-audit.ts'
import { sealAudit } from '../../../src/flows/audit/seal-audit.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import { suspend } from '../../../src/flows/registration/onboard-authority.ts'
import { acceptGaps, confirmPhones } from '../../../src/flows/watch/answer-issue.ts'
import { watchExchange } from '../../../src/flows/watch/watch-exchange.ts'
import { auditSeal } from '../../../src/main/audit-seal.ts'
import type { CutBench, FreshAuthority } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'

const PHONE = '01632960001'
const HOUR = 3_600_000

const SEAL = auditSeal(generateKeyPairSync('ed25519').privateKey)

function sealing({ deps }: CutBench, on: Storage) {
  return { ...deps(on), ...SEAL }
}

/** Files of these numbers were applied to an authority. */
async function applied({ storage, clock }: CutBench, { odsCode }: FreshAuthority, ...sequences: number[]) {
  for (const sequence of sequences) {
    const id = newId()
    const authority = { odsCode, name: odsCode, dutyPhone: PHONE }
    const header = { createdAt: clock.now(), sequence, recordCount: 0, authority }
    const messageId = newId()
    await storage.transaction(async stores => {
      await stores.uploads.apply({
        id,
        authority: odsCode,
        header,
        series: 'system',
        messageId,
        digest: messageId,
        receivedAt: clock.now(),
      })
      await stores.uploads.complete(id, 'CPF02', messageId)
    })
  }
}

/** Long enough ago that an authority which was taken on then, and sent nothing, is silent. */
async function silent(bench: CutBench) {
  const authority = await bench.authority()
  const { odsCode } = authority
  await bench.storage.authorities.goLive(odsCode, new Date(bench.clock.now().getTime() - 100 * HOUR))
  return authority
}

const concerns = (odsCode: string, cleared: boolean) => sql`(select count(*) from concern
  where authority = ${odsCode} and kind = 'silent' and cleared_at is ${cleared ? sql`not null` : sql`null`})`

const reasoned = (action: string, odsCode: string) => sql`(select count(*) from audit
  where action = ${action} and subject = ${odsCode} and reason = 'silent')`

/** How the exchange is watched, and the audit log kept. */
export const WATCH_FLOWS: readonly FlowCase[] = [
  {
    name: 'an issue is raised',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode } = await silent(bench)
      return {
        act: on => watchExchange(bench.deps(on)),
        done: sql`select ${concerns(odsCode, false)} as concerns, ${reasoned('raise concern', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'an issue is cleared',
    again: 'nothing',
    prepare: async bench => {
      const { odsCode } = await silent(bench)
      await watchExchange(bench.deps(bench.storage))
      await suspend(bench.deps(bench.storage), odsCode, 'it was agreed')
      return {
        act: on => watchExchange(bench.deps(on)),
        done: sql`select ${concerns(odsCode, true)} as concerns, ${reasoned('clear concern', odsCode)} as audited`,
      }
    },
  },
  ...(['a page', 'the command line'] as const).map(
    (where): FlowCase => ({
      name: `phone numbers are confirmed from ${where}`,
      again: where === 'a page' ? 'nothing' : 'recorded',
      prepare: async bench => {
        const authority = await bench.authority()
        const { odsCode } = authority
        await applied(bench, authority, 1)
        const seen = where === 'a page' ? { lastConfirmed: '' } : {}
        return {
          act: on => confirmPhones(bench.deps(on), odsCode, [PHONE], seen),
          done: sql`select (select count(*) from confirmed_phones where authority = ${odsCode}) as confirmed,
            ${audited('confirm phones', odsCode)} as audited`,
        }
      },
    }),
  ),
  {
    name: 'gaps are accepted',
    again: 'nothing',
    prepare: async bench => {
      const authority = await bench.authority()
      const { odsCode } = authority
      await applied(bench, authority, 1, 3)
      return {
        act: on => acceptGaps(bench.deps(on), odsCode),
        done: sql`select (select count(*) from accepted_gaps where authority = ${odsCode}) as accepted,
          ${audited('accept sequence gaps', odsCode)} as audited`,
      }
    },
  },
  {
    name: 'the audit log is sealed',
    again: 'nothing',
    prepare: async bench => {
      await sealAudit(sealing(bench, bench.storage))
      const id = newId()
      await bench.storage.audit.append({
        id,
        at: bench.clock.now(),
        via: 'fhir',
        action: 'query plans',
        outcome: 'allowed',
      })
      const { newest } = await bench.storage.sealedLog.status()
      const size = newest?.size ?? 0
      return {
        act: on => sealAudit(sealing(bench, on)),
        done: sql`select (select count(*) from audit_leaf where entry = ${id}) as leaves,
          (select 1 - count(*) from audit_waiting where id = ${id}) as waiting,
          (select count(*) from audit_checkpoint where size > ${size}) as checkpoints,
          (select size - ${size}::int from audit_tree) as grown`,
      }
    },
  },
  {
    name: 'the audit log is checked',
    again: 'nothing',
    pause: 7 * HOUR,
    prepare: async bench => {
      bench.pass(25 * HOUR)
      await sealAudit(sealing(bench, bench.storage))
      const since = bench.clock.now()
      return {
        act: on => checkAuditWhenDue(sealing(bench, on), 24, new AbortController().signal),
        done: sql`select (select count(*) from audit_tree
            where checked_at >= ${since} and checked_findings = 0 and check_claimed_at is null) as checks,
          (select count(*) from audit where action = 'check audit log' and at >= ${since}) as audited`,
      }
    },
  },
]
