import type { NhsNumber } from '../src/domain/nhs-number.ts'
/** More than 300 lines: one authority's working day, and what another one must never see of it, on both engines. */

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FhirClient, fhirClient } from '../src/client/index.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import type { SubjectAsSent } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { displayNhsNumber } from '../src/pages/words.ts'
import type { SandboxAuthority } from '../src/sandbox/authorities.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { describePages, launchBrowser, ownWindow, pressTwice, screen, signInAs } from './support/browser.ts'
import { collected } from './support/collected.ts'
import { expectAccessible } from './support/page-manner.ts'
import { freshNhsNumber, pdsSays, storedPlan } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { until } from './support/until.ts'

const HOME_OFFICER = 'Juniper Madeup'
const OTHER_OFFICER = 'Tamarind Fictional'
const NEW_OFFICER = 'Bergamot Pretend'
const HEADINGS = 'NHS number,Local ID,Given name,Family name,Date of birth,Plan type,Start date'

describePages("an authority's desk", engine => {
  let place: Place
  let running: RunningService
  let browser: Browser
  let home: SandboxAuthority
  let other: SandboxAuthority
  let otherMailbox: AuthorityDesk
  let nurse: FhirClient
  /** A child of home's, as home's first file described them; and one who is known to both authorities. */
  let child: SubjectAsSent
  let shared: string

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '100', CPIS_NOTIFICATION_WINDOW_MS: '200' })
    browser = await launchBrowser()
    const { service } = running
    const sandbox = service.sandbox
    const [first, second, third] = sandbox?.authorities ?? []
    if (!sandbox || !first || !second || !third)
      throw new Error('The sandbox of this test has three authorities')
    home = first
    other = second
    for (const [nth, authority] of [first, second].entries()) {
      const desk = await openDesk(service, authority)
      otherMailbox = desk
      const upload = sandbox.population.uploads[nth]
      if (!upload) throw new Error('Every authority has an upload')
      await desk.upload(await collected(writeUpload(upload.header, upload.records)))
    }
    await openDesk(service, third, { live: false })
    const people = examplePeople(sandbox.population)
    const [protectedChild] = people.filter(person => person.note === 'a child protection plan')
    const known = [...(sandbox.population.uploads[0]?.records ?? [])]
      .flatMap(({ subjects }) => subjects)
      .find(subject => subject.nhsNumber === protectedChild?.nhsNumber)
    const both = people.find(({ authorities }) => authorities.length === 2)
    if (!known || !both) throw new Error('Home has a child of its own and one it shares')
    child = known
    shared = both.nhsNumber
    const signedIn = await sandbox.signIn(service.baseUrl).signIn('ed-nurse')
    if (signedIn?.kind !== 'clinician') throw new Error('The nurse of the sandbox may sign in')
    nurse = fhirClient({ baseUrl: `${service.baseUrl}/cpis/FHIR/R4`, token: () => signedIn.token })
    for (const number of [String(child.nhsNumber), shared])
      await nurse.careTeams(number, { unscheduled: true })
    await nurse.reportMissedAppointment({
      identifier: { system: 'https://hospital.example/appointments', value: randomUUID() },
      nhsNumber: String(child.nhsNumber),
      start: new Date(Date.now() - 86_400_000),
      service: 'Paediatric clinic',
    })
    const [nobody] = people
    const { database } = service.store
    if (!nobody) throw new Error('There is somebody of whom nothing is held')
    // The PDS of the sandbox would say something else: it is not asked about these two again.
    sandbox.pdsConduct.down = true
    await pdsSays(database, shared as NhsNumber, { state: 'replaced', by: nobody.nhsNumber })
    await database.kysely
      .updateTable('number_change')
      .set({ noticed_at: new Date(Date.now() - 14 * 86_400_000) })
      .execute()
    await database.kysely
      .updateTable('person_number')
      .set({ due_at: new Date('2100-01-01') })
      .where('nhs_number', 'in', [shared, nobody.nhsNumber])
      .execute()
    sandbox.pdsConduct.down = false
  })
  afterAll(async () => {
    await browser?.close()
    await running?.stop()
    await place?.remove()
  })

  const officer = async (name: string): Promise<Page> => {
    const window = await ownWindow(browser, running.service.baseUrl)
    const page = await window.newPage()
    await signInAs(page, name)
    expect(new URL(page.url()).pathname).toBe('/desk')
    return page
  }
  const audited = async (action: string) => {
    const { kysely } = running.service.store.database
    return kysely
      .selectFrom('audit')
      .select(['actor', 'nhs_number', 'subject', 'details', 'outcome', 'reason'])
      .where('door', '=', 'web')
      .where('action', '=', action)
      .execute()
  }
  const itemsOf = (authority: OdsCode) =>
    running.service.store.storage.authorityPages.items(
      authority,
      { state: 'all', overdueBefore: new Date() },
      { limit: 100, offset: 0 },
    )
  const rowsOf = (page: Page) => page.locator('tbody tr')

  test('shows what came, each thing once, and counts what is overdue (rule 21.11)', async () => {
    const page = await officer(HOME_OFFICER)
    await expectAccessible(page)
    await screen(page, 'desk')
    const rows = await rowsOf(page).allInnerTexts()
    expect(rows).toHaveLength(4)
    const told = rows.map(
      row => /^(Record viewed|Missed appointment|NHS number no longer in use)/.exec(row)?.[1],
    )
    expect(told.toSorted()).toEqual([
      'Missed appointment',
      'NHS number no longer in use',
      'Record viewed',
      'Record viewed',
    ])
    expect(rows.filter(row => row.includes('Overdue'))).toHaveLength(1)
    expect(rows[0]).toContain('Nurse Quince SANDBOX')
    expect(rows[0]).toContain('Sandbox General Hospital (X9Z01)')
    expect(await page.locator('.cpis-counts').innerText()).toMatch(/To look at\s+4\s+Overdue\s+1/)
    expect((await (await page.request.get('/desk')).body()).length).toBeLessThan(50_000)
  })

  test('filters by what it is, by what is left to do, and by who deals with it', async () => {
    const page = await officer(HOME_OFFICER)
    const show = async (choices: Readonly<Record<string, string>>) => {
      await page.goto('/desk')
      for (const [label, choice] of Object.entries(choices)) {
        await page.getByLabel(label, { exact: true }).selectOption(choice)
      }
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      return rowsOf(page).allInnerTexts()
    }
    expect(await show({ What: 'Missed appointment' })).toHaveLength(1)
    expect(await show({ Show: 'Overdue' })).toHaveLength(1)
    expect(await show({ 'Dealt with by': 'Nobody yet' })).toHaveLength(4)
    expect(await show({ Show: 'Acknowledged' })).toEqual([])
    expect(await page.getByText('Nothing is like that.').count()).toBe(1)
    await expectAccessible(page)
    await page.goto('/desk?state=mine&kind=9990000018&page=-1')
    expect(await rowsOf(page).count()).toBe(4)
  })

  test('an item says whom it is about, and keeps what was done; reload, double click and a second tab do nothing twice (rule 21.16)', async () => {
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Missed appointment' }).click()
    expect(await page.locator('main').innerText()).toContain('Paediatric clinic')
    expect(await page.locator('main').innerText()).toContain(`${child.given} ${child.family}`)
    expect(page.url() + (await page.title())).not.toContain(String(child.nhsNumber))
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Save note' }).click()
    expect(await page.title()).toContain('Error:')
    expect(await page.getByRole('alert').innerText()).toContain('Write what was done')
    await expectAccessible(page)

    await page.getByLabel('Who will deal with it?').fill('Duty worker')
    await pressTwice(page.getByRole('button', { name: 'Save who' }))
    const other = await page.context().newPage()
    await other.goto(page.url())
    await page
      .getByLabel('What was done?')
      .fill('Rang the clinic.\nThey were ill, and have a new appointment.')
    await pressTwice(page.getByRole('button', { name: 'Save note' }))
    await pressTwice(page.getByRole('button', { name: 'Acknowledge' }))
    await page.getByText('Acknowledged', { exact: false }).first().waitFor()
    await other.getByRole('button', { name: 'Acknowledge' }).click()
    await other.getByText('Acknowledged', { exact: false }).first().waitFor()
    await page.bringToFront()
    await page.reload()
    await page.goBack()
    await page.goForward()
    const steps = await page.locator('.cpis-steps li').allInnerTexts()
    expect(steps).toHaveLength(3)
    expect(steps[0]).toContain(`Given to Duty worker ${HOME_OFFICER}`)
    expect(steps[1]).toContain('They were ill')
    expect(steps[2]).toContain('Acknowledged')
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0)
    await expectAccessible(page)
    await screen(page, 'desk-notification')

    const [acknowledged, ...again] = await audited('desk item acknowledged')
    expect(again).toEqual([])
    expect(acknowledged).toMatchObject({
      actor: `authority ${home.odsCode}: ${HOME_OFFICER}`,
      nhs_number: child.nhsNumber,
      outcome: 'allowed',
    })
    expect(await audited('desk item noted')).toHaveLength(1)
    const opened = await audited('open desk item')
    expect(opened.every(({ nhs_number: number }) => number === child.nhsNumber)).toBe(true)
  })

  test('acknowledging from the list leads back to the same list', async () => {
    const page = await officer(HOME_OFFICER)
    await page.goto('/desk?state=open&kind=inactive-number')
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    expect(page.url()).toContain('kind=inactive-number')
    expect(await rowsOf(page).count()).toBe(0)
    expect(await page.locator('.cpis-counts').innerText()).toMatch(/To look at\s+2\s+Overdue\s+0/)
  })

  test('the export holds what the list shows, and no formula', async () => {
    const page = await officer(HOME_OFFICER)
    await page.goto('/desk?state=all&kind=missed-appointment')
    await page.getByRole('link', { name: 'Missed appointment' }).click()
    await page.getByLabel('Who will deal with it?').fill('=Duty worker')
    await page.getByRole('button', { name: 'Save who' }).click()
    await page.goto('/desk?state=all')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save this list as a table (CSV)' }).click(),
    ])
    const [headings, ...rows] = parse(await readFile(await download.path()), { bom: true }) as string[][]
    expect(rows).toHaveLength(4)
    const missed = rows.find(([what]) => what === 'Missed appointment') ?? []
    expect(missed[headings?.indexOf('Dealt with by') ?? -1]).toBe("'=Duty worker")
    expect(missed[headings?.indexOf('Setting') ?? -1]).toBe('Paediatric clinic')
    expect((await audited('export desk')).at(-1)?.details).toEqual({ authority: home.odsCode, exported: 4 })
  })

  test("another authority's things are as if they were not there (rules 16.8 and 21.12)", async () => {
    const page = await officer(OTHER_OFFICER)
    const own = await itemsOf(other.odsCode)
    expect(own.map(({ nhsNumber }) => nhsNumber)).toEqual([shared, shared])
    expect(await rowsOf(page).count()).toBe(2)
    const nothing = async (path: string) => {
      const response = await page.goto(path)
      return [response?.status(), await page.locator('main').innerText()]
    }
    const absent = await nothing(`/desk/items/${randomUUID()}`)
    expect(absent[0]).toBe(404)
    const ofHome = await itemsOf(home.odsCode)
    for (const { id } of ofHome) expect(await nothing(`/desk/items/${id}`)).toEqual(absent)
    expect(await nothing('/desk/items/9990000018')).toEqual(absent)

    // A form of one's own, turned towards somebody else's item.
    const before = await running.service.store.storage.authorityPages.item(home.odsCode, ofHome[0]?.id ?? '')
    await page.goto(`/desk/items/${own[0]?.id}`)
    await page
      .locator('form[action^="/desk/items/"]')
      .last()
      .evaluate((form, id) => {
        form.setAttribute('action', `/desk/items/${id}`)
      }, ofHome[0]?.id)
    await page.getByLabel('What was done?').fill('Not mine')
    await page.getByRole('button', { name: 'Save note' }).click()
    expect(await page.locator('main').innerText()).toBe(absent[1])
    expect(
      await running.service.store.storage.authorityPages.item(home.odsCode, ofHome[0]?.id ?? ''),
    ).toEqual(before)

    await page.goto('/desk/failures')
    const failing = await running.service.store.storage.issues.failedRecords(home.odsCode)
    expect(failing.length).toBeGreaterThan(0)
    const shown = await page.locator('main').innerText()
    for (const { sent } of failing) {
      expect(shown).not.toContain(displayNhsNumber(sent.subjects[0]?.nhsNumber ?? ''))
    }
    expect((await nothing('/check'))[0]).toBe(404)
  })

  test('says of every file what became of it, how much is right, and what to correct', async () => {
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Uploads' }).click()
    await expectAccessible(page)
    await screen(page, 'desk-uploads')
    const files = await rowsOf(page).allInnerTexts()
    expect(files).toHaveLength(1)
    expect(files[0]).toContain('Some failed')
    expect(await page.locator('main').innerText()).toMatch(/\d+(\.\d)? %: \d+ of \d+ people/)
    expect(await page.getByRole('img', { name: 'percent of NHS numbers are right' }).count()).toBe(1)

    await page.getByRole('link', { name: /records? (is|are) failing/ }).click()
    await expectAccessible(page)
    await screen(page, 'desk-failures')
    const failing = await running.service.store.storage.issues.failedRecords(home.odsCode)
    const rows = await rowsOf(page).allInnerTexts()
    expect(rows).toHaveLength(failing.length)
    for (const [nth, { reason }] of failing.entries()) expect(rows[nth]).toContain(reason)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save all as a table (CSV)' }).click(),
    ])
    const saved = parse(await readFile(await download.path()), { bom: true }) as string[][]
    expect(saved.slice(1).map(row => row[5])).toEqual(failing.map(({ reason }) => reason))
  })

  test('decides about a possible match, on record (rule 3.25)', async () => {
    const page = await officer(HOME_OFFICER)
    await page.goto('/desk/failures')
    const possible = rowsOf(page).filter({ hasText: 'possible match' }).first()
    await pressTwice(possible.getByRole('button', { name: /^Yes, I checked/ }))
    await possible.getByText('You confirmed that this is the person').waitFor()
    await expectAccessible(page)
    await possible.getByRole('button', { name: /^No, another person/ }).click()
    await possible.getByText('You said that this is another person').waitFor()
    const decided = await audited('decide possible match')
    expect(decided.filter(({ outcome }) => outcome === 'allowed')).toHaveLength(decided.length)
    expect(
      decided.map(({ details }) => (details as { decision?: string } | null)?.decision).filter(Boolean),
    ).toEqual(['same-person', 'another-person'])
  })

  test('says which files are missing, which were refused and why, and what is wrong with the exchange', async () => {
    const upload = running.service.sandbox?.population.uploads[1]
    if (!upload) throw new Error('The other authority has an upload')
    const later = { ...upload.header, sequence: upload.header.sequence + 4, createdAt: new Date() }
    await otherMailbox.upload(await collected(writeUpload(later, upload.records)))
    await otherMailbox.upload(Buffer.from('<File>'))
    await running.service.store.storage.issues.raise(
      [
        {
          kind: 'old-failures',
          authority: other.odsCode,
          subject: '',
          since: new Date(),
          details: { records: 3 },
        },
      ],
      new Date(),
    )
    const page = await officer(OTHER_OFFICER)
    expect(await page.locator('main').innerText()).toContain('1 thing is wrong')
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Uploads' }).click()
    const said = await page.locator('main').innerText()
    expect(said).toContain('Files 2 to 4')
    expect(said).toContain('3 records failing for more than 7 days')
    expect((await rowsOf(page).allInnerTexts())[0]).toMatch(/Refused\s+The file cannot be read/)
    await expectAccessible(page)
    const homes = await officer(HOME_OFFICER)
    await homes.goto('/desk/uploads')
    expect(await homes.locator('main').innerText()).toContain('No file is missing')
    expect(await homes.locator('main').innerText()).not.toContain('more than 7 days')
  })

  test('phone numbers are confirmed by whoever rang them, and only as they are shown (rule 21.30)', async () => {
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Phone numbers' }).click()
    expect(await page.locator('main').innerText()).toContain('Please confirm these numbers')
    await expectAccessible(page)
    await page
      .locator('input[name="dutyPhone"]')
      .evaluate(input => input.setAttribute('value', '01632960999'))
    await page.getByRole('button', { name: 'I rang them' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('have changed')
    await expectAccessible(page)
    await pressTwice(page.getByRole('button', { name: 'I rang them' }))
    await page.getByText('Confirm them again by').waitFor()
    await expectAccessible(page)
    expect(await audited('confirm phones')).toMatchObject([
      { outcome: 'refused', reason: 'other-phones' },
      { outcome: 'allowed', actor: `authority ${home.odsCode}: ${HOME_OFFICER}`, subject: home.odsCode },
      { outcome: 'refused', reason: 'confirmed-since' },
    ])
  })

  test('office hours are said by an officer, after a look at the coming week, and on record (rule 16.12)', async () => {
    const { authorities } = running.service.store.storage
    const hoursOf = async ({ odsCode }: SandboxAuthority) => (await authorities.find(odsCode))?.hours
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Office hours' }).click()
    expect(await page.locator('main').innerText()).toContain('You have not said when your office is open')
    await expectAccessible(page)
    const press = (name: string) => page.getByRole('button', { name }).click()
    await page.getByLabel('Monday').fill('9-5')
    await press('Check the hours')
    expect(await page.getByRole('alert').innerText()).toContain('The end must be later')
    expect(await page.getByLabel('Monday').inputValue()).toBe('9-5')
    await expectAccessible(page)
    await page.getByLabel('Monday').fill('8.30am to 4.30pm')
    await page.getByLabel('Friday').fill('08:30-16:00')
    await page.getByLabel('Whenever the office is closed').check()
    await press('Check the hours')
    await page.getByRole('heading', { name: 'Check the office hours' }).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(7)
    expect(await page.locator('main').innerText()).toContain('8:30am to 4:30pm')
    await expectAccessible(page)
    expect(await hoursOf(home)).toBeUndefined()
    await press('Go back and change them')
    expect(await page.getByLabel('Friday').inputValue()).toBe('08:30-16:00')
    await press('Check the hours')
    await pressTwice(page.getByRole('button', { name: 'Use these hours' }))
    await page.getByRole('button', { name: 'Take the hours away' }).waitFor()
    expect(await hoursOf(home)).toBe('Mon 08:30-16:30; Fri 08:30-16:00')
    expect(await hoursOf(other)).toBeUndefined()
    await screen(page, 'desk-hours')
    await press('Take the hours away')
    await page.getByText('You have not said when your office is open').waitFor()
    expect(await hoursOf(home)).toBeUndefined()
    const actor = `authority ${home.odsCode}: ${HOME_OFFICER}`
    const changes = (await audited('change authority')).filter(entry => entry.subject === home.odsCode)
    expect(changes).toMatchObject([
      { outcome: 'allowed', actor },
      { outcome: 'allowed', actor },
    ])
  })

  test('a table is looked at row by row, sent once, and answered to clinicians', async () => {
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Send a file' }).click()
    await expectAccessible(page)
    await page.getByLabel('Phone number of the office').fill('no phone')
    await page.getByRole('button', { name: 'Look at it first' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('Choose a file')
    expect(await page.getByLabel('Phone number of the office').inputValue()).toBe('no phone')
    await expectAccessible(page)

    const choose = async (text: string) => {
      const buffer = Buffer.from(text)
      await page
        .getByLabel('The table (CSV)')
        .setInputFiles({ name: 'plans.csv', mimeType: 'text/csv', buffer })
      await page.getByRole('button', { name: 'Look at it first' }).click()
    }
    await page.getByLabel('Phone number of the office').fill('020 7946 0999')
    await choose('Name,Age\nAda,7\n')
    expect(await page.getByRole('alert').innerText()).toContain('headings')
    const born = String(child.birthTime).replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3')
    const person = [child.nhsNumber, child.localId, child.given, child.family, born]
    await choose(
      `${HEADINGS}\n${[...person, 'LAC', '1/2/2026'].join()}\n9990000019,X,Ada,Wrong,1/5/2019,CPP,1/5/2026\n`,
    )
    expect(new URL(page.url()).pathname).toMatch(/^\/desk\/send\/[0-9a-f-]{36}$/)
    expect(await rowsOf(page).allInnerTexts()).toEqual([expect.stringContaining('It is mistyped')])
    await expectAccessible(page)
    await screen(page, 'desk-upload-preview')
    const preview = page.url()

    const stranger = await officer(OTHER_OFFICER)
    expect((await stranger.goto(preview))?.status()).toBe(404)

    // Nobody else's page can confirm it: without the mark of this session's own pages nothing is sent.
    expect((await page.request.post(preview)).status()).toBe(403)
    const held = async () => {
      const answer = await nurse.careTeams(String(child.nhsNumber), { unscheduled: true })
      return answer.kind === 'held' ? answer.plans.map(({ type }) => type).sort() : answer.kind
    }
    expect(await held()).toEqual(['CPP'])
    await pressTwice(page.getByRole('button', { name: 'Send 1 record' }))
    await page.getByText('Table 1 was sent.').waitFor()
    await expectAccessible(page)
    await page.goto(preview)
    expect(await page.locator('main').innerText()).toContain('Table 1 was sent.')
    await until(async () => (await held()).length === 2)
    expect(await held()).toEqual(['CPP', 'LAC'])
    const answer = await nurse.careTeams(String(child.nhsNumber), { unscheduled: true })
    expect(answer.kind === 'held' && answer.plans[0]?.authority.officePhone).toBe('02079460999')
    await page.goto('/desk/uploads')
    expect(await rowsOf(page).allInnerTexts()).toEqual([
      expect.stringMatching(/Table 1\s+All loaded/),
      expect.stringMatching(/\t1\s+Some failed/),
    ])
    expect(await page.locator('main').innerText()).toContain('No file is missing')
    const sent = await audited('send upload')
    expect(sent.filter(({ subject }) => subject !== null)).toHaveLength(1)
  })

  test('lists plans that may not stand any more; one is confirmed, another deleted (rule 3.26)', async () => {
    const { database, storage } = running.service.store
    const children = [freshNhsNumber(), freshNhsNumber()]
    for (const nhs_number of children)
      for (const [start_time, day] of [
        ['202601010000', '2026-01-02'],
        ['202601020000', '2026-01-03'],
      ] as const)
        await storedPlan(database, {
          nhs_number,
          authority: home.odsCode,
          start_time,
          written_created_at: new Date(day),
        })
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Plans to check' }).click()
    await expectAccessible(page)
    await screen(page, 'desk-plans')
    const rowOf = (nth: number) =>
      rowsOf(page).filter({ hasText: displayNhsNumber(children[nth] as NhsNumber) })
    expect(await rowOf(0).innerText()).toContain('You also sent one from 2 January 2026')
    await pressTwice(rowOf(0).getByRole('button', { name: /^It still stands/ }))
    await rowOf(0).waitFor({ state: 'detached' })
    // The second press is on record as a request and confirms nothing.
    expect((await audited('confirm plan')).filter(({ details }) => details)).toEqual([
      expect.objectContaining({ nhs_number: children[0], outcome: 'allowed' }),
    ])

    await rowOf(1)
      .getByRole('button', { name: /^Delete/ })
      .click()
    await expectAccessible(page)
    await screen(page, 'desk-plan-delete')
    expect(await page.locator('main').innerText()).toContain('The one from 2 January 2026')
    await pressTwice(page.getByRole('button', { name: 'Delete this plan' }))
    await page.getByRole('heading', { name: 'Your newest files' }).waitFor()
    // PDS knows nobody of the number: only the delete counts, and it needs no proof (rule 3.24).
    await until(async () => (await storage.plansToCheck.list(home.odsCode, new Date())).length === 0)
    const plans = await database.kysely
      .selectFrom('plan')
      .select(['start_time', 'delete_time'])
      .where('nhs_number', '=', children[1] as NhsNumber)
      .orderBy('start_time')
      .execute()
    expect(plans).toEqual([
      { start_time: '202601010000', delete_time: expect.any(String) },
      { start_time: '202601020000', delete_time: null },
    ])
    expect((await storage.uploadHistory.applied(home.odsCode, 1))[0]).toMatchObject({ loaded: 1, failed: 0 })
    // Of another authority's plan an officer learns nothing, whatever the form says.
    await page.goto('/desk/plans')
    expect(await page.locator('main').innerText()).toContain('There is no plan to check')
  })

  test('what was typed and chosen is there after signing in again', async () => {
    const page = await officer(HOME_OFFICER)
    await page.getByRole('link', { name: 'Record viewed' }).first().click()
    await page.getByLabel('What was done?').fill('<b>Typed</b> before the session was over')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Save note' }).click()
    await page.getByLabel(HOME_OFFICER, { exact: true }).check()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Go on where you were' }).click()
    expect(await page.locator('.cpis-steps').innerText()).toContain(
      '<b>Typed</b> before the session was over',
    )
    await page.goto('/desk/send')
    const buffer = Buffer.from(`${HEADINGS}\n9990000019,X,Zoë,Wrong,1/5/2019,CPP,1/5/2026\n`)
    await page
      .getByLabel('The table (CSV)')
      .setInputFiles({ name: 'plans.csv', mimeType: 'text/csv', buffer })
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Look at it first' }).click()
    await page.getByLabel(HOME_OFFICER, { exact: true }).check()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Go on where you were' }).click()
    expect(await page.locator('main').innerText()).toContain('It is mistyped')
    await expectAccessible(page)
  })

  test('an authority that has just begun finds every page, and what comes there', async () => {
    const page = await officer(NEW_OFFICER)
    expect(await page.locator('main').innerText()).toContain('There is nothing to look at.')
    await expectAccessible(page)
    for (const [link, words] of [
      ['Uploads', 'You have not sent a file yet'],
      ['Failed records', 'No record is failing'],
      ['Send a file', 'You are not live yet'],
      ['Phone numbers', 'Clinicians see no number of yours yet'],
    ] as const) {
      await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: link }).click()
      expect(await page.locator('main').innerText()).toContain(words)
      await expectAccessible(page)
    }
  })

  test('no log line holds anything of a person', () => {
    const log = running.logLines.join('')
    expect(log).toContain('/desk')
    for (const secret of [String(child.nhsNumber), shared, String(child.family), 'Duty worker']) {
      expect(log).not.toContain(secret)
    }
  })
})
