/** More than 300 lines: who is registered on the pages is then seen at work, on both engines. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soapClient } from '../src/client/hl7v3/index.ts'
import { type FhirClient, fhirClient, meshClient } from '../src/client/index.ts'
import type { MailboxId, OdsCode } from '../src/domain/organisation.ts'
import type { SubjectAsSent } from '../src/domain/upload/upload.ts'
import { readWholeAcknowledgement } from '../src/formats/hl7v3/read-acknowledgement.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import type { SandboxAuthority } from '../src/sandbox/authorities.ts'
import { describePages, launchBrowser, ownWindow, pressTwice, screen, signInAs } from './support/browser.ts'
import { collected } from './support/collected.ts'
import { expectValue } from './support/expect-value.ts'
import { expectAccessible } from './support/page-manner.ts'
import { nurse } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { until } from './support/until.ts'

const OPERATOR = 'Hawthorn Imaginary'
const ACTOR = `operator: ${OPERATOR}`
/** The officer of the second authority, which is told on its notifications page. */
const OFFICER = 'Tamarind Fictional'
const STRANGERS = ['Nurse Quince Sandbox', 'Juniper Madeup'] as const
const HEADINGS = 'NHS number,Local ID,Given name,Family name,Date of birth,Plan type,Start date'
const LONGEST_PAGE = 50_000
const NEW_ASID = '999000000077'

