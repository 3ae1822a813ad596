import type { CommandLine } from './command-line.ts'
import { stopSignal } from './stop-signal.ts'

/** `cpis demo`: the whole loop, told step by step, on a service of its own that leaves nothing behind. */
export function addDemoCommand({ program, perform, terminal }: CommandLine): void {
  program
    .command('demo')
    .description('the whole loop, told step by step, on a service of its own')
    .option('--fast', 'without a breath between the steps')
    .action((options: { fast?: true; json?: true }) =>
      perform(async () => {
        const { playDemo } = await import('./demo/play-demo.ts')
        const stop = stopSignal()
        try {
          return await playDemo({
            // A machine is told at the end, in one document.
            terminal: options.json ? { ...terminal, out: () => undefined } : terminal,
            fast: options.fast === true || options.json === true || !terminal.interactive,
            signal: stop.signal,
          })
        } finally {
          stop.forget()
        }
      }),
    )
}
