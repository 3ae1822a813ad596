import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Exchange } from './exchange.ts'
import { DESIGN_SYSTEM } from './render.ts'

/** The addresses of the style sheets; each names its content, so that browsers may keep it for good. */
export interface Styles {
  readonly design: string
  readonly own: string
}

const SHEETS = {
  design: [join(DESIGN_SYSTEM, 'dist/nhsuk/nhsuk-frontend.min.css')],
  own: ['cpis', 'desk', 'operator', 'contrast'].map(name => new URL(`./assets/${name}.css`, import.meta.url)),
} as const

/** The typeface of the NHS, which is not ours to use: to ask for it elsewhere would keep words from being shown for a moment. */
const FONT_ELSEWHERE = /@font-face\s*\{[^}]*\}/g

/** Reads the style sheets once, packed for sending. */
export function readStyles() {
  const read = (name: keyof Styles) => {
    const text = SHEETS[name].map(file => readFileSync(file, 'utf8').replace(FONT_ELSEWHERE, '')).join('')
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
    return { address: `/assets/${name}-${digest}.css`, text, packed: gzipSync(text) }
  }
  return { design: read('design'), own: read('own') }
}

/** Serves the style sheets. They concern nobody and are not in the audit log. */
export function serveStyles(
  fastify: FastifyInstance,
  sheets: ReturnType<typeof readStyles>,
  exchangeOf: (request: FastifyRequest) => Exchange,
): void {
  for (const { address, text, packed } of Object.values(sheets)) {
    fastify.get(address, async (request, reply) => {
      exchangeOf(request).audited = true
      const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
      if (zipped) reply.header('Content-Encoding', 'gzip')
      return reply
        .headers({ 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' })
        .type('text/css; charset=utf-8')
        .send(zipped ? packed : text)
    })
  }
}
