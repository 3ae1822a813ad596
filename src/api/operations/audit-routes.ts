import { PassThrough, type Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { parseNhsNumber } from '../../domain/nhs-number.ts'
import { checkAudit } from '../../flows/audit/check-audit.ts'
import type { JudgeCheckpoint } from '../../flows/audit/ports.ts'
import { FOUND_AT_MOST, proveAudit, proveFound } from '../../flows/audit/prove-audit.ts'
import { type AuditVerdict, type VerifyAuditInput, verifyAudit } from '../../flows/audit/verify-audit.ts'
import { writeProofFile } from '../../formats/audit-seal/proof-file.ts'
import { checkpointJudge } from '../../formats/audit-seal/seal-keys.ts'
import { readVerifierKey, writeVerifierKey } from '../../formats/audit-seal/verifier-key.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { recordCommand, seenOnRecord } from './record-command.ts'

/** How the sealed audit log stands, proofs of its entries, and a check of it all (chapter 22 of the rules). */
export function auditRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.get('/audit/seal', async () => {
    const standing = await seenOnRecord(deps, 'show audit seal', deps.storage.sealedLog.status())
    return { ...standing, publicKey: writeVerifierKey(deps.publicKey(standing.origin)) }
  })

  app.post('/audit/prove', async (request, reply) => {
    const { ids = [], search } = proveBody.parse(request.body)
    const proof = search ? await proveFound(deps, search) : await proveAudit(deps, ids)
    if (!proof.ok) {
      return proof.fault.kind === 'too-many'
        ? reply.code(422).send({ error: `More than ${FOUND_AT_MOST} entries were found. Search fewer days.` })
        : reply.code(409).send({
            error: `Entry ${proof.fault.entryId} cannot be proved: the audit log or its seal was changed. Run cpis audit verify.`,
          })
    }
    await recordCommand(deps, {
      action: 'prove audit entries',
      outcome: 'allowed',
      actor: 'operator',
      ...(search?.nhsNumber && { nhsNumber: search.nhsNumber }),
      details: { proved: proof.value.entries.length },
    })
    return reply
      .type('application/json; charset=utf-8')
      .send(writeProofFile({ savedAt: deps.clock.now(), ...(search && { search }), ...proof.value }))
  })

  app.post('/audit/verify', async (request, reply) => {
    const { keys, kept } = verifyBody.parse(request.body)
    const judgeCheckpoint = judge(deps, keys)
    const checkpoints = kept.map(note => judgeCheckpoint(note))
    if (!checkpoints.every(checkpoint => checkpoint !== undefined)) {
      return reply
        .code(400)
        .send({ error: 'One of the checkpoints is none: keep what cpis audit head prints as it is.' })
    }
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .send(check({ ...deps, judgeCheckpoint }, checkpoints, keys.length === 0))
  })
}

/** A line as it goes, and at last one with what it came to: a long log takes longer than a connection waits for one answer. */
function check(
  deps: OperationsApiDeps,
  kept: readonly NonNullable<ReturnType<JudgeCheckpoint>>[],
  ownKey: boolean,
): Readable {
  const lines = new PassThrough()
  const say = (line: object) => lines.write(`${JSON.stringify(line)}\n`)
  const input = { kept, onProgress: (looked: number, of: number) => say({ looked, of }) }
  const by = { via: 'operations', actor: 'operator' } as const
  // What somebody's own keys or checkpoints come to is theirs: the overview shows what the service itself believes.
  const checking = ownKey && kept.length === 0 ? checkAudit(deps, by, input) : verifyOnRecord(deps, input)
  checking
    .then(
      verdict => say({ verdict }),
      error => {
        deps.reportFailure(error, 'check-audit')
        say({
          error:
            'The check could not be finished, so that nothing is known. The log of the service says why.',
        })
      },
    )
    .finally(() => lines.end())
  return lines
}

async function verifyOnRecord(deps: OperationsApiDeps, input: VerifyAuditInput): Promise<AuditVerdict> {
  const verdict = await verifyAudit(deps, input)
  const { size: entries, found } = verdict
  await recordCommand(deps, {
    action: 'check audit log',
    outcome: 'allowed',
    actor: 'operator',
    details: { entries, found },
  })
  return verdict
}

/** Whoever brings public keys of their own believes those and no others. */
function judge(deps: OperationsApiDeps, keys: z.infer<typeof verifyBody>['keys']): JudgeCheckpoint {
  return keys.length === 0 ? deps.judgeCheckpoint : checkpointJudge(() => keys)
}

const verifyBody = z.object({
  keys: z
    .array(
      z.string().transform((text, context) => {
        const key = readVerifierKey(text)
        if (!key) context.addIssue('Is no public key as cpis audit head prints it.')
        return key ?? z.NEVER
      }),
    )
    .max(20)
    .default([]),
  kept: z.array(z.string()).max(1000).default([]),
})

const search = z
  .strictObject({
    from: z.iso.datetime().transform(text => new Date(text)),
    before: z.iso.datetime().transform(text => new Date(text)),
    nhsNumber: z
      .string()
      .transform((text, context) => {
        const read = parseNhsNumber(text)
        if (!read.ok) context.addIssue('Is no NHS number.')
        return read.ok ? read.value : z.NEVER
      })
      .optional(),
    who: z.string().min(1).max(100).optional(),
  })
  .transform(({ nhsNumber, who, ...times }) => ({
    ...times,
    ...(nhsNumber && { nhsNumber }),
    ...(who && { who }),
  }))

const proveBody = z
  .strictObject({ ids: z.array(z.uuid()).min(1).max(1000).optional(), search: search.optional() })
  .refine(({ ids, search }) => (ids === undefined) !== (search === undefined), 'Name ids or a search.')
