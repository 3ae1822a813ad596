import { Presets, SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

export interface Progress {
  update(value: number): void
  stop(): void
}

/** A progress bar on standard error where somebody watches it, and nothing anywhere else. */
export function startProgress(terminal: Terminal, what: string, total: number): Progress {
  if (!terminal.watched) return { update: () => undefined, stop: () => undefined }
  const bar = new SingleBar(
    { format: `${what} {bar} {percentage}%`, barsize: 30, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  )
  bar.start(Math.max(1, total), 0)
  return { update: value => bar.update(value), stop: () => bar.stop() }
}