describePages('registering on the pages', engine => {
  let place: Place
  let running: RunningService
  let browser: Browser
  let page: Page
  /** One with a system of its own, and one with nobody but an officer at these pages. */
  let sending: SandboxAuthority
  let reading: SandboxAuthority
  let password: string
  /** Whose plan the second authority sends. */
  let child: SubjectAsSent

  const stores = () => running.service.store.storage
  const kysely = () => running.service.store.database.kysely
  const config = () => running.service.config

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '100',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
      CPIS_WATCH_SECONDS: '1',
    })
    browser = await launchBrowser()
    const [first, second] = running.service.sandbox?.authorities ?? []
    if (!first || !second) throw new Error('The sandbox has two authorities')
    sending = first
    reading = second
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
  const audited = (action: string, subject: string) =>
    kysely()
      .selectFrom('audit')
      .select(['door', 'actor', 'outcome', 'reason', 'details'])
      .where('action', '=', action)
      .where('subject', '=', subject)
      .orderBy('id')
      .execute()
  const did = async (action: string, subject: string) =>
    (await audited(action, subject)).filter(({ outcome }) => outcome === 'allowed')
  const fits = async (own: Page = page) => {
    expect((await own.content()).length).toBeLessThan(LONGEST_PAGE)
    await expectAccessible(own)
    const sideways = await own.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(sideways).toBeLessThanOrEqual(0)
  }
  const press = (name: string | RegExp) => page.getByRole('button', { name }).click()
  const says = (text: string | RegExp, own: Page = page) => own.getByText(text).first().waitFor()
  const problem = () => page.getByRole('alert').innerText()
  const mailboxOf = ({ odsCode }: SandboxAuthority) => `LA${odsCode}OT001`
  const fill = async (fields: Readonly<Record<string, string>>) => {
    for (const [label, text] of Object.entries(fields))
      await page.getByLabel(label, { exact: true }).fill(text)
  }
  const mailboxAs = (authority: SandboxAuthority, secret: string) =>
    meshClient({
      baseUrl: running.service.baseUrl,
      mailboxId: mailboxOf(authority),
      password: secret,
      sharedKey: config().mesh.sharedKey,
    })
  const uploadOf = (nth: number) => {
    const upload = running.service.sandbox?.population.uploads[nth]
    if (!upload) throw new Error('Every authority of the sandbox has an upload')
    return upload
  }
  const nurseOfHealth = async (): Promise<FhirClient> => {
    const signedIn = await running.service.sandbox?.signIn(running.service.baseUrl).signIn('ed-nurse')
    if (signedIn?.kind !== 'clinician') throw new Error('The nurse of the sandbox may sign in')
    return fhirClient({ baseUrl: `${running.service.baseUrl}/cpis/FHIR/R4`, token: () => signedIn.token })
  }

  describe('an authority', () => {
    test('is added from the map, after it was looked at; its password is told once and is in no address (rule 21.22)', async () => {
      await page.goto('/operator/authorities')
      await fits()
      await page.getByText('Not with the service yet').last().click()
      await expectAccessible(page)
      const tile = page.locator(`a[href="/operator/authorities/add?dfe=${sending.dfeCode}"]`)
      await tile.click()
      expect(await page.getByLabel('Code at the Department for Education').inputValue()).toBe(sending.dfeCode)
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).not.toBe('')
      await fits()
      await screen(page, 'operator-authority-add')

      await fill({ 'Code (ODS)': 'X', Mailbox: 'not one', Name: sending.name })
      await page.getByLabel('How often is a file due').fill('often')
      await press('Look at it first')
      expect((await problem()).split('\n').filter(Boolean)).toEqual([
        'There is a problem',
        'An ODS code is two to twelve letters and digits',
        'A mailbox id is letters, digits, - and _',
        'An interval is a whole number of hours',
      ])
      expect(await page.title()).toContain('Error')
      expect(await page.getByLabel('Mailbox', { exact: true }).inputValue()).toBe('not one')
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(sending.name)
      await fits()
      await page.getByRole('link', { name: 'An ODS code is' }).click()
      expect(
        await page.getByLabel('Code (ODS)').evaluate(node => node === node.ownerDocument.activeElement),
      ).toBe(true)

      await fill({ 'Code (ODS)': sending.odsCode, Mailbox: mailboxOf(sending) })
      await page.getByLabel('How often is a file due').fill('24')
      await page.getByLabel('With whom is it taken on?').fill('spring')
      await press('Look at it first')
      await says('Nothing was added yet')
      expect(await stores().authorities.find(sending.odsCode)).toBeUndefined()
      await fits()
      await press('Change it')
      expect(await page.getByLabel('With whom is it taken on?').inputValue()).toBe('spring')
      await press('Look at it first')
      await pressTwice(page.getByRole('button', { name: 'Add the authority' }))
      await says('Keep this password now')
      password = await page.locator('dd code').innerText()
      expect(password).toMatch(/^\S{20,}$/)
      expect(page.url()).not.toContain(password)
      await fits()
      expect(await did('add authority', sending.odsCode)).toMatchObject([{ door: 'web', actor: ACTOR }])
      expect(await stores().authorities.find(sending.odsCode)).toMatchObject({
        stage: 'onboarding',
        intervalHours: 24,
        wave: 'spring',
        toldAt: 'mailbox',
        dfeCode: sending.dfeCode,
      })
      await page.getByRole('link', { name: 'See how it comes on' }).click()
      await says('No test file yet')
      expect(await page.content()).not.toContain(password)
      expect(running.logLines.filter(line => line.includes(password))).toEqual([])
    })

    test('that was added uploads with that password, and is answered', async () => {
      const mesh = mailboxAs(sending, password)
      const { header, records } = uploadOf(0)
      await mesh.send(await collected(writeUpload(header, records)), {
        to: config().mesh.cpisMailbox,
        workflowId: config().mesh.uploadWorkflow,
      })
      const id = await until(async () => {
        for await (const waiting of mesh.inbox()) return waiting
        return undefined
      })
      const answer = expectValue(await readWholeAcknowledgement((await mesh.download(id)).content))
      await mesh.acknowledge(id)
      expect(answer.fileReason).toContain('Test file')
      // Nobody has said how many children it holds, so that the test may leave some out (rule 19.3).
      await page.goto(`/operator/authorities/${sending.odsCode}`)
      expect(await page.getByRole('button', { name: 'Let it go live', exact: true }).count()).toBe(0)
      await page.getByRole('link', { name: 'Say it in its settings' }).click()
      await page.getByLabel('How many children does it hold?').fill(String(header.recordCount))
      await press('Save')
      await press('Let it go live')
      await says('Up to date')
    })

    test('or a mailbox that is there already is told, and stays as it is (rule 21.21)', async () => {
      const before = await stores().mailboxes.list()
      await page.goto('/operator/authorities/add')
      await fill({ 'Code (ODS)': sending.odsCode, Name: 'Another', Mailbox: 'NEW01' })
      await press('Look at it first')
      expect(await problem()).toContain(`There is an authority with this code already: ${sending.name}`)
      await fits()
      for (const taken of [mailboxOf(sending).toLowerCase(), config().mesh.cpisMailbox]) {
        await fill({ 'Code (ODS)': 'X9L99', Mailbox: taken })
        await press('Look at it first')
        expect(await problem()).toContain('There is a mailbox with this id already')
      }
      expect(await stores().mailboxes.list()).toEqual(before)
    })

    test('is not added by a confirmation that somebody made up, or that another session looked at', async () => {
      await page.goto('/operator/authorities/add')
      const csrf = await page.locator('main input[name=csrf]').first().inputValue()
      const address = '/operator/authorities/add/confirm'
      const answer = await page.request.post(address, { form: { csrf, registration: 'x.y.z' } })
      expect(answer.status()).toBe(409)
      expect(await answer.text()).toContain('Nothing was added')
      expect((await page.request.post(address, { form: { registration: 'x' } })).status()).toBe(403)
    })

    test('is changed on its page; what was emptied is taken away, and what is so already is left (rule 21.21)', async () => {
      await page.goto(`/operator/authorities/${sending.odsCode}`)
      await page.getByRole('link', { name: 'Change its settings' }).click()
      await fits()
      await page.getByLabel('How often is a file due').fill('0')
      await press('Save')
      expect(await problem()).toContain('An interval is at least 1 hour')
      await fits()
      await page.getByLabel('How often is a file due').fill('72')
      await page.getByLabel('All that it holds').check()
      await page.getByLabel('With whom is it taken on?').fill('')
      await press('Save')
      await says('72 hours')
      await says('all it holds each time')
      const changed = await stores().authorities.find(sending.odsCode)
      expect(changed).toMatchObject({ intervalHours: 72, mode: 'snapshot', dfeCode: sending.dfeCode })
      expect(changed).not.toHaveProperty('wave')
      await page.goto(`/operator/authorities/${sending.odsCode}/settings`)
      await press('Save')
      expect(await did('change authority', sending.odsCode)).toMatchObject([
        { door: 'web', actor: ACTOR, details: { children: uploadOf(0).header.recordCount } },
        { door: 'web', actor: ACTOR, details: { intervalHours: 72, mode: 'snapshot', wave: 'none' } },
      ])
      expect((await audited('change authority', sending.odsCode)).at(-1)).toMatchObject({
        reason: 'unchanged',
      })
    })

    test('may count its files from 1 again, once, after a warning', async () => {
      await page.goto(`/operator/authorities/${sending.odsCode}`)
      await page.getByText('Let it count its files from 1 again').click()
      await says('This cannot be undone')
      await fits()
      const before = (await stores().authorities.find(sending.odsCode))?.sequenceEpoch ?? 0
      const [csrf, epoch] = await Promise.all(
        ['csrf', 'epoch'].map(name =>
          page.locator(`form:has(input[value=restart-sequence]) input[name=${name}]`).inputValue(),
        ),
      )
      await press('Restart its numbers')
      await says('Up to date')
      // The same form, from a second tab.
      const form = { csrf: String(csrf), epoch: String(epoch), do: 'restart-sequence' }
      expect((await page.request.post(`/operator/authorities/${sending.odsCode}`, { form })).ok()).toBe(true)
      expect((await stores().authorities.find(sending.odsCode))?.sequenceEpoch).toBe(before + 1)
      expect(await did('restart sequence', sending.odsCode)).toMatchObject([{ door: 'web', actor: ACTOR }])
    })
  })

  describe('an authority that is told at its desk', () => {
    const inbox = async () =>
      (await stores().messages.inbox({ mailbox: (await found()).mailbox, limit: 10 })).messages
    const found = async () => {
      const authority = await stores().authorities.find(reading.odsCode)
      if (!authority) throw new Error('The authority was added')
      return authority
    }

    test('is added so, and sends a table that is answered under its uploads and nowhere else', async () => {
      await page.goto(`/operator/authorities/add?dfe=${reading.dfeCode}`)
      await fill({ 'Code (ODS)': reading.odsCode, Name: reading.name, Mailbox: mailboxOf(reading) })
      await page.getByLabel('At its desk, on these pages alone').check()
      await press('Look at it first')
      await says('at its desk, on the pages alone')
      await screen(page, 'operator-authority-check')
      await press('Add the authority')
      await says('only if a system of its own sends')
      await fits()
      await page.goto(`/operator/authorities/${reading.odsCode}`)
      await page.getByText('Let it go live all the same').first().click()
      await page.getByLabel('Why should it go live').fill('It has no system to test')
      await press('Let it go live all the same')
      await says('Up to date')
      await fits()

      const known = [...uploadOf(1).records].find(({ plans }) => plans.some(({ type }) => type === 'CPP'))
      const [subject] = known?.subjects ?? []
      if (!subject) throw new Error('The authority holds a child')
      child = subject
      const officer = await signedInAs(OFFICER)
      await says('You are told here and nowhere else', officer)
      await officer.goto('/desk/send')
      await officer.getByLabel('Phone number of the emergency duty team').fill('01632 960 002')
      const born = String(child.birthTime).replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3')
      const row = [child.nhsNumber, child.localId, child.given, child.family, born, 'CPP', '1/2/2026']
      const buffer = Buffer.from(`${HEADINGS}\n${row.join()}\n`)
      await officer
        .getByLabel('The table (CSV)')
        .setInputFiles({ name: 'plans.csv', mimeType: 'text/csv', buffer })
      await officer.getByRole('button', { name: 'Look at it first' }).click()
      await officer.getByRole('button', { name: 'Send 1 record' }).click()
      await until(async () => {
        await officer.goto('/desk/uploads')
        return (await officer.getByText('All loaded').count()) > 0 ? true : undefined
      })
      expect(await inbox()).toEqual([])
      await officer.context().close()
    })

    test('is told at its desk who looked; a desk that nobody looks at shows on the map until somebody does', async () => {
      const fhir = await nurseOfHealth()
      await fhir.careTeams(String(child.nhsNumber), { unscheduled: true })
      const officer = await signedInAs(OFFICER)
      const acknowledge = officer.getByRole('button', { name: /Acknowledge/ })
      await acknowledge.waitFor()
      await expectAccessible(officer)
      // Longer than any window or round.
      await new Promise(resolve => setTimeout(resolve, 1_500))
      expect(await inbox()).toEqual([])
      await kysely()
        .updateTable('notification')
        .set({ accessed_at: new Date(Date.now() - 14 * 86_400_000) })
        .where('authority', '=', reading.odsCode)
        .execute()
      await until(async () =>
        (await stores().issues.open(reading.odsCode)).some(({ kind }) => kind === 'desk-not-looked-at')
          ? true
          : undefined,
      )
      await page.goto('/operator')
      await says('Desk not looked at')
      await fits()
      await page.goto('/operator/authorities')
      await says('Desk not looked at: 1')
      const map = page.getByRole('img', { name: /A map of England/ })
      expect(await map.locator('text').allTextContents()).toContain('D')
      await fits()
      await page.goto(`/operator/authorities/${reading.odsCode}`)
      await says('1 thing at the desk, overdue for more than 24 hours')
      await fits()
      await page.goto('/operator/trouble')
      await says('Open “Today” on the pages')
      await fits()

      await officer.goto('/desk')
      await says(/things? (is|are) wrong with your exchange/, officer)
      await acknowledge.click()
      await until(async () =>
        (await stores().issues.open(reading.odsCode)).some(({ kind }) => kind === 'desk-not-looked-at')
          ? undefined
          : true,
      )
      await page.goto(`/operator/authorities/${reading.odsCode}`)
      await says('Everything is acknowledged')
      await says('Up to date')
      await officer.context().close()
    })

    test('is told in its mailbox from when that is set, without what was acknowledged before', async () => {
      const fhir = await nurseOfHealth()
      await kysely().deleteFrom('last_listed').execute()
      await fhir.careTeams(String(child.nhsNumber), { unscheduled: true })
      await page.goto(`/operator/authorities/${reading.odsCode}/settings`)
      await says('What nobody has acknowledged at the desk is then put there')
      await fits()
      await page.getByLabel('In its mailbox').check()
      await press('Save')
      await says('in its mailbox')
      await until(async () => ((await inbox()).length > 0 ? true : undefined))
      const told = await kysely()
        .selectFrom('notification')
        .select(['message_id', 'acknowledged_at'])
        .where('authority', '=', reading.odsCode)
        .orderBy('accessed_at')
        .execute()
      expect(told.map(row => [row.acknowledged_at !== null, row.message_id !== null])).toEqual([
        [true, false],
        [false, true],
      ])
    })
  })

  describe('a system that asks', () => {
    const ask = async () => {
      const client = soapClient({
        url: `${running.service.baseUrl}/sync-service`,
        author: nurse(),
        asid: NEW_ASID,
        spineAsid: '999000000001',
      })
      const outcome = await client.query(String(child.nhsNumber))
      await client.close()
      return outcome.kind
    }
    test('is added with each mistake told at its field, and asks from then on', async () => {
      expect(await ask()).toBe('refused')
      await page.goto('/operator/clients')
      await page.getByRole('link', { name: 'Add a system' }).click()
      await fits()
      await press('Add the system')
      expect((await problem()).split('\n').filter(Boolean)).toEqual([
        'There is a problem',
        'An ASID is twelve digits',
        'A party key is letters, digits and hyphens',
        'An ODS code is two to twelve letters and digits',
        'A name is needed',
        'Tick what it may look for',
      ])
      await fits()
      await screen(page, 'operator-client-add')
      await fill({
        'System (ASID)': NEW_ASID,
        'Code of its organisation (ODS)': 'X9Z01',
        'Name of its organisation': 'Sandbox Hospital',
        'Party key': 'X9Z01-999077',
      })
      await page.getByLabel('Unscheduled attendances').check()
      await page.getByLabel('Answered later').check()
      await press('Add the system')
      expect(await problem()).toContain('A CPA id is up to 64 printable characters')
      expect(await page.getByLabel('Answered later').isChecked()).toBe(true)
      expect(await page.getByLabel('System (ASID)').inputValue()).toBe(NEW_ASID)
      await fits()
      // The contract of another system.
      await fill({
        'CPA id': 'S0011A999001',
        'Where answers are posted to': 'https://hospital.example/answers',
      })
      await press('Add the system')
      expect(await problem()).toContain('System 999000000011 has this CPA id: each has its own')
      await fill({ 'CPA id': 'S0077A999001' })
      await pressTwice(page.getByRole('button', { name: 'Add the system' }))
      await page.getByRole('link', { name: NEW_ASID }).waitFor()
      await fits()
      expect(await did('add client system', NEW_ASID)).toMatchObject([{ door: 'web', actor: ACTOR }])
      expect(await ask()).toBe('held')
    })

    test('that is registered already is told, and stays as it is', async () => {
      const before = await stores().clientSystems.list()
      await page.goto('/operator/clients/add')
      await fill({
        'System (ASID)': NEW_ASID,
        'Code of its organisation (ODS)': 'X9Z02',
        'Name of its organisation': 'Another',
        'Party key': 'X9Z02-1',
      })
      await page.getByLabel('Booked appointments').check()
      await press('Add the system')
      expect(await problem()).toContain('There is a system with this ASID already')
      await fits()
      expect(await stores().clientSystems.list()).toEqual(before)
    })

    test('is changed on its own page, and may then do what it says there', async () => {
      await page.goto('/operator/clients')
      await page.getByRole('link', { name: NEW_ASID }).click()
      expect(await page.getByLabel('CPA id').inputValue()).toBe('S0077A999001')
      await fits()
      await page.getByLabel('Unscheduled attendances').uncheck()
      await page.getByLabel('Booked appointments').check()
      await press('Save')
      const row = page.getByRole('row', { name: new RegExp(NEW_ASID) })
      expect(await row.innerText()).toContain('Booked appointments')
      expect(await ask()).toBe('refused')
      await page.goto(`/operator/clients/${NEW_ASID}`)
      await page.getByLabel('Unscheduled attendances').check()
      await press('Save')
      expect(await ask()).toBe('held')
      await page.goto(`/operator/clients/${NEW_ASID}`)
      await press('Save')
      expect(await did('add client system', NEW_ASID)).toHaveLength(3)
    })

    test('asks no longer once that was confirmed, and goes once (rule 21.23)', async () => {
      await page.goto(`/operator/clients/${NEW_ASID}`)
      await page.getByRole('link', { name: 'Let this system ask no longer' }).click()
      await says('clinicians who ask through it get no answer')
      await fits()
      expect(await ask()).toBe('held')
      const csrf = await page.locator('main input[name=csrf]').first().inputValue()
      await press('Let it ask no longer')
      await page.getByRole('heading', { name: 'Clients' }).waitFor()
      expect(await page.getByRole('link', { name: NEW_ASID }).count()).toBe(0)
      expect(await ask()).toBe('refused')
      const again = await page.request.post(`/operator/clients/${NEW_ASID}/remove`, { form: { csrf } })
      expect(again.ok()).toBe(true)
      expect(await did('remove client system', NEW_ASID)).toMatchObject([{ door: 'web', actor: ACTOR }])
      expect((await page.goto(`/operator/clients/${NEW_ASID}`))?.status()).toBe(404)
    })
  })

  describe('a file', () => {
    const example = new URL('../docs/examples/onboarding.json', import.meta.url).pathname
    const choose = async (file: string | { name: string; mimeType: string; buffer: Buffer }) => {
      await page.goto('/operator/onboarding')
      await page.getByLabel('The file (JSON)').setInputFiles(file)
      await press('Look at it first')
    }
    const rows = async () =>
      (
        await page
          .getByRole('row')
          .filter({ has: page.getByRole('cell') })
          .allInnerTexts()
      ).map(row => row.split('\t').map(cell => cell.trim()))

    test('that cannot be used says where it is wrong', async () => {
      await page.goto('/operator/authorities')
      await page.getByRole('link', { name: 'Add many by a file' }).click()
      await fits()
      await press('Look at it first')
      expect(await problem()).toContain('Choose a file')
      await fits()
      const wrong = { authorities: [{ odsCode: 'X9L01', name: 'A', mailboxId: config().mesh.cpisMailbox }] }
      await choose({
        name: 'wrong.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(wrong)),
      })
      expect(await problem()).toContain('is that of CP-IS itself')
      await fits()
    })

    test('is looked at, then applied once; its passwords are told once, also to a double click (rule 21.24)', async () => {
      await choose(example)
      await says('Of 8, 8 would be added or changed')
      expect(await rows()).toContainEqual(['Authority', 'X9L01', 'Added'])
      expect(await stores().authorities.find('X9L01' as OdsCode)).toBeUndefined()
      await fits()
      await screen(page, 'operator-onboarding')
      await pressTwice(page.getByRole('button', { name: 'Apply the file' }))
      await says('Keep the passwords now')
      await fits()
      const told = await rows()
      const mine = told.find(([, id]) => id === 'X9L01OT001')?.[3] ?? ''
      expect((await stores().mailboxes.find('X9L01OT001' as MailboxId))?.password).toBe(mine)
      expect(told.filter(([, , , secret]) => secret !== '–').map(([, id]) => id)).toEqual([
        'X9Y01OT001',
        'X9L01OT001',
        'X9L02OT001',
      ])
      expect(await did('onboard authority', 'X9L01')).toMatchObject([{ door: 'web', actor: ACTOR }])
      await choose(example)
      await says('there is nothing to do')
      expect(await page.content()).not.toContain(mine)
      expect(await page.getByRole('button', { name: 'Apply the file' }).count()).toBe(0)
    })
  })

  test('nobody else sees or does any of it', async () => {
    const pages = [
      '/authorities/add',
      `/authorities/${sending.odsCode}/settings`,
      '/clients/add',
      '/clients/999000000011',
      '/clients/999000000011/remove',
      '/onboarding',
    ]
    for (const name of STRANGERS) {
      const other = await signedInAs(name)
      for (const address of pages) {
        expect((await other.goto(`/operator${address}`))?.status()).toBe(404)
        expect((await other.request.post(`/operator${address}`)).status()).toBe(404)
      }
      for (const deed of ['authorities/add/confirm', 'authorities/add/change', 'onboarding/confirm']) {
        expect((await other.request.post(`/operator/${deed}`)).status()).toBe(404)
      }
      await other.context().close()
    }
    const stranger = await (await ownWindow(browser, running.service.baseUrl)).newPage()
    expect((await stranger.goto('/operator/clients/add'))?.status()).toBe(401)
    await stranger.context().close()
    expect(await stores().clientSystems.find('999000000011' as never)).toBeDefined()
  })

  test('a form that was filled in when the session ended is there after signing in again', async () => {
    await page.goto('/operator/clients/add')
    await fill({ 'System (ASID)': NEW_ASID })
    await page.context().clearCookies()
    await press('Add the system')
    await page.getByLabel(OPERATOR, { exact: true }).check()
    await press('Sign in')
    await until(async () => {
      const go = page.getByRole('button', { name: /Continue|Go on/ })
      if ((await go.count()) > 0) await go.click()
      return (await page.getByLabel('System (ASID)').count()) > 0 ? true : undefined
    })
    expect(await page.getByLabel('System (ASID)').inputValue()).toBe(NEW_ASID)
  })

  test('every page fits a window as narrow as one at 400 % is', async () => {
    const narrow = await (await ownWindow(browser, running.service.baseUrl)).newPage()
    await narrow.setViewportSize({ width: 320, height: 640 })
    await signInAs(narrow, OPERATOR)
    for (const address of [
      '/authorities',
      '/authorities/add',
      `/authorities/${sending.odsCode}`,
      `/authorities/${sending.odsCode}/settings`,
      '/clients/add',
      '/clients/999000000011',
      '/clients/999000000011/remove',
      '/onboarding',
    ]) {
      await narrow.goto(`/operator${address}`)
      expect(await narrow.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
    }
    await narrow.context().close()
  })
})
