import type { FastifyReply, FastifyRequest } from 'fastify'
import { nothingHere } from '../nothing-here.ts'
import { homeOf, type KeptForm, type Pages } from '../pages.ts'
import type { Session } from './session.ts'
import { showSignIn } from './show-sign-in.ts'

type Of<K extends Session['kind']> = Extract<Session, { kind: K }>
type Fields = Readonly<Record<string, unknown>>

/** A form is kept for as long as somebody may take to sign in again. */
const KEEP_FORM_MINUTES = 60

/** A file that came with a form is kept as text, under its name and this. */
export const KEPT_FILE = '.base64'
/** Sealed and sent twice it still fits a form; a thousand rows have fewer bytes. */
const LONGEST_KEPT_FILE = 90 * 1024

/**
 * Lets people of one kind in: answers their session, or undefined after having said what is to be said. Whoever is not signed in
 * signs in and goes on where they were, with what they had typed. A form counts only if it is one of this session's own pages.
 */
export async function admit<K extends Session['kind']>(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: K,
): Promise<Of<K> | undefined> {
  const exchange = pages.exchangeOf(request)
  const { session } = exchange
  // A request that sends nothing is no form of ours either.
  const fields = request.method === 'POST' ? ((request.body as Fields | undefined) ?? {}) : undefined
  if (!session) {
    exchange.reason = 'not signed in'
    const kept = fields && (await keepForm(pages, request))
    showSignIn(pages, request, reply, {
      ended: true,
      next: fields ? '/' : request.url,
      ...(kept && { resume: kept }),
    })
    return undefined
  }
  if (session.kind !== kind) {
    nothingHere(pages, request, reply, `not a page of ${session.kind}`)
    return undefined
  }
  if (fields && fields['csrf'] !== session.csrf) {
    exchange.reason = 'form of another session'
    pages.show(request, reply, {
      view: 'message',
      title: 'This form cannot be used any more',
      status: 403,
      values: {
        lines: ['It was made before you signed in, or by another site. Nothing was done.'],
        link: { href: homeOf(session), text: 'Start again' },
      },
    })
    return undefined
  }
  return session as Of<K>
}

/** Seals the form of a request, to be gone on with when its sender has signed in again. */
export function keepForm(pages: Pages, request: FastifyRequest): Promise<string> {
  const kept: KeptForm = {
    path: request.url,
    fields: Object.entries((request.body as Fields | undefined) ?? {}).flatMap(([name, value]) => {
      if (name === 'csrf') return []
      if (typeof value === 'string') return [{ name, value }]
      return value instanceof Uint8Array && value.length <= LONGEST_KEPT_FILE
        ? [{ name: name + KEPT_FILE, value: Buffer.from(value).toString('base64') }]
        : []
    }),
  }
  return pages.forms.seal(kept, pages.deps.now(), KEEP_FORM_MINUTES)
}

/** A field of a form as text, without the white space around it; empty where there is none. */
export function field(request: FastifyRequest, name: string): string {
  const value = (request.body as Fields | undefined)?.[name]
  return typeof value === 'string' ? value.trim() : ''
}
