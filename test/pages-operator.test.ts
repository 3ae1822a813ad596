/** More than 300 lines: the operator's journeys share one England, on both engines. */

import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FhirClient, fhirClient } from '../src/client/index.ts'
import { type OdsCode, parseMailboxId, parseOdsCode } from '../src/domain/organisation.ts'
import { parseDfeCode } from '../src/domain/registration/authority.ts'
import type { Asid } from '../src/domain/registration/client-system.ts'
import { checkAudit } from '../src/flows/audit/check-audit.ts'
import { checkEntry, readProofFile } from '../src/formats/audit-seal/proof-file.ts'
import { checkpointJudge } from '../src/formats/audit-seal/seal-keys.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { openAuditSeal } from '../src/main/audit-seal.ts'
import { displayNhsNumber } from '../src/pages/words.ts'
import { type SandboxAuthority, sandboxAuthorities } from '../src/sandbox/authorities.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { openDesk } from './support/authority-desk.ts'
import { describePages, launchBrowser, ownWindow, pressTwice, screen, signInAs } from './support/browser.ts'
import { collected } from './support/collected.ts'
import { expectAccessible } from './support/page-manner.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { until } from './support/until.ts'

const OPERATOR = 'Hawthorn Imaginary'
const OTHERS = ['Nurse Quince Sandbox', 'Juniper Madeup'] as const
const ACTOR = `operator: ${OPERATOR}`
const LONGEST_PAGE = 50_000

