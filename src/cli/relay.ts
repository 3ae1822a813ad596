import { relayTrouble } from '../pages/operator/relay-words.ts'
import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'
import { counted, instantWords, table } from './words.ts'

interface StatusShown {
  readonly mailbox?: {
    readonly id: string
    readonly dueAt: string
    readonly askedAt?: string
    readonly fault?: { readonly kind: string; readonly since: string }
  }
  readonly sendingSince?: string
  readonly setAside: readonly {
    readonly outsideId: string
    readonly from?: string
    readonly workflowId: string
    readonly arrivedAt: string
    readonly reason: string
  }[]
  readonly untaken: readonly {
    readonly messageId: string
    readonly to: string
    readonly workflowId: string
    readonly since: string
    readonly reason: string
  }[]
}

/** `cpis relay`: how the running service stands with the MESH server elsewhere, and what to do where it stands badly. */
export function addRelayCommand({ program, perform, config, now }: CommandLine): void {
  program
    .command('relay')
    .description('how the running service stands with a MESH server elsewhere')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/relay')
        if (!answer.ok) return answer.fault
        const standing = answer.value as StatusShown
        return done(standing, statusWords(standing, now()))
      }),
    )
}

function statusWords({ mailbox, sendingSince, setAside, untaken }: StatusShown, now: Date): string {
  if (!mailbox) return 'Nothing was ever fetched from a MESH server elsewhere: CPIS_MESH_URL is not set.'
  const lines = [`Mailbox ${mailbox.id}, asked next at ${at(mailbox.dueAt)}.`]
  const { fault, askedAt } = mailbox
  const trouble = relayTrouble(
    {
      ...(fault && { fault: { kind: fault.kind, since: new Date(fault.since) } }),
      ...(askedAt && { askedAt: new Date(askedAt) }),
      ...(sendingSince && { sendingSince: new Date(sendingSince) }),
    },
    now,
  )
  if (trouble) lines.push(`Since ${instantWords(trouble.since)}: ${trouble.what} ${trouble.todo}`)
  if (setAside.length > 0) {
    lines.push(
      '',
      `${counted(setAside.length, 'message')} set aside, kept for 30 days. Each is taken in by itself once its sender may send:`,
      'add the authority with cpis authority add, or the sender with cpis workflow.',
      table([
        ['from', 'workflow', 'arrived', 'why', 'its id there'],
        ...setAside.map(({ from = '-', workflowId, arrivedAt, reason, outsideId }) => [
          from,
          workflowId,
          at(arrivedAt),
          reason,
          outsideId,
        ]),
      ]),
    )
  }
  if (untaken.length > 0) {
    lines.push(
      '',
      `${counted(untaken.length, 'message')} not taken by the other side yet. Each is tried again by itself; a code is the other`,
      "side's own: 12 means that the mailbox is not registered there, 16 and 17 that the workflow is not.",
      table([
        ['to', 'workflow', 'since', 'why', 'message'],
        ...untaken.map(({ to, workflowId, since, reason, messageId }) => [
          to,
          workflowId,
          at(since),
          reason,
          messageId,
        ]),
      ]),
    )
  }
  return lines.join('\n')
}

function at(instant: string): string {
  return instantWords(new Date(instant))
}
