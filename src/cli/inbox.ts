import type { CommandLine } from './command-line.ts'
import { refused } from './command-result.ts'
import { addMailboxOptions } from './mailbox-options.ts'
import type { InboxOptions } from './read-inbox.ts'
import { wholeNumber } from './whole-number.ts'

const USUAL_LIMIT = 20
const HIGHEST_LIMIT = 1000

/** `cpis inbox`: what waits in a mailbox, told in words, and acknowledged when it is asked to be. */
export function addInboxCommand({ program, perform, terminal, config }: CommandLine): void {
  const inbox = program
    .command('inbox')
    .description('what waits in a mailbox: acknowledgements, and who looked at whom')
    .argument('[message-id]', 'one message; without it all that wait')
  addMailboxOptions(inbox)
    .option('--acknowledge', 'take what is shown out of the inbox')
    .option('--xml', 'the content of one message as it is')
    .option(
      '--limit <count>',
      'how many messages are shown, oldest first',
      wholeNumber(1, HIGHEST_LIMIT),
      USUAL_LIMIT,
    )
    .action((messageId: string | undefined, options: InboxOptions) =>
      perform(async () => {
        if (options.xml && !messageId)
          return refused('Which message?', 'Give the id of one, as cpis inbox shows it.')
        const { readInbox } = await import('./read-inbox.ts')
        return readInbox(terminal, config(), messageId, options)
      }),
    )
}
