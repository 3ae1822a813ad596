import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askOperations } from './operations.ts'

interface WorkflowShown {
  readonly id: string
  readonly description: string
  readonly senders: readonly string[]
  readonly receivers: readonly string[]
}

/** `cpis workflow`: who may send what to whom (rule 7.6), through the operations API of the running service. */
export function addWorkflowCommands({ program, perform, config }: CommandLine): void {
  const workflow = program.command('workflow').description('workflows of the running service')
  workflow
    .command('list')
    .description('every workflow, who may send and who may receive')
    .action(() =>
      perform(async () => {
        const answer = await askOperations(config(), '/workflows')
        if (!answer.ok) return answer.fault
        const workflows = answer.value as WorkflowShown[]
        return done(workflows, workflows.map(workflowWords).join('\n'))
      }),
    )
  workflow
    .command('add')
    .description('add a workflow, or further senders and receivers to one')
    .argument('<id>')
    .option('--description <text>', 'what is exchanged', '')
    .option('--sender <mailbox...>', 'who may send', [])
    .option('--receiver <mailbox...>', 'who may receive', [])
    .action((id: string, options: { description: string; sender: string[]; receiver: string[] }) =>
      perform(async () => {
        const { description, sender: senders, receiver: receivers } = options
        const answer = await askOperations(config(), '/workflows', { id, description, senders, receivers })
        return answer.ok ? done(answer.value, `Workflow ${id} added.`) : answer.fault
      }),
    )
}

function workflowWords({ id, description, senders, receivers }: WorkflowShown): string {
  return [
    [id, description].filter(Boolean).join('  '),
    `  from ${senders.join(', ') || 'nobody'}`,
    `  to   ${receivers.join(', ') || 'nobody'}`,
  ].join('\n')
}
