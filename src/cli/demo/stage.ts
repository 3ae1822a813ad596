import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../../main/start-service.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Terminal } from '../terminal.ts'
import { wrapped } from '../wrapped.ts'
import type { Exchange } from './recorded-fetch.ts'

/** What every scene plays on. */
export interface DemoWorld {
  readonly stage: Stage
  readonly service: Service
  readonly sandbox: Sandbox
}

/** Somebody has had enough of the demonstration. */
export class Stopped extends Error {}

/** One thing that was said to happen, and whether it did. */
export interface Claim {
  readonly scene: string
  readonly claim: string
  readonly holds: boolean
}

export interface Stage {
  /** Begins the next scene. Throws `Stopped`. */
  scene(title: string, ...prose: string[]): Promise<void>
  /** Shows a request as it was sent, with the headers named, and the answer's status. */
  exchange(exchange: Exchange, headers: readonly string[]): Promise<void>
  /** Shows text of a message, cut to the width of the stage. */
  excerpt(lines: readonly string[]): Promise<void>
  /** Tells a message in words, after `In words:`. */
  words(text: string): void
  /** Tells what must be so, and whether it is. */
  claim(claim: string, holds: boolean): void
  claims(): readonly Claim[]
}

const WIDTH = 92
const INDENT = 4
const PAUSE_MS = 700

/** Tells what happens, scene by scene, with a breath between them unless it is to be fast. */
export function openStage(
  terminal: Terminal,
  { fast, signal }: { fast: boolean; signal: AbortSignal },
): Stage {
  const claims: Claim[] = []
  let title = ''
  let count = 0
  let afterClaim = false
  const breathe = () =>
    fast ? Promise.resolve() : sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  const shown = (lines: readonly string[]) => {
    for (const line of lines) terminal.out(`  ${terminal.style('dim', '│')} ${cut(line)}`)
    afterClaim = false
  }
  return {
    scene: async (next, ...prose) => {
      if (count > 0) await breathe()
      if (signal.aborted) throw new Stopped('The demonstration was stopped.')
      title = next
      count += 1
      terminal.out('')
      terminal.out(terminal.style('bold', `${String(count).padStart(2)}. ${title}`))
      for (const paragraph of prose) terminal.out(wrapped(paragraph, WIDTH - INDENT, INDENT))
      afterClaim = false
    },
    exchange: async (exchange, headers) => {
      await breathe()
      terminal.out('')
      shown(requestLines(terminal, exchange, headers))
      await breathe()
      shown([terminal.style('cyan', `← ${exchange.status} ${exchange.statusText}`)])
    },
    excerpt: async lines => {
      await breathe()
      terminal.out('')
      shown(lines)
    },
    words: text => {
      terminal.out('\n    In words:')
      for (const line of text.split('\n')) {
        // Columns that fit stay as they are.
        const fits = line.length <= WIDTH - INDENT
        terminal.out(fits ? ' '.repeat(INDENT) + line : wrapped(line, WIDTH - INDENT, INDENT))
      }
      afterClaim = false
    },
    claim: (claim, holds) => {
      claims.push({ scene: title, claim, holds })
      const mark = holds ? terminal.style('green', '✔') : terminal.style('red', '✘')
      terminal.out(`${afterClaim ? '' : '\n'}    ${mark} ${claim}`)
      afterClaim = true
    },
    claims: () => claims,
  }
}

function requestLines(terminal: Terminal, exchange: Exchange, headers: readonly string[]): string[] {
  const { method, url, requestHeaders, requestBody } = exchange
  const isForm = requestHeaders.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  return [
    terminal.style('cyan', `→ ${method} ${url.pathname}${url.search}`),
    ...headers.flatMap(name => {
      const value = requestHeaders.get(name)
      return value === null ? [] : [`  ${name}: ${value}`]
    }),
    ...(isForm ? [`  ${decodeURIComponent(new TextDecoder().decode(requestBody))}`] : []),
  ]
}

/** Colours take no room on a terminal: only text without them is cut. */
function cut(line: string): string {
  return line.length > WIDTH && !line.includes('\u001b') ? `${line.slice(0, WIDTH - 1)}…` : line
}
