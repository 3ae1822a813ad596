/** More than 300 lines: one service, settled once, on which every journey of a clinician is made. */

import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { v7 as newId } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import { displayNhsNumber, type NhsNumber } from '../src/domain/nhs-number.ts'
import type { OdsCode } from '../src/domain/organisation.ts'
import { expectHours } from '../src/domain/registration/hours.testing.ts'
import { answerQuery } from '../src/flows/query/answer-query.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { numberAt } from '../src/sandbox/number-line.ts'
import { openDesk } from './support/authority-desk.ts'
import { describePages, launchBrowser, ownWindow, pressTwice, screen, signInAs } from './support/browser.ts'
import { collected } from './support/collected.ts'
import { freePorts } from './support/free-ports.ts'
import { expectAccessible } from './support/page-manner.ts'
import { freshNhsNumber, NO_LOOK_UP } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'

const NURSE = 'Nurse Quince Sandbox'
const CONSULTANT = 'Dr Saffron Nonesuch'
const MIDWIFE = "Ms Damson O'Testcase"
const GP_NURSE = 'Nurse Sloe Samplewood'
const PORTER = 'Mx Fennel Placeholder'

/** Nothing of a person stands in an address or a title. */
const PERSONAL = /999\s?\d{3}\s?\d{4}/

