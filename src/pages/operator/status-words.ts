import type { ExchangeStatus } from '../../domain/watch/exchange-status.ts'

/** Standings as they are told; on the map they have letters, so that colour is not the only sign. */
export const STATUS_WORDS: Readonly<
  Record<ExchangeStatus | 'unknown', { readonly text: string; readonly sign: string; readonly tag: string }>
> = {
  well: { text: 'Up to date', sign: 'U', tag: 'green' },
  late: { text: 'Late: no file in time', sign: 'L', tag: 'red' },
  'not-collecting': { text: 'Mailbox not collected', sign: 'M', tag: 'orange' },
  'late-and-not-collecting': { text: 'Late, and mailbox not collected', sign: 'L+M', tag: 'pink' },
  'not-looking': { text: 'Desk not looked at', sign: 'D', tag: 'orange' },
  'late-and-not-looking': { text: 'Late, and desk not looked at', sign: 'L+D', tag: 'pink' },
  onboarding: { text: 'Being taken on', sign: 'T', tag: 'blue' },
  suspended: { text: 'Suspended', sign: 'S', tag: 'grey' },
  'passed-on': { text: 'Passed on to a successor', sign: 'P', tag: 'grey' },
  unknown: { text: 'Not with the service yet', sign: '', tag: 'white' },
}
