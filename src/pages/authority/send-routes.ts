import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { UploadDraft } from '../../flows/notification/ports.ts'
import {
  DRAFT_HOURS,
  keepUploadDraft,
  type ReadTable,
  sendPageUpload,
} from '../../flows/upload/send-page-upload.ts'
import { nothingHere } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field, KEPT_FILE } from '../session/admit.ts'
import type { AuthoritySession } from '../session/session.ts'
import { idOf, officerOf } from './officer.ts'

/** Of a table with more rows than these that cannot be used, the first are shown. */
const MOST_PROBLEMS = 100

interface Typed {
  readonly dutyPhone: string
  readonly officePhone: string
}

interface Problem {
  readonly text: string
  readonly href: string
}

/** A table becomes a file by hand: handed in, looked at row by row, and only then sent (rules 21.14 and 21.15). */
export function sendRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage, readTable } = deps.flows

  const showForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    session: AuthoritySession,
    typed?: Typed,
    problems: readonly Problem[] = [],
  ) => {
    const authority = await storage.authorities.find(session.odsCode)
    if (!authority) return nothingHere(pages, request, reply)
    const { dutyPhone = '', officePhone = '' } = authority.contact ?? {}
    return pages.show(request, reply, {
      view: 'desk-send',
      title: 'Send a file',
      ...(problems.length > 0 && { status: 400, failed: true }),
      values: { stage: authority.stage, typed: typed ?? { dutyPhone, officePhone }, problems },
    })
  }

  fastify.get('/desk/send', async (request, reply) => {
    exchangeOf(request).action = 'hand in table'
    const session = await admit(pages, request, reply, 'authority')
    return session ? showForm(request, reply, session) : reply
  })

  fastify.post('/desk/send', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'hand in table'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const typed = { dutyPhone: field(request, 'dutyPhone'), officePhone: field(request, 'officePhone') }
    const authority = await storage.authorities.find(session.odsCode)
    if (!authority) return nothingHere(pages, request, reply)
    const content = tableOf(request)
    const table = content && (await readTable(content, deps.now()))
    const problems = [
      ...(table ? [] : [{ text: 'Choose a file', href: '#table' }]),
      ...(table && !table.ok ? [{ text: table.fault, href: '#table' }] : []),
      ...phoneProblems(typed),
    ]
    if (problems.length > 0 || !table?.ok || !content) {
      exchange.reason = 'not filled in'
      return showForm(request, reply, session, typed, problems)
    }
    const [dutyPhone, officePhone] = [digitsOf(typed.dutyPhone), digitsOf(typed.officePhone)]
    const { odsCode, name } = authority
    const contact = { odsCode, name, dutyPhone, ...(officePhone !== '' && { officePhone }) }
    const id = await keepUploadDraft(deps.flows, officerOf(session), contact, content, table.value)
    exchange.audited = true
    return pages.redirect(reply, `/desk/send/${id}`)
  })

  const draftOf = async (session: AuthoritySession, text: string): Promise<UploadDraft | undefined> => {
    const id = idOf(text)
    return id ? storage.authorityPages.draft(session.odsCode, id) : undefined
  }

  fastify.get<{ Params: { id: string } }>('/desk/send/:id', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show upload preview'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const draft = await draftOf(session, request.params.id)
    if (!draft) return nothingHere(pages, request, reply)
    exchange.subject = draft.id
    if (draft.sent) return pages.redirect(reply, `/desk/uploads?sent=${draft.sent.sequence}`)
    const table = draft.content && (await readTable(draft.content, draft.madeAt))
    const authority = await storage.authorities.find(session.odsCode)
    if (!table?.ok || !authority) return nothingHere(pages, request, reply)
    return pages.show(request, reply, {
      view: 'desk-preview',
      title: 'Check before you send',
      confidential: true,
      values: { ...previewOf(table.value), draft, stage: authority.stage, hours: DRAFT_HOURS },
    })
  })

  fastify.post<{ Params: { id: string } }>('/desk/send/:id', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'send upload'
    const session = await admit(pages, request, reply, 'authority')
    if (!session) return reply
    const id = idOf(request.params.id)
    const sent = id === undefined ? undefined : await sendPageUpload(deps.flows, officerOf(session), id)
    if (sent?.ok) {
      exchange.audited = !sent.value.again
      return pages.redirect(reply, `/desk/uploads?sent=${sent.value.sequence}`)
    }
    if (!sent || sent.fault === 'unknown') return nothingHere(pages, request, reply)
    exchange.reason = sent.fault
    return pages.show(request, reply, {
      view: 'message',
      title: 'The file was not sent',
      status: 409,
      values: {
        lines: [
          sent.fault === 'nobody-in-it'
            ? 'No row of the table could be used, so there is nothing to send.'
            : 'Your authority may not send files. Ask the national service.',
        ],
        link: { href: '/desk/send', text: 'Choose another file' },
      },
    })
  })
}

function tableOf(request: FastifyRequest): Uint8Array | undefined {
  const kept = field(request, `table${KEPT_FILE}`)
  if (kept) return Buffer.from(kept, 'base64')
  const table = (request.body as Readonly<Record<string, unknown>>)['table']
  return table instanceof Uint8Array && table.length > 0 ? table : undefined
}

/** Phone numbers as files carry them (rule 3.3). */
function digitsOf(phone: string): string {
  return phone.replace(/[\s().-]/g, '')
}

function phoneProblems({ dutyPhone, officePhone }: Typed): Problem[] {
  const isPhone = (phone: string) => /^\+?\d{3,20}$/.test(digitsOf(phone))
  const problems: Problem[] = []
  if (dutyPhone === '') {
    problems.push({ text: 'Enter the phone number of the emergency duty team', href: '#dutyPhone' })
  } else if (!isPhone(dutyPhone)) {
    problems.push({ text: 'The number of the duty team must be a phone number', href: '#dutyPhone' })
  }
  if (officePhone !== '' && !isPhone(officePhone)) {
    problems.push({ text: 'The number of the office must be a phone number', href: '#officePhone' })
  }
  return problems
}

function previewOf(table: ReadTable) {
  const { rows, recordCount, planCount, rowsLeftOut, passedOver, notHeld, ignored, leftOut } = table
  const problems = leftOut.slice(0, MOST_PROBLEMS)
  const more = table.problems - problems.length
  return { rows, recordCount, planCount, rowsLeftOut, passedOver, notHeld, ignored, problems, more }
}
