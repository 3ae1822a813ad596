import { sql } from 'kysely'
import { v7 as newId } from 'uuid'
import type { Asid, ClientSystem } from '../../../src/domain/registration/client-system.ts'
import { success } from '../../../src/domain/result.ts'
import type { Storage } from '../../../src/flows/ports.ts'
import { answerLater } from '../../../src/flows/query/answer-later.ts'
import { answerOnce } from '../../../src/flows/query/answer-once.ts'
import { type Posted, postAnswer } from '../../../src/flows/query/post-answer.ts'
import { postAnswerAgain } from '../../../src/flows/registration/manage-exchange.ts'
import { nurse } from '../records.ts'
import type { CutBench } from './cut-bench.ts'
import { audited, type FlowCase } from './flow-case.ts'
import { heldBy } from './notification-cases.ts'

/** An answer that was claimed is not claimed by another for so long. */
const CLAIMED_MS = 30_000

/** A system that is answered later. */
export const SYSTEM = {
  asid: '999111000001' as Asid,
  partyKey: 'X9Z01-999001',
  organisation: nurse().organisation,
  allows: ['unscheduled'],
  exchanges: ['asynchronous'],
  contract: {
    cpaId: 'S001A001',
    callback: 'https://ward.example/answers',
    reliability: 'reliable',
    retries: 0,
    retryIntervalSeconds: 10,
    persistSeconds: 300,
  },
} satisfies ClientSystem

/** A question that came as a message, about a person of whom a plan is held. */
async function question(bench: CutBench) {
  const number = await heldBy(bench, (await bench.authority()).odsCode)
  const messageId = newId()
  const ask = (on: Storage) =>
    answerLater(bench.deps(on), {
      system: SYSTEM,
      messageId,
      digest: messageId,
      query: success({
        requester: { author: nurse(), activities: new Set(['B0107']) },
        nhsNumber: number,
        access: 'unscheduled',
        via: 'spine',
        action: 'query plans',
        traceId: messageId,
        system: SYSTEM.asid,
      }),
      write: () => ({
        id: newId(),
        contentType: 'text/plain',
        soapAction: 'answer',
        bytes: Buffer.from('x'),
      }),
    })
  return { number, messageId, ask }
}

/** Posts everything that is due, as the service does. */
async function post(bench: CutBench, on: Storage, posted: Posted) {
  const at = bench.clock.now()
  const until = new Date(at.getTime() + CLAIMED_MS)
  const deps = { ...bench.deps(on), post: async () => posted, reportUndeliverable: () => undefined }
  for (;;) {
    const due = await on.asynchronousAnswers.claim({ at, until, limit: 8, except: [] })
    if (due.length === 0) return
    for (const answer of due) await postAnswer(deps, answer)
  }
}

const answers = (messageId: string, state: string) =>
  sql`(select count(*) from asynchronous_answer where message_id = ${messageId} and state = ${state})`

/** Questions that come as messages, whose answers are posted later, or at once. */
export const ANSWER_FLOWS: readonly FlowCase[] = [
  {
    name: 'a question over SOAP is answered',
    again: 'recorded',
    prepare: async bench => {
      const number = await heldBy(bench, (await bench.authority()).odsCode)
      const messageId = newId()
      return {
        act: on =>
          answerOnce(
            { ...bench.deps(on), queries: on.queries, queryMessages: on.queryMessages, audit: on.audit },
            {
              requester: { author: nurse(), activities: new Set(['B0107']) },
              nhsNumber: number,
              access: 'unscheduled',
              via: 'spine',
              action: 'query plans',
              traceId: messageId,
              message: { caller: SYSTEM.asid, id: messageId, digest: messageId },
            },
          ),
        done: sql`select (select count(*) from access where nhs_number = ${number}) as accesses,
          (select count(*) from notification where nhs_number = ${number}) as notifications,
          ${audited('query plans', messageId, 'trace_id')} as audited`,
      }
    },
  },
  {
    name: 'a question is kept with its answer',
    again: 'recorded',
    prepare: async bench => {
      const { number, messageId, ask } = await question(bench)
      return {
        act: ask,
        done: sql`select ${answers(messageId, 'waiting')} as answers,
          (select count(*) from access where nhs_number = ${number}) as accesses,
          (select count(*) from notification where nhs_number = ${number}) as notifications,
          (select count(*) from audit where trace_id = ${messageId}) as audited`,
      }
    },
  },
  ...(['acknowledged', 'undeliverable'] as const).map(
    (state): FlowCase => ({
      name: `an answer is posted and ${state}`,
      again: 'nothing',
      pause: CLAIMED_MS + 1,
      prepare: async bench => {
        await bench.storage.clientSystems.add(SYSTEM)
        const { messageId, ask } = await question(bench)
        await ask(bench.storage)
        const posted: Posted =
          state === 'acknowledged' ? { kind: state } : { kind: 'not-taken', reason: 'status 500' }
        return {
          act: on => post(bench, on, posted),
          done: sql`select ${answers(messageId, state)} as answers,
            (select attempts from asynchronous_answer where message_id = ${messageId}) as attempts,
            ${audited('post answer', messageId, 'trace_id')} as audited`,
        }
      },
    }),
  ),
  {
    name: 'an operator has an answer posted again',
    again: 'nothing',
    prepare: async bench => {
      await bench.storage.clientSystems.add(SYSTEM)
      const { messageId, ask } = await question(bench)
      await ask(bench.storage)
      await post(bench, bench.storage, { kind: 'not-taken', reason: 'status 500' })
      return {
        act: on => postAnswerAgain(bench.deps(on), { system: SYSTEM.asid, messageId }),
        done: sql`select ${answers(messageId, 'waiting')} as answers,
          ${audited('post answer again', messageId)} as audited`,
      }
    },
  },
]
