import type { FastifyInstance } from 'fastify'
import { issueWords } from '../../domain/watch/issue-words.ts'
import { postAnswerAgain, retryJob, tryUploadAgain } from '../../flows/registration/manage-exchange.ts'
import { showIssues } from '../../flows/watch/watch-exchange.ts'
import { nothingHere, pageOf } from '../nothing-here.ts'
import type { Pages } from '../pages.ts'
import { admit, field } from '../session/admit.ts'
import { doneBy } from './done-by.ts'
import { relayTrouble } from './relay-words.ts'

/** So many of each kind are listed on a page. */
const LISTED = 20

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** What went wrong and was not put right: with authorities, answers, jobs and messages. */
export function issueRoutes(fastify: FastifyInstance, pages: Pages): void {
  const { deps, exchangeOf } = pages
  const { storage } = deps.flows

  fastify.get('/operator/trouble', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'show trouble'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const [watched, authorities, answers, aside, jobs, messages, elsewhere] = await Promise.all([
      showIssues(deps.flows),
      storage.authorities.list(),
      storage.asynchronousAnswers.undelivered(),
      storage.uploadAttempts.allSetAside(LISTED + 1),
      storage.oversight.failedJobs(LISTED + 1),
      storage.oversight.nonDeliveries(LISTED + 1),
      storage.relay.status(),
    ])
    const nameOf = new Map(authorities.map(({ odsCode, name }) => [odsCode, name]))
    const oldest = [...watched.concerns].sort((one, other) => one.since.getTime() - other.since.getTime())
    const nth = pageOf(request)
    exchange.details = {
      concerns: oldest.length,
      answers: answers.length,
      uploads: aside.length,
      jobs: jobs.length,
      messages: messages.length,
    }
    return pages.show(request, reply, {
      view: 'operator-trouble',
      title: 'To put right',
      values: {
        watched,
        concerns: oldest.slice((nth - 1) * LISTED, nth * LISTED).map(issue => ({
          ...issueWords(issue),
          since: issue.since,
          authority: issue.authority,
          name: nameOf.get(issue.authority) ?? issue.authority,
        })),
        allConcerns: oldest.length,
        ...(nth > 1 && { earlierPage: `/operator/trouble?page=${nth - 1}` }),
        ...(nth * LISTED < oldest.length && { nextPage: `/operator/trouble?page=${nth + 1}` }),
        answers: answers.slice(0, LISTED),
        allAnswers: answers.length,
        elsewhere: elsewhere.mailbox && {
          trouble: relayTrouble({ ...elsewhere, ...elsewhere.mailbox }, deps.flows.clock.now()),
          aside: elsewhere.setAside.slice(0, LISTED),
          moreAside: elsewhere.setAside.length > LISTED,
          untaken: elsewhere.untaken.length,
        },
        aside: aside.slice(0, LISTED),
        moreAside: aside.length > LISTED,
        jobs: jobs.slice(0, LISTED),
        moreJobs: jobs.length > LISTED,
        messages: messages.slice(0, LISTED),
        moreMessages: messages.length > LISTED,
        listed: LISTED,
      },
    })
  })

  fastify.post('/operator/trouble/answers', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'post answer again'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const [asid, messageId] = [field(request, 'asid'), field(request, 'message')]
    const undelivered = await storage.asynchronousAnswers.undelivered()
    const answer = undelivered.find(one => one.system === asid && one.messageId === messageId)
    // Sent twice: it is on its way already.
    exchange.audited = answer !== undefined && (await postAnswerAgain(doneBy(pages, session), answer))
    if (!exchange.audited) exchange.reason = 'not undelivered'
    return pages.redirect(reply, '/operator/trouble')
  })

  fastify.post('/operator/trouble/uploads', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'try upload again'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    exchange.audited = await tryUploadAgain(doneBy(pages, session), field(request, 'message'))
    if (!exchange.audited) exchange.reason = 'not set aside'
    return pages.redirect(reply, '/operator/trouble')
  })

  fastify.post('/operator/trouble/jobs', async (request, reply) => {
    const exchange = exchangeOf(request)
    exchange.action = 'retry job'
    const session = await admit(pages, request, reply, 'operator')
    if (!session) return reply
    const id = field(request, 'job')
    if (!UUID.test(id)) return nothingHere(pages, request, reply)
    exchange.audited = await retryJob(doneBy(pages, session), id)
    if (!exchange.audited) exchange.reason = 'not failed'
    return pages.redirect(reply, '/operator/trouble')
  })
}