describePages("the operator's view", engine => {
  let place: Place
  let running: RunningService
  let browser: Browser
  let page: Page
  /** Live; being taken on with a good test file; being taken on with none. */
  let live: SandboxAuthority
  let ready: SandboxAuthority
  let early: SandboxAuthority
  let child: string

  const kysely = () => running.service.store.database.kysely
  const stores = () => running.service.store.storage

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '100', CPIS_NOTIFICATION_WINDOW_MS: '200' })
    browser = await launchBrowser()
    const { service } = running
    const sandbox = service.sandbox
    const [first, second, third] = sandbox?.authorities ?? []
    if (!sandbox || !first || !second || !third) throw new Error('The sandbox has three authorities')
    live = first
    ready = second
    early = third
    for (const [nth, authority] of [live, ready].entries()) {
      const desk = await openDesk(service, authority, { live: nth === 0 })
      const upload = sandbox.population.uploads[nth]
      if (!upload) throw new Error('Every authority has an upload')
      await desk.upload(await collected(writeUpload(upload.header, upload.records)))
    }
    await openDesk(service, early, { live: false })
    const held = sandbox.population.uploads[1]?.header.recordCount ?? 0
    await stores().authorities.change(ready.odsCode, { children: held })
    for (const { odsCode, dfeCode, gssCode, name } of [live, ready, early]) {
      await stores().authorities.add({ odsCode, dfeCode, gssCode, name, mailbox: mailboxOf(odsCode) })
    }
    const [known] = examplePeople(sandbox.population).filter(({ note }) => note === 'a child protection plan')
    if (!known) throw new Error('Somebody has a plan')
    child = known.nhsNumber
    const signedIn = await sandbox.signIn(service.baseUrl).signIn('ed-nurse')
    if (signedIn?.kind !== 'clinician') throw new Error('The nurse of the sandbox may sign in')
    const nurse: FhirClient = fhirClient({
      baseUrl: `${service.baseUrl}/cpis/FHIR/R4`,
      token: () => signedIn.token,
    })
    await nurse.careTeams(child, { unscheduled: true })
    page = await signedInAs(OPERATOR)
  })
  afterAll(async () => {
    await browser?.close()
    await running?.stop()
    await place?.remove()
  })

  const signedInAs = async (name: string): Promise<Page> => {
    const own = await (await ownWindow(browser, running.service.baseUrl)).newPage()
    await signInAs(own, name)
    return own
  }
  const audited = (action: string, subject?: string) =>
    kysely()
      .selectFrom('audit')
      .select(['door', 'actor', 'nhs_number', 'details', 'outcome'])
      .where('action', '=', action)
      .$if(subject !== undefined, query => query.where('subject', '=', String(subject)))
      .orderBy('id')
      .execute()
  const fits = async (own: Page = page) => {
    expect((await own.content()).length).toBeLessThan(LONGEST_PAGE)
    await expectAccessible(own)
  }
  const press = (name: string | RegExp) => page.getByRole('button', { name }).click()
  const says = (text: string) => page.getByText(text).first().waitFor()
  const openAuthority = ({ odsCode }: SandboxAuthority) => page.goto(`/operator/authorities/${odsCode}`)

  test('the first page tells at one look who is live, how much is asked, and how each interface does', async () => {
    await page.goto('/')
    expect(new URL(page.url()).pathname).toBe('/operator')
    await says('Live, of 3')
    await says('Questions answered: 1')
    await says('Files received: 2')
    const fhir = page.getByRole('row', { name: /FHIR API/ })
    expect(await fhir.innerText()).toContain('Working')
    await page.getByText('The same as a table').click()
    const [newest] = await page
      .getByRole('table', { name: 'Each of the last 30 days' })
      .getByRole('row')
      .filter({ has: page.getByRole('cell') })
      .allInnerTexts()
    expect(newest?.split('\t').slice(1).map(Number).slice(0, 2)).toEqual([1, 2])
    await fits()
    await page.getByText('The same as a table').click()
    await screen(page, 'operator')
    expect((await audited('show overview')).map(({ actor }) => actor)).toContain(ACTOR)
  })

  test('nobody else sees any of it', async () => {
    for (const name of OTHERS) {
      const other = await signedInAs(name)
      for (const address of ['', '/authorities', `/authorities/${live.odsCode}`, '/trouble', '/audit']) {
        const answer = await other.goto(`/operator${address}`)
        expect(answer?.status()).toBe(404)
      }
      await other.context().close()
    }
    const stranger = await (await ownWindow(browser, running.service.baseUrl)).newPage()
    expect((await stranger.goto('/operator/trouble'))?.status()).toBe(401)
    await stranger.context().close()
  })

  test('England is a map with letters, and a table that says the same', async () => {
    await page.goto('/operator/authorities')
    const map = page.getByRole('img', { name: /A map of England/ })
    expect(await map.locator('text').allTextContents()).toEqual(expect.arrayContaining(['U', 'T']))
    await says('Being taken on: 2')
    const row = page.getByRole('row', { name: new RegExp(escaped(live.name)) })
    expect(await row.innerText()).toContain('Up to date')
    await fits()
    await screen(page, 'operator-authorities')
    await page
      .getByText(/Not with the service yet: 150/)
      .last()
      .click()
    await expectAccessible(page)
  })

  test('an authority with a good test file goes live, once, under the name of who let it (rule 21.18)', async () => {
    await openAuthority(ready)
    await says('Enough')
    await fits()
    await screen(page, 'operator-authority')
    const csrf = await page.locator('main input[name=csrf]').first().inputValue()
    await press('Let it go live')
    await says('Up to date')
    await fits()
    // The same form, from a second tab.
    const again = await page.request.post(`/operator/authorities/${ready.odsCode}`, {
      form: { csrf, do: 'go-live' },
    })
    expect(again.ok()).toBe(true)
    expect(await audited('authority goes live', ready.odsCode)).toMatchObject([{ door: 'web', actor: ACTOR }])
    expect((await stores().authorities.find(ready.odsCode))?.stage).toBe('live')
  })

  test('one without goes live for a reason that is kept, and not by a form that was made before', async () => {
    await openAuthority(early)
    await says('No test file yet')
    expect(await page.getByRole('button', { name: 'Let it go live', exact: true }).count()).toBe(0)
    const csrf = await page.locator('main input[name=csrf]').first().inputValue()
    await page.request.post(`/operator/authorities/${early.odsCode}`, { form: { csrf, do: 'go-live' } })
    expect((await stores().authorities.find(early.odsCode))?.stage).toBe('onboarding')
    await page.getByText('Let it go live all the same').first().click()
    await press('Let it go live all the same')
    await says('There is a problem')
    expect(await page.title()).toContain('Error')
    await fits()
    await page.getByLabel('Why should it go live').fill('Its supplier tests elsewhere')
    await press('Let it go live all the same')
    await says('Up to date')
    expect(await audited('authority goes live', early.odsCode)).toMatchObject([
      { actor: ACTOR, details: { overruled: 'no-test', why: 'Its supplier tests elsewhere' } },
    ])
  })

  test('an authority is suspended with a reason, shown so everywhere, and taken back', async () => {
    await openAuthority(ready)
    await page.getByText('Suspend the authority').click()
    await page.getByLabel('Why are its files refused?').fill('x'.repeat(501))
    await press('Suspend')
    await says('there are 501')
    expect(await page.getByLabel('Why are its files refused?').inputValue()).toHaveLength(501)
    await fits()
    await page.getByLabel('Why are its files refused?').fill('It asked us to')
    const csrf = await page.locator('main input[name=csrf]').first().inputValue()
    const again = (deed: string) =>
      page.request.post(`/operator/authorities/${ready.odsCode}`, {
        form: { csrf, do: deed, why: 'It asked us to' },
      })
    await pressTwice(page.getByRole('button', { name: 'Suspend' }))
    await says('It asked us to')
    expect((await again('suspend')).ok()).toBe(true)
    await fits()
    await page.goto('/operator/authorities')
    await says('Suspended: 1')
    await fits()
    await openAuthority(ready)
    await pressTwice(page.getByRole('button', { name: 'Take its files again' }))
    await says('Up to date')
    expect((await again('resume')).ok()).toBe(true)
    expect(await audited('suspend authority', ready.odsCode)).toMatchObject([{ door: 'web', actor: ACTOR }])
    expect(await audited('resume authority', ready.odsCode)).toMatchObject([{ door: 'web', actor: ACTOR }])
  })

  test('an authority that is not there is nowhere', async () => {
    for (const code of ['ZZ9', '..%2f..', 'x'.repeat(300)]) {
      expect((await page.goto(`/operator/authorities/${code}`))?.status()).toBe(404)
    }
    await fits()
  })

  test('clients are listed with what they may do', async () => {
    await page.goto('/operator/clients')
    const row = page.getByRole('row', { name: /999000000011/ })
    expect(await row.innerText()).toContain('Unscheduled attendances')
    await fits()
  })

  test('what is held and when it goes is shown; a legal hold is placed and released, on record (rules 23.10 and 23.11)', async () => {
    await page.goto('/operator')
    await page.getByRole('link', { name: 'Retention' }).click()
    await says('What is held')
    await until(async () => {
      await page.reload()
      return (await page.getByText('Never').count()) === 0 ? true : undefined
    })
    expect(await page.getByRole('row', { name: /^Plans, what was taken back/ }).innerText()).toContain(
      '730 days',
    )
    expect(await page.getByText('The counts below may be old').count()).toBe(0)
    await fits()
    await page.getByRole('link', { name: 'Add a legal hold' }).click()
    await fits()
    await press('Add the hold')
    await page.getByRole('link', { name: 'Enter a reason' }).waitFor()
    await fits()
    await page.getByLabel('Reason').fill('Inquiry 7')
    await press('Add the hold')
    await page.getByRole('link', { name: 'Enter either a person or an authority' }).waitFor()
    await page.getByLabel('NHS number').fill(displayNhsNumber(child))
    await pressTwice(page.getByRole('button', { name: 'Add the hold' }))
    await says(`Person ${displayNhsNumber(child)}`)
    await says('NHS confidential')
    expect([page.url(), await page.title()].join()).not.toContain(child)
    await fits()
    await screen(page, 'operator-retention')
    expect((await audited('place legal hold')).filter(({ outcome }) => outcome === 'allowed')).toMatchObject([
      { door: 'web', actor: ACTOR, nhs_number: child },
    ])
    await page.getByRole('link', { name: /^Release/ }).click()
    await says('Inquiry 7')
    await fits()
    await press('Release the hold')
    await says('There is no legal hold')
    expect(await audited('release legal hold')).toMatchObject([
      { door: 'web', actor: ACTOR, nhs_number: child },
    ])
  })

  test('a check of personal data that has not ended for long is never taken for today (rule 23.11)', async () => {
    await kysely()
      .updateTable('retention_pass')
      .set({ ended_at: new Date(Date.now() - 4 * 86_400_000) })
      .where('kind', '=', 'plans')
      .execute()
    await page.goto('/operator/retention')
    await says('The counts below may be old')
    await fits()
  })

  test('what went wrong is told, and a job and an answer are tried again when somebody says so (rule 21.20)', async () => {
    const job = newId()
    await sql`insert into pgboss.job (id, name, data, state, retry_count, start_after, output)
      values (${job}::uuid, 'receive-upload', '{"key":"NO-SUCH-MESSAGE"}', 'retry', 3, now() + interval '1 day',
        '{"message":"a detail of somebody"}')`.execute(kysely())
    const question = { system: '999000000011' as Asid, messageId: 'QUESTION-1' }
    const [at, later] = [new Date(), new Date(Date.now() + 86_400_000)]
    await stores().asynchronousAnswers.begin({ ...question, digest: 'D', at, forgetAfter: later })
    await stores().asynchronousAnswers.undeliverable(question, later, 'no-connection')
    const { id } = await kysely().selectFrom('message').select('id').limit(1).executeTakeFirstOrThrow()
    const failure = { code: '14', event: 'SEND', description: 'Undelivered', at: at.toISOString() }
    await kysely()
      .updateTable('message')
      .set({ status: 'undeliverable', failure: JSON.stringify(failure) })
      .where('id', '=', id)
      .execute()
    const asked = new Date(at.getTime() - 40_000)
    await stores().relay.takeTurn('OURS', asked, later)
    await stores().relay.addInbound({ outsideId: 'O1', messageId: id, at, reason: 'sender-not-allowed' })

    await page.goto('/operator')
    await fits()
    await page.getByRole('link', { name: 'Answers not delivered' }).click()
    await says('no-connection')
    // Rule 18.9: while the answer is still awaited, and what lies aside.
    await says('It has not answered what it was asked then.')
    await says('The sender may not use this workflow')
    await stores().relay.endTurn('OURS', { at, dueAt: later, fault: 'untrusted-certificate' })
    await page.reload()
    await says('the certificate of the service is not trusted')
    await stores().relay.endTurn('OURS', { at, dueAt: later, fault: undefined })
    await page.reload()
    await says('It answers.')
    await says('NO-SUCH-MESSAGE')
    expect(await page.content()).not.toContain('a detail of somebody')
    await says(id)
    await fits()
    await screen(page, 'operator-trouble')
    const csrf = await page.locator('main input[name=csrf]').first().inputValue()
    await press(/Try now/)
    await until(async () => ((await stores().oversight.failedJobs(5)).length === 0 ? true : undefined))
    await page.reload()
    await says('No job has failed')
    expect(await audited('retry job', job)).toMatchObject([{ door: 'web', actor: ACTOR, outcome: 'allowed' }])
    await page.request.post('/operator/trouble/jobs', { form: { csrf, job } })
    expect(await audited('retry job')).toMatchObject([{ outcome: 'allowed' }, { outcome: 'refused' }])
    await pressTwice(page.getByRole('button', { name: /Send again/ }))
    await says('Every answer was taken')
    const posted = (await audited('post answer again')).filter(({ outcome }) => outcome === 'allowed')
    expect(posted).toMatchObject([{ door: 'web', actor: ACTOR }])
    expect((await page.request.post('/operator/trouble/jobs', { form: { job } })).status()).toBe(403)
  })

  test('a watch that stopped is never taken for one that finds nothing', async () => {
    await kysely()
      .updateTable('watch_round')
      .set({ next_by: new Date(Date.now() - 1000) })
      .execute()
    for (const address of ['', '/trouble', `/authorities/${live.odsCode}`]) {
      await page.goto(`/operator${address}`)
      await says('The exchange with authorities is not being watched')
      expect(await page.getByText(/Nothing is (known to be )?wrong/).count()).toBe(0)
      await fits()
    }
  })

  test('the audit log is searched by person without a number in any address, and the search is in it (rule 21.19)', async () => {
    await page.goto('/operator/audit')
    await fits()
    await page.getByLabel('NHS number').fill('999 000 0019')
    await page.getByLabel('From').fill('31/2/2026')
    await press('Search')
    await says('There is a problem')
    expect(await page.getByLabel('NHS number').inputValue()).toBe('999 000 0019')
    await fits()
    await page.getByLabel('NHS number').fill(displayNhsNumber(child))
    await page.getByLabel('From').fill('')
    await press('Search')
    await says('What was found')
    const found = page.url()
    expect([found, await page.title()].join()).not.toContain(child)
    const table = page.getByRole('table', { name: /Entries/ })
    expect(await table.innerText()).toContain(displayNhsNumber(child))
    expect(await table.innerText()).toContain('query plans')
    await fits()
    await screen(page, 'operator-audit')
    expect((await audited('show audit entries')).at(-1)).toMatchObject({ actor: ACTOR, nhs_number: child })
    await page.getByRole('link', { name: 'Change the search' }).click()
    expect(await page.getByLabel('NHS number').inputValue()).toBe(displayNhsNumber(child))
  })

  test('what was found is saved as a table and with proof, and each time on record', async () => {
    await page.goto('/operator/audit')
    await page.getByLabel('Door').selectOption('fhir')
    await page.getByLabel('Who').fill('quince')
    await press('Search')
    const saved = async (link: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: link }).click(),
      ])
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
    }
    const csv = await saved('as a table (CSV)')
    expect(csv.name).toBe('cp-is-audit.csv')
    const rows = parse(csv.text, { columns: true, bom: true }) as Record<string, string>[]
    expect(rows).toMatchObject([{ What: 'query plans', 'NHS number': displayNhsNumber(child) }])
    const proof = await saved('with proof')
    expect(proof.name).toBe('cp-is-audit-proof.json')
    const file = readProofFile(proof.text)
    if (!file.ok) throw new Error(file.fault)
    expect(file.value.search).toMatchObject({ door: 'fhir', who: 'quince' })
    const head = checkpointJudge(origin => [openAuditSeal(running.service.config).publicKey(origin)])(
      file.value.checkpoint,
    )
    expect(head?.signed).toBe('trusted')
    const checked = file.value.entries.map(one => [one.entry.nhsNumber, head && checkEntry(one, head)])
    expect(checked).toEqual([[child, 'proved']])
    expect(await saved('as a table (CSV)')).toEqual(csv)
    expect(await audited('save audit entries')).toMatchObject(
      Array.from({ length: 2 }, () => ({ actor: ACTOR, details: { saved: 1, who: 'quince' } })),
    )
    expect(await audited('prove audit entries')).toMatchObject([{ actor: ACTOR, details: { proved: 1 } }])
  })

  test('a search that finds nothing says so, and an address that was made up leads nowhere', async () => {
    await page.goto('/operator/audit')
    await page.getByLabel('Who').fill('nobody of this name')
    await press('Search')
    await says('No entry is like that')
    await fits()
    for (const address of ['found', 'found?of=x', 'found.csv?of=x', 'found.proof.json']) {
      const answer = await page.request.get(`/operator/audit/${address}`)
      expect(answer.status()).toBe(404)
    }
  })

  test('a page of all England, and one of everything in the audit log, stay small', async () => {
    for (const { odsCode, dfeCode, gssCode, name } of sandboxAuthorities(153)) {
      if (await stores().authorities.find(odsCode)) continue
      await stores().mailboxes.add({ id: mailboxOf(odsCode), name, odsCode, password: 'x' })
      await stores().authorities.add({ odsCode, dfeCode, gssCode, name, mailbox: mailboxOf(odsCode) })
    }
    const nowhere = { odsCode: parseOdsCode('ZZ9'), dfeCode: parseDfeCode('999') }
    if (!nowhere.odsCode || !nowhere.dfeCode) throw new Error('These are codes')
    const mailbox = mailboxOf(nowhere.odsCode)
    await stores().mailboxes.add({ id: mailbox, name: 'Nowhere', odsCode: nowhere.odsCode, password: 'x' })
    await stores().authorities.add({
      odsCode: nowhere.odsCode,
      dfeCode: nowhere.dfeCode,
      name: 'Nowhere',
      mailbox,
    })
    await page.goto('/operator/authorities')
    await says('1 authority has no place on the map')
    await fits()
    await page.getByRole('link', { name: 'Next page' }).click()
    await says('Nowhere')
    await fits()
    await page.goto('/operator/audit')
    await press('Search')
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.getByRole('link', { name: 'Earlier page' }).click()
    await fits()
  })

  test('that the log is sealed and checked is said, and an entry that was changed cannot be missed (rule 22.9)', async () => {
    await page.goto('/operator')
    await says('nothing was changed')
    const entry = await kysely()
      .selectFrom('audit')
      .select('id')
      .where('nhs_number', '=', child)
      .where('door', '=', 'fhir')
      .executeTakeFirstOrThrow()
    await kysely()
      .transaction()
      .execute(async trx => {
        await sql`alter table audit disable trigger user`.execute(trx)
        await sql`update audit set outcome = 'refused' where id = ${entry.id}::uuid`.execute(trx)
        await sql`alter table audit enable trigger user`.execute(trx)
      })
    const { storage } = running.service.store
    const clock = { now: () => new Date() }
    const seal = openAuditSeal(running.service.config)
    await checkAudit({ storage, clock, newId, ...seal }, { via: 'worker' })
    for (const address of ['/operator', '/operator/audit']) {
      await page.goto(address)
      await says('The audit log was changed.')
      await fits()
    }
    await page.getByLabel('NHS number').fill(displayNhsNumber(child))
    await press('Search')
    await page.getByRole('link', { name: 'with proof' }).click()
    await says('Nothing can be proved with it.')
    expect(await page.content()).not.toContain(child)
    await fits()
  })

  test('nothing of a person is in the log', () => {
    expect(running.logLines.filter(line => line.includes(child))).toEqual([])
  })
})

function mailboxOf(odsCode: OdsCode) {
  const id = parseMailboxId(`LA${odsCode}OT001`)
  if (!id) throw new Error('That is a mailbox')
  return id
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
