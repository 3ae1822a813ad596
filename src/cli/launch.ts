import { parseNhsNumber } from '../domain/nhs-number.ts'
import { failure, type Result, success } from '../domain/result.ts'
import { serviceUrl } from './addresses.ts'
import type { CommandLine } from './command-line.ts'
import { type CommandFailure, done, fault, refused } from './command-result.ts'
import { notReached } from './not-reached.ts'
import { ON_THIS_MACHINE } from './operations.ts'
import { noNumberWords } from './words.ts'

/** `cpis launch`: the address by which an electronic record would open an answer, signed by the sandbox for somebody in it. */
export function addLaunchCommand({ program, perform, config }: CommandLine): void {
  program
    .command('launch')
    .description('an address that opens the answer for one person, as an electronic record does (sandbox)')
    .argument('<nhs-number>', 'ten digits')
    .option('--as <name>', 'who works with the record', 'ed-nurse')
    .option('--url <url>', 'the service, if it is not the one of this configuration')
    .action((text: string, options: { as: string; url?: string }) =>
      perform(async () => {
        const number = parseNhsNumber(text.replace(/[ -]/g, ''))
        if (!number.ok) return refused(noNumberWords(number.fault))
        const url = serviceUrl(config(), options.url)
        const context = await askContext(url, options.as, number.value)
        if (!context.ok) return context.fault
        const address = `${url}/launch?context=${context.value}`
        return done({ name: options.as, address }, address)
      }),
    )
}

async function askContext(
  url: string,
  name: string,
  nhsNumber: string,
): Promise<Result<string, CommandFailure>> {
  const response = await fetch(`${url}/sandbox/issuer/context?as=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(nhsNumber),
  }).catch((error: unknown) => notReached(url, error, ON_THIS_MACHINE))
  if (!(response instanceof Response)) return failure(response)
  const answer = ((await response.json().catch(() => undefined)) ?? {}) as {
    context?: string
    cast?: string[]
  }
  if (response.ok && answer.context) return success(answer.context)
  if (answer.cast) {
    const names = answer.cast.join(', ')
    return failure(refused(`Nobody in the sandbox is called ${name}.`, `These are: ${names}.`))
  }
  return failure(
    response.status === 404
      ? refused('This service has no sandbox: it runs in production mode.')
      : fault(`The sandbox issuer answered ${response.status}.`),
  )
}
