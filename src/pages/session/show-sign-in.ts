import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pages } from '../pages.ts'
import type { Session } from './session.ts'

const GROUPS: readonly { readonly kind: Session['kind']; readonly title: string }[] = [
  { kind: 'clinician', title: 'In health' },
  { kind: 'authority', title: 'At a local authority' },
  { kind: 'operator', title: 'At the national service' },
]

/** A sandbox of all England has an officer for each of 153 authorities: so many are a list to choose from. */
const MOST_RADIOS = 20

export interface SignInPage {
  /** Where to go afterwards. */
  readonly next?: string
  /** A sealed form that is to be gone on with. */
  readonly resume?: string
  /** Whether the reason is that a session is over, or never was. */
  readonly ended?: boolean
  readonly problem?: string
}

export function showSignIn(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  { next = '/', resume, ended, problem }: SignInPage,
): FastifyReply {
  let nth = 0
  const groups = GROUPS.map(({ kind, title }) => ({
    title,
    people: pages.deps.signIn.people
      .filter(person => person.kind === kind)
      .map(person => ({ ...person, nth: ++nth })),
  }))
    .filter(({ people }) => people.length > 0)
    .map(group => ({ ...group, long: group.people.length > MOST_RADIOS }))
  return pages.show(request, reply, {
    view: 'sign-in',
    title: 'Sign in',
    status: ended ? 401 : problem ? 400 : 200,
    failed: problem !== undefined,
    values: {
      groups,
      next: ours(next),
      resume,
      ended: ended && (resume !== undefined || next !== '/'),
      problem,
    },
  })
}

/** An address of our own pages, and never of somebody else's. */
export function ours(address: string): string {
  return /^\/(?![/\\])[\w\-./?=&%~]*$/.test(address) ? address : '/'
}
