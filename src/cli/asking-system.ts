import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { CallerTls } from '../client/hl7v3/index.ts'
import { ACTIVITY_FOR, type AccessKind } from '../domain/query/requester.ts'
import type { ClientSystem } from '../domain/registration/client-system.ts'
import { failure, type Result, success } from '../domain/result.ts'
import type { Config } from '../main/config.ts'
import { CAST, castMember } from '../sandbox/cast.ts'
import { castAuthor } from './cast-author.ts'
import { type CommandFailure, refused } from './command-result.ts'
import type { AskingSystem, Hl7Interface } from './open-query-client.ts'
import { askOperations } from './operations.ts'
import { askSandbox } from './sandbox-guide.ts'

const EXCHANGE = { soap: 'synchronous', ebxml: 'asynchronous', smsp: 'mini-service' } as const

/** Somebody of the sandbox's cast, before the system of their organisation that is registered for such questions. */
export async function sandboxSystem(
  config: Config,
  question: { readonly via: Hl7Interface; readonly access: AccessKind; readonly as: string },
): Promise<Result<AskingSystem, CommandFailure>> {
  const { via, access, as } = question
  const member = castMember(as)
  if (!member) {
    const names = CAST.map(({ handle }) => handle).join(', ')
    return failure(refused(`Nobody in the sandbox is called ${as}.`, `These are: ${names}.`))
  }
  // Messages carry no activities: what its people may do is for the system that asks to see to (rule 9.5).
  if (!member.activities.includes(ACTIVITY_FOR[access])) {
    return failure(
      refused(
        `${as} may not ask so: their role has no activity ${ACTIVITY_FOR[access]}. Nothing was sent.`,
        'A system that asks by HL7 v3 sees to that itself.',
      ),
    )
  }
  const sandbox = await askSandbox(config)
  if (!sandbox.ok) {
    const { fault } = sandbox
    return failure(fault.kind === 'refused' ? { ...fault, todo: 'Say who asks with --system.' } : fault)
  }
  const answer = await askOperations(config, '/clients')
  if (!answer.ok) return answer
  const { odsCode, name } = member.organisation
  const system = (answer.value as ClientSystem[]).find(
    ({ organisation, allows, exchanges }) =>
      organisation.odsCode === odsCode && allows.includes(access) && exchanges.includes(EXCHANGE[via]),
  )
  if (!system) {
    return failure(
      refused(
        `No system of ${name} is registered for ${access} questions through this interface.`,
        'cpis client list shows those that are.',
      ),
    )
  }
  return success({
    author: castAuthor(member),
    localUserId: as,
    asid: system.asid,
    spineAsid: sandbox.value.guide.spineAsid,
    partyKey: system.partyKey,
    spinePartyKey: config.spinePartyKey,
    contract: system.contract,
  })
}

const text = z.string().min(1)
const name = z.strictObject({
  prefix: text.exactOptional(),
  given: z.array(text),
  family: text,
  suffix: text.exactOptional(),
})
const jobRole = z.strictObject({ code: text, display: text })
const organisation = z.strictObject({ odsCode: z.string().regex(/^[A-Za-z0-9]{2,12}$/), name: text })
const author = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('person'),
    userId: text,
    roleProfileId: text.exactOptional(),
    name,
    jobRole,
    organisation,
  }),
  z.strictObject({
    kind: z.literal('system'),
    asid: text,
    organisation,
    responsible: z.array(z.strictObject({ name, jobRole })).default([]),
  }),
])
const systemFile = z.strictObject({
  author,
  localUserId: text.exactOptional(),
  asid: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  spineAsid: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  partyKey: text.exactOptional(),
  spinePartyKey: text.exactOptional(),
  contract: z
    .strictObject({
      cpaId: text,
      callback: z.url({ protocol: /^https?$/ }),
      reliability: z.enum(['reliable', 'express']).default('reliable'),
      retries: z.int().min(0).max(20).exactOptional(),
      retryIntervalSeconds: z.int().min(1).max(3600).exactOptional(),
    })
    .exactOptional(),
  /** Names of PEM files, as seen from the file that names them. */
  tls: z
    .strictObject({
      certificate: text.exactOptional(),
      key: text.exactOptional(),
      authorities: text.exactOptional(),
    })
    .exactOptional(),
})

/** Who asks, and through what, from a file like docs/examples/asking-system.json. */
export async function systemInFile(path: string): Promise<Result<AskingSystem, CommandFailure>> {
  const read = systemFile.safeParse(jsonOf(await readFile(path, 'utf8')))
  if (!read.success) {
    const problems = read.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
    )
    return failure(refused(`${path} does not describe a system that asks.`, problems.join('\n')))
  }
  const { tls, ...described } = read.data
  if (!tls) return success(described)
  const pem = async (key: keyof CallerTls, name: string | undefined) =>
    name === undefined ? {} : { [key]: await readFile(resolve(dirname(path), name), 'utf8') }
  const parts = [pem('cert', tls.certificate), pem('key', tls.key), pem('ca', tls.authorities)]
  return success({ ...described, tls: Object.assign({}, ...(await Promise.all(parts))) })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
