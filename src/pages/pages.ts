import type { FastifyReply, FastifyRequest } from 'fastify'
import { v4 as newCsrf } from 'uuid'
import { z } from 'zod'
import { type Exchange, keepWebExchanges } from './exchange.ts'
import type { PageDeps } from './page-deps.ts'
import { type Render, renderer } from './render.ts'
import { type SealedBox, sealedBox } from './session/sealed-box.ts'
import { type Session, sessionSeal } from './session/session.ts'
import type { Styles } from './styles.ts'

export interface Page {
  readonly view: string
  readonly title: string
  readonly status?: number
  /** There is a problem on it that has to be seen first. */
  readonly failed?: boolean
  /** It shows something of a patient. */
  readonly confidential?: boolean
  readonly values?: object
}

/** A form that somebody sent when their session was over, kept until they are signed in again. */
export interface KeptForm {
  readonly path: string
  readonly fields: readonly { readonly name: string; readonly value: string }[]
}

/** What every route of the pages needs. */
export interface Pages {
  readonly deps: PageDeps
  readonly exchangeOf: (request: FastifyRequest) => Exchange
  readonly forms: SealedBox<KeptForm>
  /** A page as it would be shown, for those that are sent in parts. */
  html(request: FastifyRequest, page: Page): string
  show(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply
  redirect(reply: FastifyReply, address: string): FastifyReply
  signIn(reply: FastifyReply, session: Session): Promise<Session>
  signOut(reply: FastifyReply): void
  /** Reads the cookie of a request, and gives its session new time. */
  recognise(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const keptForm = z.object({
  path: z.string(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
})

export function newSessionToken(): string {
  return newCsrf()
}

export function pagesOf(deps: PageDeps, styles: Styles): Pages {
  const exchangeOf = keepWebExchanges()
  const render: Render = renderer()
  const sessions = sessionSeal(deps.sessionSecret)
  const cookie = deps.secure ? '__Host-cpis-session' : 'cpis-session'
  const attributes = { path: '/', httpOnly: true, secure: deps.secure, sameSite: 'lax' } as const

  const html = (request: FastifyRequest, { view, status: _status, values, ...page }: Page) => {
    const { session } = exchangeOf(request)
    const shared = {
      ...page,
      session,
      styles,
      now: deps.now(),
      sandbox: deps.sandbox,
      here: request.routeOptions.url,
      navigation: session ? navigationOf(session) : [],
    }
    return render(`${view}.njk`, { ...shared, ...values })
  }
  const remember = async (reply: FastifyReply, session: Session) => {
    reply.setCookie(cookie, await sessions.seal(session, deps.now()), attributes)
    return session
  }
  return {
    deps,
    exchangeOf,
    forms: sealedBox(deps.sessionSecret, 'form', keptForm),
    html,
    show: (request, reply, page) =>
      reply
        .code(page.status ?? 200)
        .type('text/html; charset=utf-8')
        .send(html(request, page)),
    redirect: (reply, address) => reply.redirect(address, 303),
    signIn: remember,
    signOut: reply => {
      reply.clearCookie(cookie, attributes)
    },
    recognise: async (request, reply) => {
      const sealed = request.cookies[cookie]
      const session = sealed === undefined ? undefined : await sessions.open(sealed, deps.now())
      if (session) exchangeOf(request).session = await remember(reply, session)
    },
  }
}

/** Where a session begins, and what its menu leads to. */
export function homeOf(session: Session): string {
  switch (session.kind) {
    case 'clinician':
      return session.may.length === 0 || session.access ? '/check' : '/care'
    case 'authority':
      return '/desk'
    case 'operator':
      return '/operator'
  }
}

function navigationOf(session: Session): readonly { readonly href: string; readonly text: string }[] {
  switch (session.kind) {
    case 'clinician':
      return [
        { href: '/check', text: 'Check' },
        { href: '/worklist', text: 'Check a list' },
      ]
    case 'authority':
      return [
        { href: '/desk', text: 'Today' },
        { href: '/desk/uploads', text: 'Uploads' },
        { href: '/desk/failures', text: 'Failed records' },
        { href: '/desk/plans', text: 'Plans to check' },
        { href: '/desk/send', text: 'Send a file' },
        { href: '/desk/phones', text: 'Phone numbers' },
        { href: '/desk/hours', text: 'Office hours' },
      ]
    case 'operator':
      return [
        { href: '/operator', text: 'Overview' },
        { href: '/operator/authorities', text: 'Authorities' },
        { href: '/operator/clients', text: 'Clients' },
        { href: '/operator/trouble', text: 'To put right' },
        { href: '/operator/audit', text: 'Audit log' },
        { href: '/operator/retention', text: 'Retention' },
      ]
  }
}
