import { z } from 'zod'
import { failure, type Result, success } from '../domain/result.ts'
import type { Config } from '../main/config.ts'
import { type CommandFailure, fault } from './command-result.ts'
import { askOperations } from './operations.ts'

const guide = z.object({
  baseUrl: z.string(),
  country: z.object({ seed: z.number(), referenceDay: z.string() }),
  clinicians: z.array(
    z.object({
      name: z.string(),
      activities: z.array(z.string()),
      role: z.string(),
      organisation: z.string(),
    }),
  ),
  mesh: z.object({ sharedKey: z.string(), cpisMailboxId: z.string(), uploadWorkflowId: z.string() }),
  authorities: z.array(
    z.object({ odsCode: z.string(), name: z.string(), mailboxId: z.string(), password: z.string() }),
  ),
  systems: z.array(
    z.object({
      asid: z.string(),
      partyKey: z.string(),
      odsCode: z.string(),
      allows: z.array(z.enum(['unscheduled', 'scheduled'])),
    }),
  ),
  spineAsid: z.string(),
  people: z.array(
    z.object({
      nhsNumber: z.string(),
      note: z.string(),
      visiblePlans: z.number(),
      authorities: z.array(z.string()),
    }),
  ),
})

/** What a running sandbox has to offer, as its operations API tells it. */
export type SandboxGuide = z.infer<typeof guide>

/** The guide, read, and the document as it came. */
export async function askSandbox(
  config: Config,
): Promise<Result<{ guide: SandboxGuide; document: unknown }, CommandFailure>> {
  const answer = await askOperations(config, '/sandbox')
  if (!answer.ok) return answer
  const read = guide.safeParse(answer.value)
  return read.success
    ? success({ guide: read.data, document: answer.value })
    : failure(fault('The sandbox describes itself in a way that this version does not understand.'))
}
