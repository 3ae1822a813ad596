import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Pages } from '../pages.ts'
import { admit, keepForm } from '../session/admit.ts'
import type { ClinicianSession } from '../session/session.ts'

/** A clinician who may look, and has said why they are looking. */
export type Checking = ClinicianSession & { readonly access: NonNullable<ClinicianSession['access']> }

export const CARE = { view: 'care', title: 'Why are you looking today?' } as const

/** Lets in who may look and has said why. Whoever has not says so first, and goes on where they were with what they typed. */
export async function admitChecking(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Checking | undefined> {
  const session = await admit(pages, request, reply, 'clinician')
  if (!session) return undefined
  const { access } = session
  if (access) return { ...session, access }
  if (session.may.length === 0) {
    pages.exchangeOf(request).reason = 'no activity'
    pages.show(request, reply, {
      view: 'message',
      title: 'Your role cannot use CP-IS',
      status: 403,
      values: {
        lines: [
          'To look here, your role needs B0107, or B0170 for booked appointments.',
          'Do you need it for your work? Ask your registration authority.',
        ],
      },
    })
  } else if (request.method === 'POST') {
    pages.show(request, reply, { ...CARE, values: { resume: await keepForm(pages, request) } })
  } else {
    pages.redirect(reply, `/care?next=${encodeURIComponent(request.url)}`)
  }
  return undefined
}