describePages('the pages of clinicians', engine => {
  let place: Place
  let running: RunningService
  let browser: Browser
  let window: BrowserContext
  let page: Page
  const visited: string[] = []

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '50',
      CPIS_SANDBOX_AUTHORITIES: '2',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
    })
    for (const [nth, { header, records }] of sandbox().population.uploads.entries()) {
      const authority = sandbox().authorities[nth]
      if (!authority) throw new Error('Every upload has an authority')
      const desk = await openDesk(running.service, authority)
      await desk.upload(await collected(writeUpload(header, records)))
    }
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await running.stop()
    await place.remove()
  })
  beforeEach(async () => {
    window = await ownWindow(browser, running.service.baseUrl)
    page = await window.newPage()
    page.on('framenavigated', frame => visited.push(frame.url()))
  })
  afterEach(async () => {
    await window.close()
  })

  /** Every authority says the same hours, or none. */
  const sayHours = async (text: string | null) => {
    const { authorities } = running.service.store.storage
    const hours = text === null ? null : expectHours(text)
    for (const { odsCode } of await authorities.list()) await authorities.change(odsCode, { hours })
  }
  const sandbox = () => {
    if (!running.service.sandbox) throw new Error('The service of this test has a sandbox')
    return running.service.sandbox
  }
  const someone = (note: string): NhsNumber => {
    const found = examplePeople(sandbox().population).find(person => person.note.startsWith(note))
    if (!found) throw new Error(`The sandbox has ${note}`)
    return found.nhsNumber
  }
  const protectedChild = () => someone('a child protection plan')
  const nobody = () => someone('a child of whom')
  const kysely = () => running.service.store.database.kysely
  const heading = () => page.getByRole('heading', { level: 1 })
  const problem = () => page.getByRole('alert')
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const check = async (typed: string) => {
    await page.getByLabel('NHS number').fill(typed)
    await press('Check')
  }
  const accessesOf = (number: string) =>
    kysely().selectFrom('access').select('id').where('nhs_number', '=', number).execute()
  /** Somebody looks, at another interface. */
  const look = (nth: number, nhsNumber: NhsNumber) => {
    const { queries, audit } = running.service.store.storage
    return answerQuery(
      { queries, audit, clock: { now: () => new Date() }, newId, lookUp: NO_LOOK_UP },
      {
        requester: { author: nurse(nth), activities: new Set(['B0107']) },
        nhsNumber,
        access: 'unscheduled',
        via: 'operations',
        action: 'look',
        traceId: newId(),
      },
    )
  }
  const reports = () => kysely().selectFrom('missed_appointment').select('id').execute()

  describe('one child', () => {
    test('a newcomer finds a child in two steps after signing in, and whom to ring', async () => {
      await page.goto('/')
      await expectAccessible(page)
      await screen(page, 'sign-in')
      await page.getByLabel(NURSE).check()
      await press('Sign in')
      await expectAccessible(page)
      await screen(page, 'check')
      // The example beside the field is somebody in the sandbox.
      const [example = ''] = PERSONAL.exec(await page.locator('#nhs-number-hint').innerText()) ?? []
      await check(example)
      expect(await heading().innerText()).toContain('There is a plan')
      expect(await page.getByText('Ring:').isVisible()).toBe(true)
      const phones = page.locator('.cpis-ring a')
      expect(await phones.first().getAttribute('href')).toMatch(/^tel:\d+$/)
      expect(await phones.count()).toBe(2)
      // The authority has not said when its office is open, so that nothing is claimed (rule 21.3).
      expect(await page.locator('main').innerText()).not.toMatch(
        /Ring now|office is|open until|Monday to Friday/,
      )
      expect(await page.getByText('Nurse Access Role, Sandbox General Hospital').first().isVisible()).toBe(
        true,
      )
      expect(await page.getByText('NHS confidential').isVisible()).toBe(true)
      expect(await page.locator('.cpis-accesses tbody tr').count()).toBe(1)
      await expectAccessible(page)
      await screen(page, 'answer')
    })

    test('(rules 21.3 and 16.12) where the authority has said its hours, the answer and the list say whom to ring now', async () => {
      await signInAs(page, NURSE)
      const [example = ''] = PERSONAL.exec(await page.locator('#nhs-number-hint').innerText()) ?? []
      await sayHours('Mon-Sun all day; bank holidays all day')
      await check(example)
      expect(await page.locator('.cpis-ring').innerText()).toMatch(
        /^Ring now: .+\nOffice, open now\s+0[\d ]+\s+office$/,
      )
      await expectAccessible(page)
      await sayHours('Mon-Sun 00:00-00:01; bank holidays closed')
      await page.goto('/check')
      await check(example)
      const night = await page.locator('.cpis-ring').innerText()
      expect(night).toMatch(
        /^Ring now: .+\nThe office is closed until .+\. Ring the duty team\s+0[\d ]+\s+duty team$/,
      )
      await page.goto('/worklist')
      await page.getByLabel('NHS numbers').fill(example)
      await press('Check the list')
      expect(await page.locator('tbody').innerText()).toContain('Ring the duty team')
      await sayHours(null)
      await page.goto('/check')
      await check(example)
      expect(await page.locator('.cpis-ring a').count()).toBe(2)
    })

    test('whoever has no number to hand is offered some, with what each shows', async () => {
      await signInAs(page, NURSE)
      await page.getByText('Numbers to try in this sandbox').click()
      const offered = page.getByRole('listitem').filter({ hasText: 'a looked after child' }).first()
      await expectAccessible(page)
      await offered.getByRole('button').click()
      await page.waitForURL(/\/answer\//)
      expect(await heading().innerText()).toContain('There is a plan')
      expect(await page.getByRole('heading', { name: /looked after/i }).isVisible()).toBe(true)
    })

    test('a number may be typed, pasted with spaces, or scanned', async () => {
      await signInAs(page, NURSE)
      const number = protectedChild()
      const [a, b, c] = [number.slice(0, 3), number.slice(3, 6), number.slice(6)]
      for (const typed of [number, `  ${a} ${b} ${c} `, `${a}-${b}-${c}`, `\u200b${a}\u00a0${b}\u00a0${c}`]) {
        await page.goto('/check')
        await check(typed)
        expect(await heading().innerText()).toContain('There is a plan')
      }
      await page.goto('/check')
      // A scanner types and presses Enter, where the page has put the cursor.
      await page.locator('#nhs-number:focus').waitFor()
      await page.keyboard.type(number)
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/answer\//)
      expect(await accessesOf(number)).toHaveLength(1)
    })

    test.each([
      ['', 'Enter an NHS number'],
      ['999 00x 0018', 'An NHS number has digits only'],
      ['999 000 001', 'An NHS number has 10 digits: this one has 9'],
      ['999 000 00180', 'An NHS number has 10 digits: this one has 11'],
      ['000 000 0000', 'Ten zeros are not an NHS number'],
      ['999 000 0019', 'That is not an NHS number: one of its digits must be wrong'],
      ['010 101 1237', 'That is a Scottish CHI number, which this service does not cover'],
    ])('%j is refused by the rule that it breaks, and kept', async (typed, message) => {
      await signInAs(page, NURSE)
      await check(typed)
      expect(await problem().innerText()).toContain(message)
      expect(await page.title()).toMatch(/^Error: /)
      expect(await page.getByLabel('NHS number').inputValue()).toBe(typed)
      await expectAccessible(page)
    })

    test('nothing held is neutral, and no assurance (rule 21.4)', async () => {
      await signInAs(page, NURSE)
      await check(nobody())
      expect(await heading().innerText()).toContain('No information held')
      expect(await page.getByText('That does not mean that the child is safe').isVisible()).toBe(true)
      // Rule 4.10.
      expect(await page.getByText("check the mother's NHS number as well").isVisible()).toBe(true)
      expect(await page.getByText('If you are worried about a child').isVisible()).toBe(true)
      await expectAccessible(page)
      await screen(page, 'nothing-held')
    })

    test.each([
      ['a child protection plan that ended', /A plan ended on \d/],
      ['a child protection plan that starts', /A plan starts on \d/],
      ['the mother of an unborn child', /[Uu]nborn/],
      ['a child of two authorities', /There are 2 plans/],
      ['a number that PDS has replaced', /There is a plan[\s\S]*The current NHS number is \d{3} \d{3} \d{4}/],
    ])('%s is shown as what it is', async (note, said) => {
      await signInAs(page, NURSE)
      await check(someone(note))
      expect(await page.locator('main').innerText()).toMatch(said)
      expect(await heading().innerText()).toContain((await page.title()).split(' – ')[0])
      await expectAccessible(page)
    })

    test.each([
      ['a child protection plan', 20],
      ['a looked after child who has', 12],
    ])('%s is printed on one page, with who has looked and who printed it', async (note, newest) => {
      const number = someone(note)
      for (let nth = 10; nth < 35; nth++) await look(nth, number)
      await signInAs(page, NURSE)
      await check(number)
      expect(await page.locator('.cpis-accesses tbody tr').count()).toBe(25)
      await expectAccessible(page)
      expect(await page.getByText(`Printed by ${NURSE}`).isVisible()).toBe(false)
      const sheets = async () => {
        const printed = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
        return printed.match(/\/Type\s*\/Page[^s]/g)
      }
      expect(await sheets()).toHaveLength(1)
      await page.emulateMedia({ media: 'print' })
      for (const words of [
        `Printed by ${NURSE}`,
        'NHS confidential',
        `The ${newest} newest are printed, of 25`,
      ]) {
        expect(await page.getByText(words).isVisible()).toBe(true)
      }
      expect(await page.getByRole('link', { name: 'Report a missed appointment' }).isVisible()).toBe(false)
      await page.emulateMedia({ media: null })
      await sayHours('Mon-Sun 00:00-00:01; bank holidays closed')
      await page.goto('/check')
      await check(number)
      expect(await page.locator('.cpis-ring').first().innerText()).toContain('Ring the duty team')
      expect(await sheets()).toHaveLength(1)
      await sayHours(null)
    })
  })

  describe('who looks, and why', () => {
    test('a role without either activity is told so', async () => {
      await signInAs(page, PORTER)
      expect(await heading().innerText()).toBe('Your role cannot use CP-IS')
      await expectAccessible(page)
      for (const address of ['/worklist', '/missed', '/launch/open']) {
        await page.goto(address)
        expect(await heading().innerText()).toBe('Your role cannot use CP-IS')
      }
    })

    test('whoever may look in both ways chooses, and nothing is chosen for them (rule 21.1)', async () => {
      const number = someone('a looked after child')
      const before = await accessesOf(number)
      await signInAs(page, MIDWIFE)
      expect(await heading().innerText()).toBe('Why are you looking today?')
      expect(await page.getByRole('radio', { checked: true }).count()).toBe(0)
      await press('Continue')
      expect(await problem().innerText()).toContain('Choose why you are looking')
      await expectAccessible(page)
      await page.getByLabel('Booked appointment').check()
      await press('Continue')
      await check(number)
      expect(await page.getByText('as a booked appointment').isVisible()).toBe(true)
      expect(await accessesOf(number)).toEqual(before)
    })

    test('whoever may look only in silence looks in silence', async () => {
      const number = someone('a looked after child')
      const before = await accessesOf(number)
      await signInAs(page, GP_NURSE)
      expect(await page.getByText('The local authority is not told that you looked').isVisible()).toBe(true)
      await check(number)
      expect(await heading().innerText()).toContain('There is a plan')
      expect(await accessesOf(number)).toEqual(before)
    })

    test('an authority and a clinician have no pages of each other', async () => {
      await signInAs(page, NURSE)
      const response = await page.goto('/desk')
      expect(response?.status()).toBe(404)
    })
  })

  describe('time, tabs and other people', () => {
    test('whoever was signed out loses nothing that they typed (rule 21.5)', async () => {
      await signInAs(page, MIDWIFE)
      await page.getByLabel('Unscheduled attendance').check()
      await press('Continue')
      await page.getByLabel('NHS number').fill(displayNhsNumber(protectedChild()))
      await window.clearCookies()
      await press('Check')
      expect(await page.getByText('What you typed is kept').isVisible()).toBe(true)
      await expectAccessible(page)
      await page.getByLabel(MIDWIFE).check()
      await press('Sign in')
      await expectAccessible(page)
      await press('Go on where you were')
      await expectAccessible(page)
      await page.getByLabel('Unscheduled attendance').check()
      await press('Continue')
      await press('Go on where you were')
      expect(await heading().innerText()).toContain('There is a plan')
    })

    test('whoever was signed out while they read an answer comes back to it', async () => {
      await signInAs(page, NURSE)
      await check(protectedChild())
      await page.waitForURL(/\/answer\//)
      await window.clearCookies()
      await page.reload()
      await page.getByLabel(NURSE).check()
      await press('Sign in')
      expect(await heading().innerText()).toContain('There is a plan')
    })

    test('a double click, two tabs, reload and the back button are one look', async () => {
      const number = someone('a looked after child')
      await signInAs(page, CONSULTANT)
      const before = (await accessesOf(number)).length
      await page.getByLabel('NHS number').fill(number)
      await pressTwice(page.getByRole('button', { name: 'Check', exact: true }))
      await page.getByRole('heading', { name: 'There is a plan' }).waitFor()
      await page.reload()
      await page.goBack()
      await page.goForward()
      const other = await window.newPage()
      await other.goto(page.url())
      expect(await other.getByRole('heading', { level: 1 }).innerText()).toContain('There is a plan')
      expect(await accessesOf(number)).toHaveLength(before + 1)
    })

    test("somebody else's address leads where one that does not exist leads (rule 21.2)", async () => {
      await signInAs(page, NURSE)
      const number = someone('a looked after child')
      await check(number)
      await page.waitForURL(/\/answer\//)
      const [answer, missed] = [
        page.url(),
        await page.getByRole('link', { name: 'Report a missed appointment' }).getAttribute('href'),
      ]
      await window.clearCookies()
      await signInAs(page, CONSULTANT)
      for (const address of [answer, missed ?? '', '/answer/no-such-thing', '/missed?of=no-such-thing']) {
        await page.goto(address)
        expect(new URL(page.url()).pathname).toBe('/check')
        expect(await page.locator('main').innerText()).not.toContain(displayNhsNumber(number))
      }
    })
  })

  describe('a list', () => {
    test('everybody on it has a row, and lines that hold no number are named', async () => {
      await signInAs(page, NURSE)
      await page.getByRole('link', { name: 'Check a list' }).click()
      await expectAccessible(page)
      const [child, ended] = [protectedChild(), someone('a child protection plan that ended')]
      await page
        .getByLabel('NHS numbers')
        .fill(
          `NHS number;name\n${nobody()}\n${ended};Bed 2\n12345\n\n999 000 0019\n${displayNhsNumber(child)}, Bed 1\n${child}\nempty bed`,
        )
      await press('Check the list')
      await page.getByText('Checked 3 of 3').waitFor()
      expect(await page.locator('.cpis-board tbody tr').count()).toBe(3)
      const said = await page.locator('main').innerText()
      for (const words of [
        '1 repeated number is listed once',
        'Line 4: An NHS number has 10 digits: this one has 5',
        'Line 6: That is not an NHS number: one of its digits must be wrong',
        'Line 9: An NHS number has digits only',
        'No information held',
      ]) {
        expect(said).toContain(words)
      }
      expect(said).not.toContain('Bed 1')
      await expectAccessible(page)
      await page.getByRole('link', { name: 'What is held' }).click()
      await expectAccessible(page)
      await screen(page, 'worklist')
      expect(await page.locator('.cpis-board tbody tr').allInnerTexts()).toEqual([
        expect.stringContaining(displayNhsNumber(child)),
        expect.stringContaining('ended'),
        expect.stringContaining('No information held'),
      ])
      await press(displayNhsNumber(child))
      expect(await heading().innerText()).toContain('There is a plan')
    })

    test('each check is an access like any other, and a double click, sorting and going back make none (rule 21.7)', async () => {
      const number = someone('the mother of an unborn child')
      await signInAs(page, CONSULTANT)
      const queries = () =>
        kysely()
          .selectFrom('audit')
          .select('id')
          .where('door', '=', 'fhir')
          .where('nhs_number', '=', number)
          .execute()
      const before = [(await accessesOf(number)).length, (await queries()).length] as const
      await page.goto('/worklist')
      await page.getByLabel('NHS numbers').fill(number)
      await pressTwice(page.getByRole('button', { name: 'Check the list' }))
      await page.getByText('Checked 1 of 1').waitFor()
      await page.getByRole('link', { name: 'Local authority' }).click()
      await page.goBack()
      await page.reload()
      expect((await accessesOf(number)).length).toBe(before[0] + 1)
      expect((await queries()).length).toBe(before[1] + 1)
    })

    test('it may be a file, also when somebody has to sign in again (rule 21.31)', async () => {
      await signInAs(page, NURSE)
      await page.goto('/worklist')
      const lines = ['nhs_number,ward', `${protectedChild()},A`, `${nobody()},B`].join('\r\n')
      const file = { name: 'board.csv', mimeType: 'text/csv', buffer: Buffer.from(lines) }
      await page.getByLabel('Or choose a text or CSV file').setInputFiles(file)
      await window.clearCookies()
      await press('Check the list')
      await page.getByLabel(NURSE).check()
      await press('Sign in')
      await press('Go on where you were')
      await page.getByText('Checked 2 of 2').waitFor()
      expect(await page.locator('.cpis-board tbody tr').count()).toBe(2)
    })

    test('an empty list, one without a number and one that is too long are refused, and kept', async () => {
      await signInAs(page, NURSE)
      await page.goto('/worklist')
      const long = Array.from({ length: 101 }, (_, index) => numberAt(index))
      for (const [typed, message] of [
        ['', 'Paste a list of NHS numbers, or choose a file'],
        ['nobody\n12345', 'There is no NHS number in the list'],
        [long.join('\n'), 'The list has 101 NHS numbers: check 100 at a time'],
      ] as const) {
        await page.getByLabel('NHS numbers').fill(typed)
        await press('Check the list')
        expect(await problem().innerText()).toContain(message)
        expect(await page.getByLabel('NHS numbers').inputValue()).toBe(typed)
        await expectAccessible(page)
      }
      await page.getByLabel('NHS numbers').fill(long.slice(0, 100).join('\n'))
      await press('Check the list')
      await page.getByText('Checked 100 of 100').waitFor()
      expect((await page.content()).length).toBeLessThan(50_000)
    })
  })

  describe('a missed appointment', () => {
    const begin = async () => {
      await signInAs(page, GP_NURSE)
      await check(someone('a child of two authorities'))
      await page.getByRole('link', { name: 'Report a missed appointment' }).click()
    }
    const fill = async (when: Date) => {
      await page.getByLabel('Day').fill(String(when.getUTCDate()))
      await page.getByLabel('Month').fill(String(when.getUTCMonth() + 1))
      await page.getByLabel('Year').fill(String(when.getUTCFullYear()))
      await page.getByLabel('Time').fill('2.30pm')
      await page.getByLabel('What kind of care was it?').fill('Immunisation')
    }
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

    test('is shown before it is sent, and sent once (rule 21.8)', async () => {
      const before = (await reports()).length
      await begin()
      await fill(daysAgo(3))
      await page.getByLabel('What was it for?').fill('Second dose\nof two')
      await expectAccessible(page)
      await press('Continue')
      const said = await page.locator('main').innerText()
      for (const words of [
        'Nothing is sent yet',
        'at 2:30pm',
        'Immunisation',
        'Second dose of two',
        GP_NURSE,
      ]) {
        expect(said).toContain(words)
      }
      await expectAccessible(page)
      await screen(page, 'missed')
      expect(await reports()).toHaveLength(before)
      await pressTwice(page.getByRole('button', { name: 'Send the report' }))
      await page.getByRole('heading', { name: 'The authority is told' }).waitFor()
      expect(await page.locator('main').innerText()).toContain('Emergency duty team')
      await expectAccessible(page)
      await page.reload()
      await page.goBack()
      await press('Send the report')
      expect(await page.getByText('This report was sent before. Nobody is told twice.').isVisible()).toBe(
        true,
      )
      await expectAccessible(page)
      expect(await reports()).toHaveLength(before + 1)
    })

    test('says everything that is wrong at once, and keeps what was typed', async () => {
      await begin()
      await press('Continue')
      for (const words of [
        'Enter the day of the appointment',
        'Enter the time of the appointment',
        'Say what kind of care it was',
      ]) {
        expect(await problem().innerText()).toContain(words)
      }
      await expectAccessible(page)
      await fill(daysAgo(-2))
      await press('Continue')
      expect(await problem().innerText()).toContain('this time has not come yet')
      expect(await page.getByLabel('Time').inputValue()).toBe('2.30pm')
      await page.getByLabel('Day').fill('31')
      await page.getByLabel('Month').fill('2')
      await page.getByLabel('Time').fill('25:00')
      await press('Continue')
      expect(await problem().innerText()).toContain('That day does not exist')
      expect(await problem().innerText()).toContain('Write the time like 2:30pm or 14:30')
      await fill(daysAgo(400))
      await press('Continue')
      expect(await problem().innerText()).toContain('in the last 365 days')
    })

    test('goes on where it was when its reporter was signed out', async () => {
      const before = (await reports()).length
      await begin()
      await fill(daysAgo(4))
      await window.clearCookies()
      await press('Continue')
      await page.getByLabel(GP_NURSE).check()
      await press('Sign in')
      await press('Go on where you were')
      expect(await page.locator('main').innerText()).toContain('Immunisation')
      await press('Send the report')
      expect(await heading().innerText()).toBe('The authority is told')
      expect(await reports()).toHaveLength(before + 1)
    })
  })

  describe('opened by an electronic record', () => {
    const launch = async (as: string, nhsNumber: string): Promise<string> => {
      const url = running.service.baseUrl
      return (await runCli(['launch', nhsNumber, '--as', as, '--url', url], { variables: {} })).out.trim()
    }
    const context = async (as: string, nhsNumber: string) => {
      return new URL(await launch(as, nhsNumber)).searchParams.get('context') ?? ''
    }

    test('the answer is there at once, or after signing in', async () => {
      await page.goto(await launch('ed-nurse', protectedChild()))
      await page.getByLabel(NURSE).check()
      await press('Sign in')
      expect(await heading().innerText()).toContain('There is a plan')
      await page.goto(await launch('ed-nurse', nobody()))
      expect(await heading().innerText()).toContain('No information held')
    })

    test('the context may be posted, which keeps it out of every address', async () => {
      await signInAs(page, NURSE)
      const posted = await context('ed-nurse', protectedChild())
      await page.route('http://record.example/', route =>
        route.fulfill({
          contentType: 'text/html',
          body: `<form method="post" action="${running.service.baseUrl}/launch"><input name="context" value="${posted}"><button>CP-IS</button></form>`,
        }),
      )
      await page.goto('http://record.example/')
      await press('CP-IS')
      expect(await heading().innerText()).toContain('There is a plan')
    })

    test('whoever has to say why they look is led on to the answer', async () => {
      await page.goto(await launch('midwife', protectedChild()))
      await page.getByLabel(MIDWIFE).check()
      await press('Sign in')
      await page.getByLabel('Booked appointment').check()
      await press('Continue')
      expect(await heading().innerText()).toContain('There is a plan')
    })

    test('not for somebody else who is still signed in (rule 21.6)', async () => {
      const number = someone('looked after, and 18')
      await signInAs(page, NURSE)
      await page.goto(await launch('ed-consultant', number))
      expect(await heading().innerText()).toBe('Somebody else is signed in')
      expect(await accessesOf(number)).toEqual([])
      await expectAccessible(page)
    })

    test('a context that was changed, or is something else, opens nothing', async () => {
      await signInAs(page, NURSE)
      const good = await context('ed-nurse', protectedChild())
      const token = await fetch(`${running.service.baseUrl}/sandbox/issuer/token?as=ed-nurse`, {
        method: 'POST',
      })
      const { access_token } = (await token.json()) as { access_token: string }
      for (const bad of ['', 'x', `${good.slice(0, -8)}AAAAAAAA`, access_token]) {
        const response = await page.goto(`/launch?context=${bad}`)
        expect(response?.status()).toBe(400)
        expect(await heading().innerText()).toBe('This link cannot be used')
        expect(await page.locator('main').innerText()).not.toMatch(PERSONAL)
      }
      await expectAccessible(page)
    })
  })

  test('no address, title or log line held anything of a person (rule 21.2)', async () => {
    expect(visited.length).toBeGreaterThan(50)
    const plain = visited.filter(address => !address.includes('/launch?'))
    expect(plain.filter(address => PERSONAL.test(decodeURIComponent(address)))).toEqual([])
    const log = running.logLines.join('')
    expect(log).not.toMatch(PERSONAL)
  })

  test('a number that could not be checked with PDS is never said to have nothing held (rule 4.8)', async () => {
    await signInAs(page, NURSE)
    sandbox().pdsConduct.down = true
    try {
      const unknown = freshNhsNumber()
      await check(unknown)
      expect(await heading().innerText()).toBe('CP-IS could not check the NHS number')
      expect(await page.getByText('Nothing is held under this NHS number').isVisible()).toBe(true)
      expect(await page.getByRole('heading', { name: 'No information held' }).count()).toBe(0)
      await expectAccessible(page)
      await screen(page, 'not-checked')
      await page.goto('/worklist')
      await page.getByLabel('NHS numbers').fill(`${freshNhsNumber()}\n${protectedChild()}`)
      await press('Check the list')
      await page.getByText('Checked 1 of 2, 1 could not be looked up').waitFor()
      expect(await page.locator('.cpis-board').innerText()).not.toContain('No information held')
      sandbox().pdsConduct.down = false
      await page.goto('/check')
      await check(unknown)
      expect(await heading().innerText()).toContain('No information held')
    } finally {
      sandbox().pdsConduct.down = false
    }
  })

  test('of somebody restricted in PDS it is said that nothing can be answered (rule 10.1)', async () => {
    await signInAs(page, NURSE)
    await check(someone('restricted in PDS'))
    expect(await page.locator('main').innerText()).toContain(
      'PDS restricts who may be told about this patient',
    )
    expect(await page.getByText('No information held').count()).toBe(0)
    await expectAccessible(page)
  })

  describe('when the service cannot look', () => {
    let lost: RunningService
    let elsewhere: Place

    beforeAll(async () => {
      elsewhere = await makePlace('embedded')
      const [nobodyListens] = await freePorts(1)
      lost = await startIn(elsewhere, {
        CPIS_SANDBOX_CHILDREN: '10',
        CPIS_PAGES_FHIR_URL: `http://127.0.0.1:${nobodyListens}/cpis/FHIR/R4`,
      })
    })
    afterAll(async () => {
      await lost.stop()
      await elsewhere.remove()
    })

    test('says so, unmistakably, and never that nothing is held (rule 21.4)', async () => {
      const own = await ownWindow(browser, lost.service.baseUrl)
      const tab = await own.newPage()
      await signInAs(tab, NURSE)
      await tab.getByLabel('NHS number').fill(nobody())
      await tab.getByRole('button', { name: 'Check' }).click()
      expect(await tab.getByRole('heading', { level: 1 }).innerText()).toBe('CP-IS could not look')
      expect(await tab.getByText('Nobody knows whether there is a plan').isVisible()).toBe(true)
      expect(await tab.getByRole('heading', { name: 'No information held' }).count()).toBe(0)
      await expectAccessible(tab)
      await screen(tab, 'could-not-look')
      await tab.goto('/worklist')
      await tab.getByLabel('NHS numbers').fill(`${nobody()}\n${protectedChild()}`)
      await tab.getByRole('button', { name: 'Check the list' }).click()
      await tab.getByText('Checked 0 of 2, 2 could not be looked up').waitFor()
      expect(await tab.locator('.cpis-board').innerText()).not.toContain('No information held')
      await expectAccessible(tab)
      await tab.getByRole('button', { name: 'Look them all up again' }).click()
      await tab.getByText('Checked 0 of 2, 2 could not be looked up').waitFor()
      await own.close()
    })
  })

  test('the pages run by themselves, on the FHIR API of another service (rule 21.1)', async () => {
    const [port] = await freePorts(1)
    const home = await makePlace('embedded')
    const issuer = `http://127.0.0.1:${port}`
    const api = await makePlace('embedded')
    const other = await startIn(api, {
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_TOKEN_ISSUER: `${issuer}/sandbox/issuer`,
      CPIS_TOKEN_AUDIENCE: issuer,
      CPIS_TOKEN_JWKS_URL: `${issuer}/sandbox/issuer/jwks`,
    })
    const alone = await startIn(home, {
      PORT: String(port),
      CPIS_SANDBOX_CHILDREN: '10',
      CPIS_PAGES_FHIR_URL: `${other.service.baseUrl}/cpis/FHIR/R4`,
    })
    try {
      const [authority] = other.service.sandbox?.authorities ?? []
      const [upload] = other.service.sandbox?.population.uploads ?? []
      if (!authority || !upload) throw new Error('The other service has a sandbox')
      await (await openDesk(other.service, authority)).upload(
        await collected(writeUpload(upload.header, upload.records)),
      )
      const own = await ownWindow(browser, alone.service.baseUrl)
      const tab = await own.newPage()
      await signInAs(tab, NURSE)
      await tab.getByLabel('NHS number').fill(protectedChild())
      await tab.getByRole('button', { name: 'Check' }).click()
      expect(await tab.getByRole('heading', { level: 1 }).innerText()).toContain('There is a plan')
      await own.close()
    } finally {
      await alone.stop()
      await other.stop()
      await home.remove()
      await api.remove()
    }
  })
})

function nurse(nth: number) {
  return {
    kind: 'person' as const,
    userId: `0000000000${nth}`,
    roleProfileId: `R${nth}-${randomUUID()}`,
    name: { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase' },
    jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
    organisation: { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX GENERAL HOSPITAL' },
  }
}
