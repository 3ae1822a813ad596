import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { fhirClient } from '../../client/index.ts'
import { holidaysOf } from '../known-holidays.ts'
import type { Pages } from '../pages.ts'
import { field } from '../session/admit.ts'
import { sealedBox } from '../session/sealed-box.ts'
import type { ClinicianSession } from '../session/session.ts'
import { admitChecking, type Checking } from './admit-checking.ts'
import { LONGEST_WORKLIST, readWorklist } from './read-worklist.ts'
import { type AnswerAddresses, sealedNumber } from './sealed-number.ts'
import { askAll, type Board, keptBoards } from './worklist-board.ts'
import { SORTS, type Sort, sortRows, type WorklistRow, worklistRow } from './worklist-row.ts'

const MINUTES = 12 * 60

const list = z.object({
  id: z.string(),
  user: z.string(),
  access: z.enum(['unscheduled', 'scheduled']),
  numbers: z.array(sealedNumber).readonly(),
  unread: z.array(z.object({ line: z.number(), reason: z.string() })).readonly(),
  repeated: z.number(),
})
type List = z.infer<typeof list>

const FORM = { view: 'worklist', title: 'Check a list' } as const

/**
 * A department's board: many numbers are pasted, each is asked for as by itself. The page is sent in parts, a row when its answer
 * is there: a page that loads itself again would start a screen reader over each time, and without scripts nothing else moves.
 */
export function worklistRoutes(fastify: FastifyInstance, pages: Pages, addresses: AnswerAddresses): void {
  const { deps, exchangeOf } = pages
  const lists = sealedBox(deps.sessionSecret, 'worklist', list)
  const boards = keptBoards(deps.now)
  const open = async ({ user }: ClinicianSession, sealed: unknown) => {
    const opened = typeof sealed === 'string' ? await lists.open(sealed, deps.now()) : undefined
    return opened?.user === user ? opened : undefined
  }
  const addressOf = async (value: List) =>
    `/worklist/board?of=${await lists.seal(value, deps.now(), MINUTES)}`

  // A file is text like what is pasted, also where the form is kept for somebody who has to sign in again.
  fastify.addHook('preValidation', async request => {
    const body = request.body as Record<string, unknown> | undefined
    const file = body?.['file']
    if (body && file instanceof Uint8Array) body['file'] = new TextDecoder().decode(file)
  })

  fastify.get('/worklist', async (request, reply) => {
    exchangeOf(request).action = 'worklist'
    const session = await admitChecking(pages, request, reply)
    return session ? pages.show(request, reply, { ...FORM, values: { longest: LONGEST_WORKLIST } }) : reply
  })

  fastify.post('/worklist', async (request, reply) => {
    exchangeOf(request).action = 'worklist'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const typed = field(request, 'numbers')
    const uploaded = field(request, 'file')
    const { user, access } = session
    const read = readWorklist([typed, uploaded].filter(Boolean).join('\n'))
    const problem = problemOf(typed + uploaded, read.numbers.length)
    if (!problem) return pages.redirect(reply, await addressOf({ id: deps.newId(), user, access, ...read }))
    exchangeOf(request).reason = 'no list'
    const values = { problem, typed: typed || uploaded, unread: read.unread, longest: LONGEST_WORKLIST }
    return pages.show(request, reply, { ...FORM, status: 400, failed: true, values })
  })

  fastify.get<{ Querystring: { of?: unknown; sort?: unknown } }>(
    '/worklist/board',
    async (request, reply) => {
      exchangeOf(request).action = 'show worklist'
      const session = await admitChecking(pages, request, reply)
      if (!session) return reply
      const asked = await open(session, request.query.of)
      if (!asked) return pages.redirect(reply, '/worklist')
      const sort = SORTS.find(name => name === request.query.sort) ?? 'list'
      const board = boards(asked.id, () => ask(asked, session))
      const parts = inParts(request, asked, board, { sort, sealed: String(request.query.of) })
      return reply.type('text/html; charset=utf-8').send(Readable.from(parts))
    },
  )

  fastify.post('/worklist/open', async (request, reply) => {
    exchangeOf(request).action = 'open from worklist'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const asked = await open(session, field(request, 'of'))
    const number = asked?.numbers[Number(field(request, 'nth')) - 1]
    return pages.redirect(reply, number ? await addresses.of(session, number) : '/worklist')
  })

  /** Asks for the same people again, as a new board: those who could not be looked up may be now. */
  fastify.post('/worklist/again', async (request, reply) => {
    exchangeOf(request).action = 'worklist again'
    const session = await admitChecking(pages, request, reply)
    if (!session) return reply
    const asked = await open(session, field(request, 'of'))
    if (!asked) return pages.redirect(reply, '/worklist')
    return pages.redirect(reply, await addressOf({ ...asked, id: deps.newId(), access: session.access }))
  })

  function ask({ numbers, access }: List, session: Checking): Board {
    const client = fhirClient({ baseUrl: deps.fhirUrl, token: () => session.token })
    return askAll(numbers, number => client.careTeams(number, { unscheduled: access === 'unscheduled' }))
  }

  /** The page up to its rows, each row, and the rest; those who want them sorted wait for all. */
  async function* inParts(
    request: FastifyRequest,
    asked: List,
    board: Board,
    { sort, sealed }: { readonly sort: Sort; readonly sealed: string },
  ): AsyncGenerator<string> {
    const around = (view: object) =>
      pages
        .html(request, {
          view: 'worklist-board',
          title: 'Your list',
          confidential: true,
          values: { ...asked, sort, of: sealed, rows: ROWS, ...view },
        })
        .split(ROWS)
    const row = (values: WorklistRow) =>
      pages.html(request, { view: 'worklist-row', title: '', values: { row: values } })
    const early = !board.finished
    const rows: WorklistRow[] = []
    const holidays = await holidaysOf(deps)
    if (early) yield around({ early })[0] ?? ''
    for (const [place, answer] of board.answers.entries()) {
      const number = asked.numbers[place]
      if (number === undefined) continue
      const made = worklistRow(place + 1, number, await answer, deps.now(), holidays)
      rows.push(made)
      if (early && sort === 'list') yield row(made)
    }
    const failed = rows.filter(({ kind }) => kind === 'failed').length
    const [head = '', tail = ''] = around({ early, done: { checked: rows.length - failed, failed } })
    if (!early) yield head
    if (!early || sort !== 'list') yield sortRows(rows, sort).map(row).join('')
    yield tail
  }
}

/** Where the rows stand in the page. */
const ROWS = '\u2063rows\u2063'

function problemOf(text: string, numbers: number): string | undefined {
  if (text === '') return 'Paste a list of NHS numbers, or choose a file'
  if (numbers === 0) return 'There is no NHS number in the list'
  return numbers > LONGEST_WORKLIST
    ? `The list has ${numbers} NHS numbers: check ${LONGEST_WORKLIST} at a time`
    : undefined
}
