import { serviceUrl } from './addresses.ts'
import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { signIn } from './sign-in.ts'

/** `cpis token`: signs a made-up clinician in and prints the access token, and nothing else, on standard output. */
export function addTokenCommand({ program, perform, config }: CommandLine): void {
  program
    .command('token')
    .description('an access token of one of the made-up clinicians (cpis sandbox names them)')
    .requiredOption('--as <name>', 'who signs in, for example ed-nurse')
    .option('--url <url>', 'the service, if it is not the one of this configuration')
    .action((options: { as: string; url?: string }) =>
      perform(async () => {
        const token = await signIn(serviceUrl(config(), options.url), options.as)
        return token.ok ? done({ name: options.as, accessToken: token.value }, token.value) : token.fault
      }),
    )
}
