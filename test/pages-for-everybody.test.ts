/** More than 300 lines: a journey of each role without a mouse, and each state of a page that no journey comes to. */

import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EXCHANGE_STATUSES } from '../src/domain/watch/exchange-status.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { englandMap } from '../src/pages/operator/england-map.ts'
import { ENGLAND } from '../src/pages/operator/england-tiles.ts'
import { STATUS_WORDS } from '../src/pages/operator/status-words.ts'
import { renderer } from '../src/pages/render.ts'
import { examplePeople } from '../src/sandbox/example-people.ts'
import { openDesk } from './support/authority-desk.ts'
import { launchBrowser, NO_BROWSER, ownWindow } from './support/browser.ts'
import { collected } from './support/collected.ts'
import { expectAccessible, expectSeenFocus, watchFocus } from './support/page-manner.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { PART } from './support/suite.ts'

const NURSE = 'Nurse Quince Sandbox'
const OFFICER = 'Juniper Madeup'
const OPERATOR = 'Hawthorn Imaginary'
const SOMEBODY = '9990000018'
const PEOPLE = [
  { title: 'In health', people: [{ nth: 1, id: 'x', name: NURSE, role: 'Nurse', organisation: 'Hospital' }] },
]

describe.skipIf(NO_BROWSER)('the pages, for everybody', () => {
  let place: Place
  let running: RunningService
  let browser: Browser
  let window: BrowserContext
  let page: Page
  let child: string

  beforeAll(async () => {
    place = await makePlace('embedded')
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '20',
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_NOTIFICATION_WINDOW_MS: '200',
    })
    const { service } = running
    const [authority] = service.sandbox?.authorities ?? []
    const [upload] = service.sandbox?.population.uploads ?? []
    if (!service.sandbox || !authority || !upload)
      throw new Error('The sandbox has an authority and its file')
    const desk = await openDesk(service, authority)
    await desk.upload(await collected(writeUpload(upload.header, upload.records)))
    const known = examplePeople(service.sandbox.population).find(
      ({ note }) => note === 'a child protection plan',
    )
    if (!known) throw new Error('Somebody has a plan')
    child = known.nhsNumber
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await running?.stop()
    await place?.remove()
  })
  beforeEach(async () => {
    window = await ownWindow(browser, running.service.baseUrl)
    await watchFocus(window)
    page = await window.newPage()
  })
  afterEach(() => window.close())

  const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
  const link = (name: string | RegExp) => page.getByRole('link', { name }).first()
  const button = (name: string) => page.getByRole('button', { name, exact: true }).first()
  const inMain = (locator: string) => page.locator(`main ${locator}`).first()

  // The same in both parts of the suite: once is enough.
  describe.runIf(PART === 'everyday')('with a keyboard and nothing else', () => {
    /** Goes on by Tab until something has the focus; wherever it comes by, it must be seen where it is. */
    const tabTo = async (target: Locator) => {
      for (let stops = 0; stops < 60; stops++) {
        if (await target.evaluate(node => node === node.ownerDocument.activeElement)) return
        await page.keyboard.press('Tab')
        await expectSeenFocus(page)
      }
      throw new Error(`Tab never comes to ${target}`)
    }
    const press = async (target: Locator, key: 'Enter' | 'Space') => {
      await tabTo(target)
      await page.keyboard.press(key)
    }
    const type = async (target: Locator, text: string) => {
      await tabTo(target)
      await page.keyboard.type(text)
    }
    const signIn = async (name: string) => {
      await page.goto('/')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const wanted = page.getByLabel(name, { exact: true })
      await tabTo(page.getByRole('radio', { checked: true }))
      for (let others = 0; others < 12 && !(await wanted.isChecked()); others++) {
        await page.keyboard.press('ArrowDown')
        await expectSeenFocus(page)
      }
      await press(button('Sign in'), 'Enter')
    }

    test('a clinician looks somebody up, and reports that they did not come', async () => {
      await signIn(NURSE)
      // The cursor is where the number goes.
      await page.locator('#nhs-number:focus').waitFor()
      await page.keyboard.type(child)
      await page.keyboard.press('Enter')
      await heading(/There is a plan/)
      await press(link('Report a missed appointment'), 'Enter')
      const yesterday = new Date(Date.now() - 86_400_000)
      await type(page.getByLabel('Day'), String(yesterday.getUTCDate()))
      await type(page.getByLabel('Month'), String(yesterday.getUTCMonth() + 1))
      await type(page.getByLabel('Year'), String(yesterday.getUTCFullYear()))
      await type(page.getByLabel('Time'), '9am')
      await type(page.getByLabel('What kind of care was it?'), 'Clinic')
      await press(button('Continue'), 'Space')
      await press(button('Send the report'), 'Enter')
      await heading('The authority is told')
      await press(link('Check a list'), 'Enter')
      await type(page.getByLabel('NHS numbers'), `${child}\n`)
      await press(button('Check the list'), 'Enter')
      await page.getByText('Checked 1 of 1').waitFor()
      await press(page.locator('.cpis-open'), 'Enter')
      await heading(/There is a plan/)
    })

    test('an officer deals with what came, and confirms the phone numbers', async () => {
      await signIn(OFFICER)
      await heading('Today')
      await press(link('Missed appointment'), 'Enter')
      await type(page.getByLabel('What was done?'), 'Rang them')
      await press(button('Save note'), 'Enter')
      await page.getByText('Rang them').waitFor()
      await press(button('Acknowledge'), 'Space')
      await page.getByText('Acknowledged').first().waitFor()
      await press(link('Today'), 'Enter')
      await page.setViewportSize({ width: 320, height: 640 })
      const table = page.getByRole('region', { name: 'What you were told' })
      await tabTo(table)
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => table.evaluate(region => region.scrollLeft)).toBeGreaterThan(0)
      await press(link('Phone numbers'), 'Enter')
      await press(button('I rang them: they are right'), 'Space')
      await page.getByText('Confirm them again by').waitFor()
    })

    test('an operator finds an authority, and refuses its files for a while', async () => {
      await signIn(OPERATOR)
      await press(page.getByText('The same as a table').locator('..'), 'Space')
      await page.getByRole('table', { name: 'Each of the last 30 days' }).waitFor()
      await press(link('Authorities'), 'Enter')
      await press(inMain('table a'), 'Enter')
      await press(page.getByText('Suspend the authority').locator('..'), 'Enter')
      await type(page.getByLabel('Why are its files refused?'), 'It asked us to')
      await press(button('Suspend'), 'Enter')
      await press(button('Take its files again'), 'Space')
      await page.getByText('Refusing its files').waitFor()
      await press(link('Audit log'), 'Enter')
      await press(button('Search'), 'Enter')
      await heading('What was found')
    })
  })

  describe('in a state that no journey comes to', () => {
    const now = new Date('2026-06-15T12:00:00Z')
    const render = renderer()
    const draft = {
      number: SOMEBODY,
      authorities: ['Kent County Council'],
      contact: { dutyPhone: '01632 960001' },
    }
    const plan = {
      description: 'Subject to child protection plan',
      authority: { name: 'Kent County Council', dutyPhone: '01632 960001' },
      ring: [{ phone: '01632 960001', kind: 'duty' }],
      start: '2026-01-02',
    }
    const reason = (line: number) => ({ row: line, column: '', reason: 'Given name: it is missing. Add it.' })
    const item = {
      id: 'x',
      at: now,
      due: now,
      nhsNumber: SOMEBODY,
      words: 'NHS number no longer in use',
      kind: 'inactive-number',
      steps: [],
      newStep: () => 'x',
    }
    const watched = { current: false, watchedAt: now }
    const planToCheck = {
      doubt: 'overlaps',
      nhsNumber: '9990000018',
      type: 'CPP',
      typeWords: 'child protection plan',
      start: '202511010000',
      startDay: '2025-11-01',
      beside: '202511020000',
      besideDay: '2025-11-02',
      name: 'Ada Madeup',
      localId: 'A long reference of a system 0123456789',
      file: 'file 3',
      since: now,
    }
    const preview = { draft, rows: 3, rowsLeftOut: 3, hours: 24, planCount: 0, recordCount: 0 }
    const emptyCounts = { all: 0, live: 0, late: 0, notCollecting: 0 }

    test.each([
      [
        'sign-in',
        'Sign in',
        {
          failed: true,
          problem: 'Choose who you are',
          groups: [...PEOPLE, { ...PEOPLE[0], long: true }],
          next: '/',
        },
      ],
      ['continue', 'What you typed is kept', { path: '/check', fields: [] }],
      ['care', 'Why are you looking today?', {}],
      ['launch-refused', 'CP-IS could not look', { failed: true, kind: 'issuer-unavailable' }],
      ['launch-refused', 'This link cannot be used', { failed: true, kind: 'expired' }],
      ['missed-nobody', 'Nobody was told', { failed: true, draft }],
      [
        'missed-not-known',
        'Nobody knows whether the authority was told',
        { failed: true, draft, message: 'The service could not be reached.' },
      ],
      [
        'answer',
        'There is a plan',
        {
          number: SOMEBODY,
          headline: 'There is a plan',
          plans: [plan],
          historyFailed: 'The service could not be reached.',
        },
      ],
      [
        'answer',
        'A plan has ended',
        {
          number: SOMEBODY,
          headline: 'A plan has ended',
          plans: [{ ...plan, state: 'ended', ring: [] }],
          accesses: [],
        },
      ],
      [
        'message',
        'Something went wrong',
        { lines: ['Try again in a moment.'], link: { href: '/', text: 'Go back' } },
      ],
      [
        'desk-item',
        item.words,
        { item, newStep: item.newStep, problem: { text: 'Write who', href: '#assigned' }, failed: true },
      ],
      [
        'desk-preview',
        'Check before you send',
        {
          ...preview,
          problems: [reason(1), reason(2)],
          more: 1,
          passedOver: 1,
          notHeld: ['E1'],
          ignored: ['Age'],
        },
      ],
      [
        'desk-preview',
        'Check before you send',
        { ...preview, rowsLeftOut: 0, recordCount: 3, stage: 'suspended' },
      ],
      [
        'desk-failures',
        'Failed records',
        {
          total: 90,
          days: 7,
          records: [
            {
              name: 'Ada Madeup',
              nhsNumber: '',
              reason: reason(1).reason,
              code: 'CPR07',
              file: 3,
              since: now,
              late: true,
            },
            ...[undefined, 'same-person', 'another-person'].map(decided => ({
              name: 'Ada Madeup',
              nhsNumber: '9990000018',
              reason: reason(1).reason,
              code: 'CPR03',
              file: 3,
              since: now,
              match: { nhsNumber: '9990000018', name: 'ada madeup', birthDate: '2019-05-01', decided },
            })),
          ],
          nextPage: '/desk/failures?page=2',
        },
      ],
      [
        'desk-plans',
        'Plans to check',
        {
          total: 90,
          plans: [planToCheck, { ...planToCheck, doubt: 'left-out' }],
          nextPage: '/desk/plans?page=2',
        },
      ],
      ['desk-plan-delete', 'Delete this plan?', { plan: planToCheck }],
      [
        'desk-uploads',
        'Uploads',
        {
          authority: { stage: 'suspended' },
          fresh: { last: now, next: now, late: true },
          gauge: { percent: 70, matched: 70, total: 100, needed: 95, bar: 0, neededAt: 445, from: 80 },
          waiting: [now],
          files: [],
          gaps: [],
          failing: 1,
        },
      ],
      [
        'operator',
        'Overview',
        {
          watched,
          authorities: { all: 153, live: 150, late: 3, notCollecting: 2 },
          trouble: [
            { some: true, href: '/operator/trouble', text: 'Jobs that failed', count: 'more than 100' },
          ],
          interfaces: [{ words: 'FHIR API', allowed: 1, refused: 2, failed: 3 }],
          volumes: { charts: [{ what: 'queries', title: 'Questions answered', total: 0 }], days: [] },
        },
      ],
      ['operator', 'Overview', { watched: {}, authorities: emptyCounts, volumes: { charts: [], days: [] } }],
      ['operator-clients', 'Clients', {}],
      ['operator-authorities', 'Authorities', { ...everyStatus(), of: ENGLAND.length, known: 0 }],
      ['operator-trouble', 'To put right', { watched, allConcerns: 0 }],
    ] as const)('%s: %s', async (view, title, values) => {
      await page.goto('/sign-in')
      const [design, own] = await page
        .locator('link[rel=stylesheet]')
        .evaluateAll(sheets => sheets.map(sheet => sheet.getAttribute('href')))
      const session = {
        name: NURSE,
        role: 'Nurse',
        organisation: 'Sandbox General Hospital',
        access: 'unscheduled',
        may: ['unscheduled', 'scheduled'],
      }
      const html = render(`${view}.njk`, {
        title,
        now,
        session,
        sandbox: true,
        styles: { design, own },
        ...values,
      })
      await page.route('**/rare', route =>
        route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
      )
      await page.goto('/rare')
      await heading(new RegExp(title))
      await expectAccessible(page)
    })
  })
})

/** A map on which each standing is somewhere. */
function everyStatus() {
  const standings = new Map(
    ENGLAND.slice(0, 60).map(({ dfeCode }, nth) => [
      dfeCode,
      EXCHANGE_STATUSES[nth % EXCHANGE_STATUSES.length] ?? 'well',
    ]),
  )
  const legend = ([...EXCHANGE_STATUSES, 'unknown'] as const).map(standing => ({
    standing,
    count: 1,
    words: STATUS_WORDS[standing],
  }))
  return { map: englandMap(standings), legend }
}
